"""Money that came early pays on the due date: over all loans of a lender at once.

What the statement computes for one loan is core.waterfall.allocate over what is open, of as much as
is held and owed. The number of statements does not grow with the number of loans.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db import connection

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.ledger import Draft, Move
from xinnong.core.waterfall import COMPONENTS, PRINCIPAL_FIRST
from xinnong.ledger.services import Opening, open_accounts, post_many
from xinnong.lending.models import (
    Loan,
    LoanDue,
    LoanState,
    OpenDue,
    PayChannel,
    Repayment,
    RepaymentPart,
    Standing,
)
from xinnong.lending.services.loan_ledger import CONTRA, HELD, OFF_BALANCE, paid_into

ROUTE: Final = "lending.use-held"
REASON: Final = "loan.repay"
TO_PAY: Final = """
SELECT l.id FROM ledger_account AS a JOIN lending_loan AS l ON l.ref = a.object_ref
WHERE a.institution_id = %(institution_id)s AND a.kind = %(kind)s
  AND a.posted_credits_minor > a.posted_debits_minor + a.pending_debits_minor
  AND l.institution = %(institution)s AND l.state = 'active'
  AND EXISTS (SELECT FROM lending_opendue AS o WHERE o.loan_id = l.id)
ORDER BY l.id FOR UPDATE OF l
"""
SPREAD: Final = """
WITH held AS (
    SELECT l.id AS loan_id,
           a.posted_credits_minor - a.posted_debits_minor - a.pending_debits_minor AS amount,
           coalesce(s.days_past_due > l.principal_first_after_days, FALSE) AS turned
    FROM lending_loan AS l JOIN lending_standing AS s ON s.loan_id = l.id
    JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = %(kind)s
                            AND a.institution_id = %(institution_id)s
    WHERE l.id = ANY(%(loans)s)
),
owed AS (
    SELECT o.loan_id, o.n, each.component, each.owed, held.amount,
           sum(each.owed) OVER (
               PARTITION BY o.loan_id
               ORDER BY CASE WHEN held.turned
                        THEN array_position(%(turned)s::text[], each.component)
                        ELSE array_position(%(usual)s::text[], each.component) END, o.n
               ROWS UNBOUNDED PRECEDING) AS until_here
    FROM held JOIN lending_opendue AS o USING (loan_id)
    CROSS JOIN LATERAL (VALUES ('fee', o.fee_minor), ('interest', o.interest_minor),
        ('penalty', o.penalty_minor), ('compound', o.compound_minor),
        ('principal', o.principal_minor)) AS each (component, owed)
    WHERE each.owed > 0
)
SELECT loan_id, n, component, least(owed, amount - until_here + owed)::bigint AS paid
FROM owed WHERE amount > until_here - owed
ORDER BY loan_id, until_here
"""
TAKE_OFF: Final = """
UPDATE lending_opendue AS o SET
    fee_minor = o.fee_minor - p.fee, interest_minor = o.interest_minor - p.interest,
    penalty_minor = o.penalty_minor - p.penalty, compound_minor = o.compound_minor - p.compound,
    principal_minor = o.principal_minor - p.principal
FROM (
    SELECT loan_id, n, sum(paid) FILTER (WHERE component = 'fee') AS fee,
           sum(paid) FILTER (WHERE component = 'interest') AS interest,
           sum(paid) FILTER (WHERE component = 'penalty') AS penalty,
           sum(paid) FILTER (WHERE component = 'compound') AS compound,
           sum(paid) FILTER (WHERE component = 'principal') AS principal
    FROM unnest(%(loans)s::bigint[], %(numbers)s::int[], %(components)s::text[],
                %(paid)s::bigint[]) AS part (loan_id, n, component, paid)
    GROUP BY loan_id, n
) AS given
CROSS JOIN LATERAL (SELECT coalesce(given.fee, 0) AS fee, coalesce(given.interest, 0) AS interest,
    coalesce(given.penalty, 0) AS penalty, coalesce(given.compound, 0) AS compound,
    coalesce(given.principal, 0) AS principal) AS p
WHERE o.loan_id = given.loan_id AND o.n = given.n
"""
NOTHING_OWED: Final = """
DELETE FROM lending_opendue WHERE loan_id = ANY(%(loans)s)
  AND fee_minor + interest_minor + penalty_minor + compound_minor + principal_minor = 0
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """So much of what is held for a loan, for one component of one due."""

    loan_id: int
    n: int
    component: str
    amount_minor: int


