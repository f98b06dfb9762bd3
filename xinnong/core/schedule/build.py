"""Terms in, schedule out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xinnong.core.schedule.conventions import conventions_of, is_clamped
from xinnong.core.schedule.due_dates import due_dates
from xinnong.core.schedule.quiet import is_quiet, quiet_rows
from xinnong.core.schedule.schedule import Row, Schedule, Totals
from xinnong.core.schedule.standing import Standing
from xinnong.core.schedule.terms import Terms
from xinnong.core.schedule.walk import walk


def build_schedule(terms: Terms) -> Schedule:
    """Work out the schedule of a loan: the same terms give the same rows, always.

    The rows' principal sums to what is lent and the balance ends at 0. Raises InvalidTerms for an
    event that cannot happen to this loan when its day comes.
    """
    if is_quiet(terms):
        rows, anchor_day = quiet_rows(terms)
        clamped = is_clamped((row.due for row in rows), anchor_day)
        held = conventions_of(terms, is_clamped=clamped, draws_on_due_date=False)
        return Schedule(rows, _totals(rows), terms, held)
    loan = stand(terms)
    return Schedule(tuple(loan.rows), _totals(loan.rows), terms, _conventions(loan))


def _conventions(loan: Standing) -> tuple[str, ...]:
    terms = loan.terms
    draws = {draw.on for draw in terms.draws}
    dates, anchor_day = due_dates(terms, count=terms.number_of_repayments)
    return conventions_of(
        terms,
        is_clamped=is_clamped(dates, anchor_day),
        draws_on_due_date=any(period.due in draws for period in loan.periods[: loan.count]),
    )


def stand(terms: Terms) -> Standing:
    """Walk through the loan; where days are moved to working days, principal stays as planned."""
    if not terms.calendar.moves_dates:
        return walk(terms)
    still = replace(
        terms.calendar, holidays=frozenset(), workdays=frozenset(), weekend_days=frozenset()
    )
    agreed = walk(replace(terms, calendar=still))
    return walk(terms, planned=agreed.principals)


def _totals(rows: Sequence[Row]) -> Totals:
    _n, _due, days, principal, interest, fee, penalty, total, _balance = zip(*rows, strict=True)
    sums = (sum(column) for column in (days, principal, interest, fee, penalty, total))
    return Totals(*sums)
