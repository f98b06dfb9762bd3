"""Reads of the ledger: balances, statements, the trial balance, breaks, journals.

Money that moved counts (`posted`, `posted_pending`); reservations do not, except where said. A
balance at a date begins at the last period closed by then, so that old transfers are not summed
again. Everything is limited to one institution here and by row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from xinnong.accounts.models import Actor, Institution, lender_codes
from xinnong.accounts.roles import OwnerKind
from xinnong.core.ledger import Side
from xinnong.ledger.chart import AccountKind, kind_of
from xinnong.ledger.models import Account, Assertion, CoreCode, Journal, Period, Resum

PAGE: Final = 50

_RESERVED: Final = """
SELECT coalesce(sum(t.amount_minor), 0)
FROM ledger_transfer AS t
WHERE (t.debit_id = %(account)s OR t.credit_id = %(account)s) AND t.state = 'pending'
  AND NOT EXISTS (SELECT FROM ledger_transfer AS e WHERE e.ends_id = t.id)
"""
# every part of a balance: what was closed, then each side of what came after
_PARTS: Final = """
WITH closed AS MATERIALIZED (
    SELECT id, last_on FROM ledger_period
    WHERE institution_id = %(institution)s AND closed_at IS NOT NULL
      AND (last_on, 9223372036854775807) <= (%(on)s, %(before)s)
    ORDER BY last_on DESC LIMIT 1
), since AS MATERIALIZED (
    SELECT coalesce((SELECT last_on FROM closed), DATE '0001-01-01') AS day
)
"""
_BALANCE: Final = (
    _PARTS
    + """
SELECT coalesce(sum(debits), 0), coalesce(sum(credits), 0) FROM (
    SELECT debits_minor AS debits, credits_minor AS credits
    FROM ledger_closingbalance
    WHERE period_id = (SELECT id FROM closed) AND account_id = %(account)s
    UNION ALL
    SELECT amount_minor, 0 FROM ledger_transfer
    WHERE debit_id = %(account)s AND state IN ('posted', 'posted_pending')
      AND business_on > (SELECT day FROM since) AND (business_on, id) <= (%(on)s, %(before)s)
    UNION ALL
    SELECT 0, amount_minor FROM ledger_transfer
    WHERE credit_id = %(account)s AND state IN ('posted', 'posted_pending')
      AND business_on > (SELECT day FROM since) AND (business_on, id) <= (%(on)s, %(before)s)
) AS parts
"""
)
_TRIAL: Final = (
    _PARTS
    + """
, moved AS (
    SELECT account_id, debits_minor AS debits, credits_minor AS credits
    FROM ledger_closingbalance WHERE period_id = (SELECT id FROM closed)
    UNION ALL
    SELECT side.account, sum(side.debits), sum(side.credits)
    FROM ledger_transfer AS t
    CROSS JOIN LATERAL (VALUES (t.debit_id, t.amount_minor, 0), (t.credit_id, 0, t.amount_minor))
        AS side(account, debits, credits)
    WHERE t.institution_id = %(institution)s AND t.state IN ('posted', 'posted_pending')
      AND t.business_on > (SELECT day FROM since) AND t.business_on <= %(on)s
    GROUP BY side.account
)
SELECT a.kind, a.product, count(DISTINCT a.id), sum(moved.debits)::bigint,
       sum(moved.credits)::bigint
FROM moved LEFT JOIN ledger_account AS a ON a.id = moved.account_id
GROUP BY a.kind, a.product ORDER BY a.kind, a.product
"""
)
_LINES: Final = """
SELECT t.id, j.ref, t.business_on, j.booked_at, t.reason, j.reference,
       CASE WHEN t.debit_id = %(account)s THEN t.credit_id ELSE t.debit_id END,
       CASE WHEN t.debit_id = %(account)s THEN t.amount_minor ELSE 0 END,
       CASE WHEN t.debit_id = %(account)s THEN 0 ELSE t.amount_minor END