def use_held(*, institution: Institution, actor: ActsFor | UUID, on: date, now: datetime) -> int:
    """Pay what has fallen due with money that came too early; answers how many loans.

    In the caller's transaction, which holds the day or ends it. What is spent leaves the account
    that it is spent from, so a second call finds nothing.
    """
    of: dict[str, Any] = {
        "institution": institution.code,
        "institution_id": institution.pk,
        "kind": HELD,
    }
    with connection.cursor() as cursor:
        cursor.execute(TO_PAY, of)
        numbers = [number for (number,) in cursor.fetchall()]
        if not numbers:
            return 0
        order = {"usual": list(COMPONENTS), "turned": list(PRINCIPAL_FIRST)}
        cursor.execute(SPREAD, {**of, **order, "loans": numbers})
        spent = [Spent(*row) for row in cursor.fetchall()]
        _take_off(cursor, spent)
    loans = Loan.objects.select_related("product").in_bulk(numbers)
    paid = [
        (loans[number], tuple(parts)) for number, parts in groupby(spent, lambda each: each.loan_id)
    ]
    repayments = _write(paid, actor, on, now)
    _post(institution, actor, repayments, on, now)
    _close(numbers, on)
    record(
        actor=actor, action="lending.use-held", at=now,
        counts={"loans": len(paid), "amount_minor": sum(each.amount_minor for each in spent)},
        concerns=institution,
    )  # fmt: skip
    return len(paid)


def _take_off(cursor: Any, spent: Sequence[Spent]) -> None:
    loans = [each.loan_id for each in spent]
    parts = {
        "loans": loans,
        "numbers": [each.n for each in spent],
        "components": [each.component for each in spent],
        "paid": [each.amount_minor for each in spent],
    }
    cursor.execute(TAKE_OFF, parts)
    cursor.execute(NOTHING_OWED, {"loans": loans})


Paid = Sequence[tuple[Loan, tuple[Spent, ...]]]
Written = Sequence[tuple[Repayment, tuple[Spent, ...]]]


def _write(paid: Paid, actor: ActsFor | UUID, on: date, now: datetime) -> Written:
    """The repayments and where their money went."""
    by = actor if isinstance(actor, UUID) else actor.ref
    rows = Repayment.objects.bulk_create(
        Repayment(
            ref=new_ref(), loan=loan, institution=loan.institution, on=on,
            amount_minor=sum(each.amount_minor for each in parts), channel=PayChannel.HELD,
            booked_on=on, booked_at=now, booked_by=by,
        )
        for loan, parts in paid
    )  # fmt: skip
    written = list(zip(rows, (parts for _, parts in paid), strict=True))
    RepaymentPart.objects.bulk_create(
        RepaymentPart(
            repayment=repayment, loan_id=each.loan_id, n=each.n, component=each.component,
            amount_minor=each.amount_minor,
        )
        for repayment, parts in written
        for each in parts
    )  # fmt: skip
    return written


def _post(
    institution: Institution, actor: ActsFor | UUID, written: Written, on: date, now: datetime
) -> None:
    """One journal a loan, all in one posting."""
    off = Standing.objects.filter(
        loan__in=[repayment.loan_id for repayment, _ in written], off_balance=True
    )
    is_off = set(off.values_list("loan_id", flat=True))
    sides = [
        list(_sides(repayment.loan, parts, is_off=repayment.loan_id in is_off))
        for repayment, parts in written
    ]
    openings = [each for lines in sides for debit, credit, *_ in lines for each in (debit, credit)]
    accounts = iter(open_accounts(institution=institution, actor=actor, now=now, openings=openings))
    drafts = [
        Draft(
            str(repayment.ref), on, REASON, str(repayment.loan.ref),
            tuple(
                Move(next(accounts).pk, next(accounts).pk, amount, reason)
                for _debit, _credit, amount, reason in lines
            ),
        )
        for (repayment, _), lines in zip(written, sides, strict=True)
    ]  # fmt: skip
    posted = post_many(institution=institution, actor=actor, now=now, drafts=drafts, route=ROUTE)
    for (repayment, _), journal in zip(written, posted, strict=True):
        repayment.journal = journal.id
    Repayment.objects.bulk_update([repayment for repayment, _ in written], ["journal"])


Side = tuple[Opening, Opening, int, str]


def _sides(loan: Loan, parts: Sequence[Spent], *, is_off: bool) -> Iterator[Side]:
    """What LoanBooks.paid_moves says, before the accounts are known."""
    product = loan.product.code
    held = Opening(HELD, object_ref=loan.ref, holder=loan.person)
    for name in COMPONENTS:
        amount = sum(each.amount_minor for each in parts if each.component == name)
        if not amount:
            continue
        own = {"object_ref": loan.ref, "holder": loan.person} if name == "principal" else {}
        into = Opening(paid_into(name, is_off=is_off), product=product, **own)
        yield held, into, amount, f"{REASON}-{name}"
        if is_off and name in OFF_BALANCE:
            kept = Opening(OFF_BALANCE[name], product=product)
            yield Opening(CONTRA), kept, amount, f"{REASON}-off"


def _close(numbers: Sequence[int], on: date) -> None:
    """Loans of which nothing is owed and nothing will fall due are settled."""
    owing = OpenDue.objects.filter(loan__in=numbers).values("loan_id")
    ahead = LoanDue.objects.filter(loan__in=numbers, until_version=None, on__gt=on)
    done = Loan.objects.filter(pk__in=numbers).exclude(pk__in=owing)
    done = done.exclude(pk__in=ahead.values("loan_id"))
    settled = list(done.values_list("pk", flat=True))
    Loan.objects.filter(pk__in=settled).update(state=LoanState.SETTLED, closed_on=on)
    Standing.objects.filter(loan__in=settled).delete()
