"""From the first drawing to the last payment, period by period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from xinnong.core.schedule.day_counts import DENOMINATORS, elapsed
from xinnong.core.schedule.due_dates import Period, dates_from, periods_between, periods_of
from xinnong.core.schedule.errors import refuse
from xinnong.core.schedule.exact import RATE_UNIT, divide, rate_micro
from xinnong.core.schedule.installments import income_weight, make_plan, planned_principal, shorten
from xinnong.core.schedule.moves import BEFORE_INSTALLMENT, Move, Rank, moves_of
from xinnong.core.schedule.standing import (
    Accrual,
    Standing,
    accrued,
    close_stretch,
    rounded,
)
from xinnong.core.schedule.terms import (
    Effect,
    Event,
    EventKind,
    Method,
    OffSeason,
    Terms,
)

IGNORED_AFTERWARDS: Final = frozenset({Rank.RATE, Rank.PAUSE, Rank.RESUME})
WITHOUT_INSTALLMENTS: Final = frozenset(
    {Method.INTEREST_FIRST, Method.AT_MATURITY, Method.REVOLVING}
)


def walk(terms: Terms, *, planned: list[int] | None = None) -> Standing:
    """Work out all rows. `planned` is the principal of each instalment, where that is fixed.

    Raises InvalidTerms for an event that cannot happen to this loan when its day comes.
    """
    loan = _at_start(terms, planned)
    index = 0
    while index < loan.count:
        _run_period(loan, index)
        if loan.settled or _is_over(loan):
            break
        index += 1
    _pay_overdue(loan)
    _refuse_what_is_left(loan)
    return loan


def _at_start(terms: Terms, planned: list[int] | None) -> Standing:
    periods = periods_of(terms)
    count = 1 if terms.method is Method.AT_MATURITY else terms.number_of_repayments
    return Standing(
        terms=terms,
        periods=periods,
        count=count,
        moves=moves_of(terms),
        rate_micro=rate_micro(terms.annual_rate_percent),
        planned=planned,
        mark=terms.disbursed_on,
    )


def _is_over(loan: Standing) -> bool:
    """Whether nothing is owed and no drawing is to come."""
    if loan.balance_minor or loan.deferred_minor:
        return False
    return not any(move.rank is Rank.DRAW for move in loan.moves[loan.next_move :])


def _run_period(loan: Standing, index: int) -> None:
    loan.stretches = []
    while loan.has_moves_until(loan.periods[index].due):
        move = loan.moves[loan.next_move]
        if move.on == loan.periods[index].due and move.rank not in BEFORE_INSTALLMENT:
            break
        loan.next_move += 1
        close_stretch(loan, move.on)
        _APPLY[move.rank](loan, move, index)
        if loan.settled:
            return
    close_stretch(loan, loan.periods[index].due)
    _pay_installment(loan, index)
    _run_due_date(loan, index)


def _run_due_date(loan: Standing, index: int) -> None:
    """What happens on the due date once the instalment is paid."""
    due = loan.periods[index].due
    loan.stretches = []
    while loan.has_moves_until(due) and not loan.settled:
        move = loan.moves[loan.next_move]
        loan.next_move += 1
        _APPLY[move.rank](loan, move, index)
    if loan.terms.method is Method.FLAT and _is_over(loan):
        loan.pay(due, 0, 0, _flat_interest(loan, (0, 1), 0, is_last=True))


def _pay_installment(loan: Standing, index: int) -> None:
    period, is_last = loan.periods[index], index == loan.count - 1
    exact = accrued(loan, period)
    interest = rounded(loan, exact)
    principal = _principal_now(loan, index, interest, exact)
    ends = is_last or principal == loan.balance_minor
    if loan.terms.method is Method.FLAT:
        interest = _flat_interest(loan, exact, interest, is_last=ends)
    _note(loan, period, period.due, interest)
    loan.held_minor = 0
    asked = _asked_now(loan, index, interest, ends=ends)
    loan.pay(period.due, (period.due - period.start).days, principal, asked)


def _principal_now(loan: Standing, index: int, interest: int, exact: tuple[int, int]) -> int:
    """Principal of the instalment, less what was paid ahead of it; the last brings the rest."""
    if index == loan.count - 1:
        loan.principals.append(loan.balance_minor)
        return 0 if _is_overdue(loan, loan.periods[index]) else loan.balance_minor
    planned = planned_principal(loan, index, interest, exact)
    loan.principals.append(planned)
    ahead = min(loan.credit_minor, planned)
    loan.credit_minor -= ahead
    return planned - ahead


def _flat_interest(loan: Standing, exact: tuple[int, int], interest: int, *, is_last: bool) -> int:
    """Flat interest is agreed as one sum: the last instalment brings what rounding left over."""
    loan.flat_exact += Fraction(*exact)
    if is_last:
        whole = rounded(loan, (loan.flat_exact.numerator, loan.flat_exact.denominator))
        interest = max(0, whole - loan.flat_asked_minor)
    loan.flat_asked_minor += interest
    return interest


def _asked_now(loan: Standing, index: int, interest: int, *, ends: bool) -> int:
    """Interest of the row: put off during a grace or between seasons, then asked for with it."""
    if not ends and _is_put_off(loan, index):
        loan.deferred_minor += interest
        return 0
    asked, loan.deferred_minor = interest + loan.deferred_minor, 0
    return asked


def _is_put_off(loan: Standing, index: int) -> bool:
    terms = loan.terms
    if index < terms.grace.interest_payment:
        return True
    nothing = terms.calendar.off_season is OffSeason.NOTHING
    seasonal = terms.method is Method.SEASONAL and nothing
    return seasonal and not income_weight(terms, loan.periods[index])


def _note(loan: Standing, period: Period, end: date, interest: int) -> None:
    loan.accruals.append(Accrual(period, end, tuple(loan.stretches), interest))


def _draw(loan: Standing, move: Move, _index: int) -> None:
    loan.balance_minor += move.amount_minor
    loan.lent_minor += move.amount_minor
    _work_out_again(loan)
    limit = loan.terms.principal_minor
    if loan.terms.method is Method.REVOLVING and loan.balance_minor > limit:
        raise refuse("draw.over_limit", f"disbursements[{move.place}].amount")


def _work_out_again(loan: Standing) -> None:
    loan.level_minor = loan.principal_minor = loan.season = None
    loan.later_weights = []


def _change_rate(loan: Standing, move: Move, _index: int) -> None:
    loan.rate_micro = rate_micro(_event(move).rate_percent or Decimal(0))
    loan.level_minor = None


def _pause(loan: Standing, _move: Move, _index: int) -> None:
    loan.pauses += 1


def _resume(loan: Standing, _move: Move, _index: int) -> None:
    loan.pauses -= 1


def _event(move: Move) -> Event:
    assert move.event is not None, move
    return move.event


def _take_payment(loan: Standing, move: Move, index: int) -> None:
    """Money on top of the instalments: all of it pays principal; interest follows when due."""
    event = _event(move)
    if move.amount_minor > loan.balance_minor:
        owed = loan.balance_minor
        raise refuse("event.over_balance", f"events[{move.place}].amount", owed_minor=owed)
    default = Effect.APPLY_NEXT if event.kind is EventKind.REPAYMENT else Effect.REDUCE_INSTALLMENT
    effect = event.effect or default
    if effect is not Effect.REDUCE_INSTALLMENT:
        make_plan(loan, index, move.on)
    if event.until == "period_end" and move.on < loan.periods[index].due:
        loan.held_minor += move.amount_minor
    loan.pay(move.on, 0, move.amount_minor)
    if effect is Effect.REDUCE_INSTALLMENT:
        _work_out_again(loan)
    elif effect is Effect.REDUCE_COUNT:
        shorten(loan, index, move.on)
    elif loan.terms.method not in WITHOUT_INSTALLMENTS:
        loan.credit_minor += move.amount_minor


def _reschedule(loan: Standing, move: Move, index: int) -> None:
    """The instalment of this period falls due on another day, and the rest follow from there."""
    event, period = _event(move), loan.periods[index]
    remaining = event.number_of_repayments or loan.count - index
    due = event.until if isinstance(event.until, date) else period.due
    if due < move.on or due <= period.start:
        raise refuse("event.until_too_early", f"events[{move.place}].until")
    anchor = due.day if due != period.due else period.anchor_day
    beyond = len(loan.periods) - loan.count  # over which a balloon's instalment is worked out
    dates = dates_from(loan.terms, due, remaining + beyond, anchor)
    loan.periods[index:] = periods_between(
        loan.terms, period.start, dates, period.anchor_day, first=index
    )
    loan.count = index + remaining
    if event.rate_percent is not None:
        loan.rate_micro = rate_micro(event.rate_percent)
    _work_out_again(loan)


def _run_rates_until(loan: Standing, day: date, index: int) -> None:
    """Let rates and pauses that are known take their course up to a day, and nothing else."""
    for move in loan.moves[loan.next_move :]:
        if move.rank in IGNORED_AFTERWARDS and move.on < day:
            close_stretch(loan, move.on)
            _APPLY[move.rank](loan, move, index)
    close_stretch(loan, day)


def _settle(loan: Standing, move: Move, index: int) -> None:
    """Everything is paid: principal, and interest to the day or to the end of the period."""
    event, period = _event(move), loan.periods[index]
    end = move.on
    if event.until == "period_end" and period.start <= move.on < period.due:
        end = period.due
        _run_rates_until(loan, end, index)
    interest = days = 0
    if loan.stretches:
        exact = accrued(loan, period)
        interest, days = rounded(loan, exact), (end - period.start).days
        if loan.terms.method is Method.FLAT:
            interest = _flat_interest(loan, exact, interest, is_last=True)
        _note(loan, period, move.on, interest)
    loan.pay(move.on, days, loan.balance_minor, interest + loan.deferred_minor)
    loan.deferred_minor, loan.settled = 0, True


_APPLY: Final[Mapping[Rank, Callable[[Standing, Move, int], None]]] = {
    Rank.DRAW: _draw,
    Rank.RESUME: _resume,
    Rank.RATE: _change_rate,
    Rank.PAUSE: _pause,
    Rank.RESCHEDULE: _reschedule,
    Rank.PAY: _take_payment,
    Rank.SETTLE: _settle,
}


def _is_overdue(loan: Standing, period: Period) -> bool:
    """Whether the principal of the last instalment comes late: a settlement stands after it."""
    left = loan.moves[loan.next_move :]
    return any(move.rank is Rank.SETTLE and move.on > period.due for move in left)


def _pay_overdue(loan: Standing) -> None:
    """The principal that was not paid when due, with penalty interest for the days since."""
    late = [move for move in loan.moves[loan.next_move :] if move.rank is Rank.SETTLE]
    if loan.settled or not loan.balance_minor or not late:
        return
    due = loan.periods[loan.count - 1].due
    loan.moves.remove(late[0])
    penalty = penalty_minor(loan.terms, loan.balance_minor, loan.rate_micro, due, late[0].on)
    loan.pay(late[0].on, (late[0].on - due).days, loan.balance_minor, 0, penalty)


def penalty_minor(terms: Terms, balance_minor: int, rate: int, due: date, paid_on: date) -> int:
    """Penalty interest on overdue principal: the rate times `penalty_multiple`, by real days.

    `rate` is in millionths of a percent a year.
    """
    share = elapsed(terms.day_count, due, paid_on, due.day)
    numerator, scale = terms.penalty_multiple.as_integer_ratio()
    year = DENOMINATORS[terms.day_count] * RATE_UNIT * scale
    rounding = terms.rounding
    whole = balance_minor * rate * numerator * share
    return divide(whole, year, rounding.interest, rounding.unit_minor)


def _refuse_what_is_left(loan: Standing) -> None:
    """An event on a day on which the loan is over is a mistake; a rate that still moves is none."""
    for move in loan.moves[loan.next_move :]:
        if move.rank is Rank.DRAW:
            raise refuse("draw.after_end", f"disbursements[{move.place}].on")
        if move.rank not in IGNORED_AFTERWARDS:
            raise refuse("event.after_end", f"events[{move.place}].on")