FROM (
    (SELECT * FROM ledger_transfer
     WHERE debit_id = %(account)s AND state IN ('posted', 'posted_pending')
       AND (business_on, id) > (%(after_on)s, %(after)s) AND business_on <= %(until)s
     ORDER BY business_on, id LIMIT %(limit)s)
    UNION ALL
    (SELECT * FROM ledger_transfer
     WHERE credit_id = %(account)s AND state IN ('posted', 'posted_pending')
       AND (business_on, id) > (%(after_on)s, %(after)s) AND business_on <= %(until)s
     ORDER BY business_on, id LIMIT %(limit)s)
) AS t JOIN ledger_journal AS j ON j.id = t.journal_id
ORDER BY t.business_on, t.id LIMIT %(limit)s
"""
LAST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One code and product of the trial balance: all debits and credits until the day."""

    kind: AccountKind
    product: str
    accounts: int
    debits_minor: int
    credits_minor: int

    @property
    def net_minor(self) -> int:
        """Debits less credits; over all rows the sum is 0."""
        return self.debits_minor - self.credits_minor

    @property
    def debit_balance_minor(self) -> int:
        """The balance where it stands in debit, else 0."""
        return max(self.net_minor, 0)

    @property
    def credit_balance_minor(self) -> int:
        """The balance where it stands in credit, else 0."""
        return max(-self.net_minor, 0)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The trial balance of an institution at the end of a day."""

    on: date
    rows: tuple[TrialRow, ...]

    @property
    def difference_minor(self) -> int:
        """Debits less credits of everything: 0, or the ledger is broken."""
        return sum(row.net_minor for row in self.rows)

    @property
    def debits_minor(self) -> int:
        """Sum of the debit balances."""
        return sum(row.debit_balance_minor for row in self.rows)

    @property
    def credits_minor(self) -> int:
        """Sum of the credit balances."""
        return sum(row.credit_balance_minor for row in self.rows)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of an account, with the balance after it on the normal side."""

    transfer: int
    journal: UUID
    business_on: date
    booked_at: Any
    reason: str
    reference: str
    counter: int
    debit_minor: int
    credit_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of an account's movements. `more` is the key of the next page, or None."""

    account: Account
    from_on: date
    until: date
    opening_minor: int
    lines: tuple[StatementLine, ...]
    more: tuple[date, int] | None

    @property
    def closing_minor(self) -> int:
        """The balance after the last line."""
        return self.lines[-1].balance_minor if self.lines else self.opening_minor


def balances_now(account: Account) -> tuple[int, int]:
    """Balance of all days on the normal side and what is still reserved, both summed."""
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, {"account": account.pk})
        [[reserved]] = cursor.fetchall()
    return balance_at(account, on=date.max), int(reserved)


def balance_at(account: Account, *, on: date, before: int = LAST_ID) -> int:
    """Balance at the end of a day on the normal side; `before` stops at a transfer of that day."""
    asked: dict[str, Any] = {
        "account": account.pk,
        "institution": account.institution_id,
        "on": on,
        "before": before,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BALANCE, asked)
        [[debits, credits_]] = cursor.fetchall()
    return on_normal_side(account, int(debits), int(credits_))


def on_normal_side(account: Account, debits: int, credits_: int) -> int:
    """The balance that two totals make on an account's normal side."""
    return debits - credits_ if account.normal == Side.DEBIT else credits_ - debits


