"""One journal a night: what was earned by product and component, and the change of provisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from xinnong.accounts.models import Institution
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.asset_class import BAD, COVERAGE_PERCENT, PROVISION_PER_MILLE
from xinnong.ledger.models import Account
from xinnong.ledger.queries import balances_now
from xinnong.ledger.services import Move, Opening, open_accounts, post_journal
from xinnong.lending.queries.loans import BOOKED
from xinnong.lending.services.eod_steps import Night, fetch
from xinnong.lending.services.loan_ledger import IMPAIRMENT, INCOME, PROVISIONS, RECEIVABLE

PER_MILLE: Final = 1000
PER_CENT: Final = 100
ROUTE: Final = "lending.eod"
EARNED: Final = """
SELECT p.code, sum(e.interest_minor)::bigint, sum(e.penalty_minor)::bigint,
       sum(e.compound_minor)::bigint
FROM lending_eodaccrual AS e JOIN lending_publishedproduct AS p ON p.id = e.product_id
WHERE e."on" = %(on)s AND e.institution = %(institution)s
GROUP BY p.code ORDER BY p.code
"""
LENT: Final = """
SELECT coalesce(sum(posted_debits_minor - posted_credits_minor), 0)::bigint
FROM ledger_account WHERE institution_id = %(institution_id)s AND kind = '130301'
"""
BAD_LOANS: Final = """
SELECT coalesce(sum(s.special_minor), 0)::bigint,
       coalesce(sum(a.posted_debits_minor - a.posted_credits_minor)
                FILTER (WHERE s.asset_class >= %(bad)s), 0)::bigint
FROM lending_standing AS s JOIN lending_loan AS l ON l.id = s.loan_id
JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = '130301'
WHERE s.institution = %(institution)s AND s.asset_class > 1
"""
BOOKED_IN_JOURNAL: Final = """
SELECT coalesce(sum(CASE WHEN credit.kind LIKE '6%%' THEN t.amount_minor
                         ELSE -t.amount_minor END), 0)::bigint
FROM ledger_transfer AS t JOIN ledger_account AS credit ON credit.id = t.credit_id
WHERE t.journal_id = %(journal)s AND t.reason LIKE 'eod.%%' AND t.reason <> 'eod.provisions'
"""


@dataclass(frozen=True, slots=True)
class NightPosted:
    """What the journal holds; `difference_minor` is days' rows less ledger, zero when they agree."""

    accrued_minor: int
    provisions_delta_minor: int
    transfers: int
    difference_minor: int


def post_night(night: Night, *, institution: Institution, now: datetime) -> NightPosted:
    """Post the night's journal under the day as its key, and compare it with the days' rows."""
    earned = {str(code): dict(zip(BOOKED, sums, strict=True))
              for code, *sums in fetch(EARNED, night)}  # fmt: skip
    moves = _accrual_moves(earned, institution, now)
    delta = _provisions_delta(night, institution, now)
    moves += _provision_moves(delta, institution, now)
    accrued = sum(sum(sums.values()) for sums in earned.values())
    if not moves:
        return NightPosted(accrued, delta, 0, accrued)
    posted = post_journal(
        institution=institution,
        actor=SYSTEM_ACTOR,
        key=f"eod:{institution.code}:{night.on.isoformat()}",
        business_on=night.on,
        now=now,
        reason="eod",
        reference=f"eod:{night.on.isoformat()}",
        moves=moves,
        route=ROUTE,
    )
    [[in_ledger]] = fetch(BOOKED_IN_JOURNAL, night, journal=posted.id)
    return NightPosted(accrued, delta, len(moves), accrued - in_ledger)


def _accrual_moves(
    earned: Mapping[str, Mapping[str, int]], institution: Institution, now: datetime
) -> list[Move]:
    wanted = [
        (product, name, amount)
        for product, sums in earned.items()
        for name, amount in sums.items()
        if amount
    ]
    openings = [
        Opening(chart[name], product=product)
        for product, name, _ in wanted
        for chart in (RECEIVABLE, INCOME)
    ]
    accounts = _open(institution, now, openings)
    pairs = zip(accounts[::2], accounts[1::2], strict=True)
    return [
        _signed(receivable, income, amount, f"eod.{name}")
        for (receivable, income), (_, name, amount) in zip(pairs, wanted, strict=True)
    ]


def _provisions_delta(night: Night, institution: Institution, now: datetime) -> int:
    """What the three rules of core.asset_class.reserves ask for, less what is set aside."""
    [[lent]] = fetch(LENT, night, institution_id=institution.pk)
    [[special, bad]] = fetch(BAD_LOANS, night, bad=int(min(BAD)))
    required = max(
        special,
        -(-lent * PROVISION_PER_MILLE // PER_MILLE),
        -(-bad * COVERAGE_PERCENT // PER_CENT),
    )
    [provisions] = _open(institution, now, [Opening(PROVISIONS)])
    set_aside, _reserved = balances_now(Account.objects.get(pk=provisions))
    return required - set_aside


def _provision_moves(delta: int, institution: Institution, now: datetime) -> list[Move]:
    if not delta:
        return []
    impairment, provisions = _open(institution, now, [Opening(IMPAIRMENT), Opening(PROVISIONS)])
    return [_signed(impairment, provisions, delta, "eod.provisions")]


def _open(institution: Institution, now: datetime, openings: list[Opening]) -> list[int]:
    if not openings:
        return []
    opened = open_accounts(institution=institution, actor=SYSTEM_ACTOR, now=now, openings=openings)
    return [account.pk for account in opened]


def _signed(debit: int, credit: int, amount_minor: int, reason: str) -> Move:
    if amount_minor < 0:
        return Move(credit, debit, -amount_minor, reason)
    return Move(debit, credit, amount_minor, reason)
