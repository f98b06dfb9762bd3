"""One journal a night: what was earned by product and component, and the change of provisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from xinnong.lending.services.loan_ledger import (
    CONTRA,
    IMPAIRMENT,
    INCOME,
    OFF_BALANCE,
    PROVISIONS,
    RECEIVABLE,
)

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
EARNED_OFF: Final = """
SELECT p.code, sum(e.interest_minor)::bigint, sum(e.penalty_minor)::bigint,
       sum(e.compound_minor)::bigint
FROM lending_standing AS s JOIN lending_eodaccrual AS e ON e.loan_id = s.loan_id
JOIN lending_publishedproduct AS p ON p.id = e.product_id
WHERE s.institution = %(institution)s AND s.off_balance AND e."on" = %(on)s
GROUP BY p.code ORDER BY p.code
"""
TURNED: Final = """
SELECT p.code, sum(sign * interest_minor)::bigint, sum(sign * penalty_minor)::bigint,
       sum(sign * compound_minor)::bigint
FROM lending_offbalancechange AS c JOIN lending_loan AS l ON l.id = c.loan_id
JOIN lending_publishedproduct AS p ON p.id = l.product_id
CROSS JOIN LATERAL (SELECT CASE WHEN c.is_off THEN 1 ELSE -1 END AS sign) AS side
WHERE c.institution = %(institution)s AND c."on" = %(on)s
GROUP BY p.code ORDER BY p.code
"""
BOOKED_IN_JOURNAL: Final = """
SELECT coalesce(sum(debited) FILTER (WHERE kind LIKE '1132__' AND reason <> 'eod.turn'), 0)::bigint,
       coalesce(sum(debited) FILTER (WHERE kind LIKE '7121__' AND reason <> 'eod.turn'), 0)::bigint,
       coalesce(sum(-debited) FILTER (WHERE kind LIKE '1132__' AND reason = 'eod.turn'), 0)::bigint,
       coalesce(sum(debited) FILTER (WHERE kind LIKE '7121__' AND reason = 'eod.turn'), 0)::bigint
FROM (
    SELECT a.kind, t.reason, sum(CASE WHEN a.id = t.debit_id THEN t.amount_minor
                                      ELSE -t.amount_minor END) AS debited
    FROM ledger_transfer AS t JOIN ledger_account AS a ON a.id IN (t.debit_id, t.credit_id)
    WHERE t.journal_id = %(journal)s GROUP BY a.kind, t.reason
) AS sides
"""
Sums = Mapping[str, Mapping[str, int]]
"""Fen by code of product and component."""
Side = Callable[[str, str], Opening]
"""The account of an entry, by component and product."""
TURN: Final = "eod.turn"


@dataclass(frozen=True, slots=True)
class NightPosted:
    """What the journal holds; `difference_minor` is days' rows less ledger, zero when they agree."""

    accrued_minor: int
    provisions_delta_minor: int
    transfers: int
    difference_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the night's journal, before its accounts are known; below zero it is turned."""

    debit: Opening
    credit: Opening
    amount_minor: int
    reason: str


def post_night(night: Night, *, institution: Institution, now: datetime) -> NightPosted:
    """Post the night's journal under the day as its key, and compare it with the days' rows."""
    whole, off, turned = (_sums(sql, night) for sql in (EARNED, EARNED_OFF, TURNED))
    on = _less(whole, off)
    delta = _provisions_delta(night, institution)
    entries = [
        *_entries(on, _product(RECEIVABLE), _product(INCOME), "eod.{name}"),
        *_entries(off, _product(OFF_BALANCE), _contra, "eod.off-{name}"),
        *_entries(turned, _product(INCOME), _product(RECEIVABLE), TURN),
        *_entries(turned, _product(OFF_BALANCE), _contra, TURN),
        Entry(Opening(IMPAIRMENT), Opening(PROVISIONS), delta, "eod.provisions"),
    ]
    expected = (_total(on), _total(off), _total(turned), _total(turned))
    moves = _moves([each for each in entries if each.amount_minor], institution, now)
    if not moves:
        return NightPosted(_total(whole), delta, 0, sum(map(abs, expected)))
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
    [in_ledger] = fetch(BOOKED_IN_JOURNAL, night, journal=posted.id)
    apart = sum(abs(row - found) for row, found in zip(expected, in_ledger, strict=True))
    return NightPosted(_total(whole), delta, len(moves), apart)


def _sums(sql: str, night: Night) -> Sums:
    return {str(code): dict(zip(BOOKED, sums, strict=True)) for code, *sums in fetch(sql, night)}


def _less(whole: Sums, part: Sums) -> Sums:
    return {
        code: {name: sums[name] - part.get(code, {}).get(name, 0) for name in BOOKED}
        for code, sums in whole.items()
    }


def _total(sums: Sums) -> int:
    return sum(sum(each.values()) for each in sums.values())


def _entries(sums: Sums, debit: Side, credit: Side, reason: str) -> list[Entry]:
    """One entry per product and component."""
    return [
        Entry(debit(name, product), credit(name, product), amount, reason.format(name=name))
        for product, each in sums.items()
        for name, amount in each.items()
    ]


def _product(chart: Mapping[str, str]) -> Side:
    """The side of an entry that stands under a product, by component."""
    return lambda name, product: Opening(chart[name], product=product)


def _contra(_name: str, _product: str) -> Opening:
    """The side that faces every memorandum account."""
    return Opening(CONTRA)


def _provisions_delta(night: Night, institution: Institution) -> int:
    """What the three rules of core.asset_class.reserves ask for, less what is set aside."""
    [[lent]] = fetch(LENT, night, institution_id=institution.pk)
    [[special, bad]] = fetch(BAD_LOANS, night, bad=int(min(BAD)))
    required = max(
        special,
        -(-lent * PROVISION_PER_MILLE // PER_MILLE),
        -(-bad * COVERAGE_PERCENT // PER_CENT),
    )
    provisions = Account.objects.filter(institution=institution, kind=PROVISIONS).first()
    return required - (balances_now(provisions)[0] if provisions else 0)


def _moves(entries: Sequence[Entry], institution: Institution, now: datetime) -> list[Move]:
    """The entries between accounts, which are opened where they are missing."""
    if not entries:
        return []
    openings = [side for each in entries for side in (each.debit, each.credit)]
    opened = open_accounts(institution=institution, actor=SYSTEM_ACTOR, now=now, openings=openings)
    pairs = zip(opened[::2], opened[1::2], strict=True)
    return [
        _signed(debit.pk, credit.pk, each.amount_minor, each.reason)
        for (debit, credit), each in zip(pairs, entries, strict=True)
    ]


def _signed(debit: int, credit: int, amount_minor: int, reason: str) -> Move:
    if amount_minor < 0:
        return Move(credit, debit, -amount_minor, reason)
    return Move(debit, credit, amount_minor, reason)