def trial_balance(institution: Institution, *, on: date) -> TrialBalance:
    """What every code and product has at the end of a day."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL, {"institution": institution.pk, "on": on, "before": LAST_ID})
        rows = cursor.fetchall()
    return TrialBalance(
        on,
        tuple(
            TrialRow(kind_of(kind), product, accounts, int(debits), int(credits_))
            for kind, product, accounts, debits, credits_ in rows
        ),
    )


def statement(
    account: Account,
    *,
    from_on: date,
    until: date,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
) -> Statement:
    """Movements of an account from a day until a day, in order of business date, by keyset."""
    after_on, after_id = after or (from_on, 0)
    opening = balance_at(account, on=after_on, before=after_id)
    asked: dict[str, Any] = {
        "account": account.pk,
        "after_on": after_on,
        "after": after_id,
        "until": until,
        "limit": limit + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, asked)
        rows = cursor.fetchall()
    lines = _with_balances(account, opening, rows[:limit])
    last = lines[-1] if lines and len(rows) > limit else None
    more = (last.business_on, last.transfer) if last else None
    return Statement(account, from_on, until, opening, lines, more)


def _with_balances(
    account: Account, opening: int, rows: Sequence[tuple[Any, ...]]
) -> tuple[StatementLine, ...]:
    balance = opening
    lines = []
    for row in rows:
        transfer, journal, business_on, booked_at, reason, reference, counter, debit, credit = row
        balance += on_normal_side(account, debit, credit)
        lines.append(
            StatementLine(
                transfer,
                journal,
                business_on,
                booked_at,
                reason,
                reference,
                counter,
                debit,
                credit,
                balance,
            )
        )
    return tuple(lines)


def account_of(institution: Institution, ref: UUID) -> Account | None:
    """An account by its public reference."""
    return Account.objects.filter(institution=institution, ref=ref).first()


def accounts_page(
    institution: Institution, *, kind: str, product: str, after: int = 0, limit: int = PAGE
) -> list[Account]:
    """Accounts under a code and product, by keyset."""
    found = Account.objects.filter(institution=institution, kind=kind, product=product)
    return list(found.filter(pk__gt=after).order_by("pk")[:limit])


def journal_of(institution: Institution, ref: UUID) -> Journal | None:
    """A journal by its public reference; `transfers` and their accounts are loaded."""
    found = Journal.objects.filter(institution=institution, ref=ref)
    return found.prefetch_related("transfers__debit", "transfers__credit").first()


def reversal_of(journal: Journal) -> Journal | None:
    """The journal that reversed this one."""
    return Journal.objects.filter(institution=journal.institution_id, reverses=journal).first()


@dataclass(frozen=True, slots=True)
class Compared:
    """What somebody outside says beside what we have now; both on the account's normal side."""

    assertion: Assertion
    computed_minor: int

    @property
    def difference_minor(self) -> int:
        """What they say less what we have now."""
        return self.assertion.expected_minor - self.computed_minor

    @property
    def is_open(self) -> bool:
        """Whether the figures differ and nobody has said why."""
        return self.difference_minor != 0 and self.assertion.explained_at is None


def assertions_page(
    institution: Institution, *, before: int | None = None, limit: int = PAGE
) -> list[Compared]:
    """Assertions, newest first, compared with the balance as it is now."""
    found = Assertion.objects.filter(institution=institution).select_related("account")
    if before is not None:
        found = found.filter(pk__lt=before)
    return [_compared(assertion) for assertion in found.order_by("-pk")[:limit]]


def open_breaks(institution: Institution, *, until: date) -> list[Compared]:
    """Assertions until a day that do not agree now and are not explained, oldest first."""
    found = Assertion.objects.filter(
        institution=institution, business_on__lte=until, explained_at__isnull=True
    )
    compared = (_compared(a) for a in found.select_related("account").order_by("business_on", "pk"))
    return [one for one in compared if one.is_open]


def _compared(assertion: Assertion) -> Compared:
    return Compared(assertion, balance_at(assertion.account, on=assertion.business_on))


def last_resum(institution: Institution) -> Resum | None:
    """When running balances were last summed again, and whether they held."""
    return Resum.objects.filter(institution=institution).order_by("-pk").first()


def periods(institution: Institution) -> list[Period]:
    """Periods, the newest first."""
    return list(Period.objects.filter(institution=institution).order_by("-first_on"))


def closed_through(institution: Institution) -> date | None:
    """The last day that is closed."""
    closed = Period.objects.filter(institution=institution, closed_at__isnull=False)
    found = closed.order_by("-last_on").first()
    return found.last_on if found else None


def first_posting_on(institution: Institution) -> date | None:
    """The earliest business date of the books."""
    found = Journal.objects.filter(institution=institution).order_by("business_on").first()
    return found.business_on if found else None


def ledgers_of(actor: Actor) -> list[Institution]:
    """Institutions whose books the actor may read: those it owns rows of, if they lend."""
    lenders = Institution.objects.filter(
        Q(code__in=lender_codes(actor.institution)), operator__kind=OwnerKind.LENDER
    )
    return list(
        lenders.select_related("operator").order_by(F("parent").asc(nulls_first=True), "code")
    )


def core_codes(institution: Institution) -> Mapping[tuple[str, str], str]:
    """An institution's own codes by kind and product; product "" stands for all of the kind."""
    found = CoreCode.objects.filter(institution=institution)
    return {(code.kind, code.product): code.core_code for code in found}


def core_code(codes: Mapping[tuple[str, str], str], kind: AccountKind, product: str) -> str:
    """The code in the bank's core: the product's, else the kind's, else the chart's."""
    return codes.get((kind.code, product)) or codes.get((kind.code, "")) or kind.core
