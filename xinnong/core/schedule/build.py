"""Terms in, schedule out."""

from __future__ import annotations

from dataclasses import replace

from xinnong.core.schedule.conventions import conventions_of
from xinnong.core.schedule.schedule import Row, Schedule, Totals
from xinnong.core.schedule.standing import Standing
from xinnong.core.schedule.terms import Terms
from xinnong.core.schedule.walk import walk


def build_schedule(terms: Terms) -> Schedule:
    """Work out the schedule of a loan: the same terms give the same rows, always.

    The rows' principal sums to what is lent and the balance ends at 0. Raises InvalidTerms for an
    event that cannot happen to this loan when its day comes.
    """
    loan = stand(terms)
    rows = tuple(loan.rows)
    return Schedule(rows, _totals(rows), terms, conventions_of(terms, loan))


def stand(terms: Terms) -> Standing:
    """Walk through the loan; where days are moved to working days, principal stays as planned."""
    if not terms.calendar.moves_dates:
        return walk(terms)
    still = replace(
        terms.calendar, holidays=frozenset(), workdays=frozenset(), weekend_days=frozenset()
    )
    agreed = walk(replace(terms, calendar=still))
    return walk(terms, planned=agreed.principals)


def _totals(rows: tuple[Row, ...]) -> Totals:
    return Totals(
        days=sum(row.days for row in rows),
        principal_minor=sum(row.principal_minor for row in rows),
        interest_minor=sum(row.interest_minor for row in rows),
        fee_minor=sum(row.fee_minor for row in rows),
        penalty_minor=sum(row.penalty_minor for row in rows),
        total_minor=sum(row.total_minor for row in rows),
    )
