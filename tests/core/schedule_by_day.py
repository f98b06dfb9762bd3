"""A slow and obvious loan schedule: exact fractions, one day after the other.

A second opinion beside the engine, written from the conventions alone. Money is exact fractions
of the smallest unit of the currency; a day's interest is what is owed that morning, times the
rate of that day, times the part of a year that the day is worth. Habits of other books, which the
engine does not have, can be asked for so that a printed difference can be explained: `carry` keeps
every digit of a balance and rounds only what is shown, `level` and `interest` say how an amount is
cut.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any, Literal

Terms = Mapping[str, Any]
ONE_DAY = timedelta(days=1)
MONTHS_IN = {"months": 1, "quarters": 3, "years": 12}


@dataclass(frozen=True)
class Habits:
    carry: bool = False
    level: Literal["nearest", "up", "down", "exact"] = "nearest"
    interest: Literal["nearest", "down"] = "nearest"


@dataclass(frozen=True)
class ExactRow:
    """One instalment with every digit, in the smallest unit of the currency."""

    n: int
    due: date
    days: int
    principal: Fraction
    interest: Fraction
    balance_after: Fraction

    @property
    def total(self) -> Fraction:
        return self.principal + self.interest


@dataclass(frozen=True)
class Row:
    """One instalment as it is shown, in the smallest unit of the currency."""

    n: int
    due: date
    days: int
    principal: int
    interest: int
    total: int
    balance_after: int


@dataclass(frozen=True)
class Plan:
    """Terms read once: plain numbers and dates, nothing decided yet."""

    terms: Terms
    habits: Habits
    dues: tuple[date, ...]
    draws: tuple[tuple[date, Fraction], ...]
    rates: tuple[tuple[date, Fraction], ...]
    pauses: tuple[tuple[date, date], ...]
    prepayments: tuple[tuple[date, Fraction, str], ...]

    @property
    def starts(self) -> tuple[date, ...]:
        return (_day(self.terms["disbursed_on"]), *self.dues[:-1])

    def grace(self, kind: str) -> int:
        return int(self.terms.get("grace", {}).get(kind, 0))


def schedule_by_day(terms: Terms, habits: Habits | None = None) -> list[Row]:
    """The rows of a loan whose terms use the parts of TERMS that this reference knows."""
    mode = terms["rounding"].get("interest", "HALF_EVEN")
    return [
        Row(
            n=row.n,
            due=row.due,
            days=row.days,
            principal=rounded(row.principal, mode),
            interest=rounded(row.interest, mode),
            total=rounded(row.total, mode),
            balance_after=rounded(row.balance_after, mode),
        )
        for row in exact_rows(terms, habits)
    ]


def exact_rows(terms: Terms, habits: Habits | None = None) -> list[ExactRow]:
    """The same rows before anything is rounded for show."""
    plan = _plan(terms, habits or Habits())
    if terms["method"] == "at_maturity":
        plan = replace(plan, dues=plan.dues[-1:])
    return list(_walk(plan))


def _plan(terms: Terms, habits: Habits) -> Plan:
    start = _day(terms["disbursed_on"])
    unit = 10 ** int(terms["rounding"].get("currency_digits", 2))
    draws = terms.get("disbursements") or [{"on": str(start), "amount": terms["principal"]}]
    events = terms.get("events", ())
    changes = [e for e in events if e["kind"] == "rate_change"]
    return Plan(
        terms=terms,
        habits=habits,
        dues=tuple(_due(terms, n) for n in range(1, int(terms["number_of_repayments"]) + 1)),
        draws=tuple((_day(d["on"]), Fraction(d["amount"]) * unit) for d in draws),
        rates=(
            (start, Fraction(terms["annual_rate"]) / 100),
            *((_day(e["on"]), Fraction(e["rate"]) / 100) for e in changes),
        ),
        pauses=tuple(
            (_day(e["on"]), _day(e["until"])) for e in events if e["kind"] == "interest_pause"
        ),
        prepayments=tuple(
            (_day(e["on"]), Fraction(e["amount"]) * unit, str(e["effect"]))
            for e in events
            if e["kind"] == "prepayment"
        ),
    )


# ---------------------------------------------------------------- days


def _day(text: object) -> date:
    return date.fromisoformat(str(text))


def months_later(day: date, months: int) -> date:
    """The same day so many months on; a day the month does not have becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _step(terms: Terms, anchor: date, steps: int) -> date:
    size = int(terms["every"]) * steps
    if terms["unit"] in MONTHS_IN:
        return months_later(anchor, size * MONTHS_IN[terms["unit"]])
    return anchor + size * ONE_DAY * (7 if terms["unit"] == "weeks" else 1)


def _due(terms: Terms, n: int) -> date:
    first = terms.get("first_due_on")
    if first:
        return _step(terms, _day(first), n - 1)
    return _step(terms, _day(terms["disbursed_on"]), n)


def _days(start: date, end: date) -> Iterator[date]:
    while start < end:
        yield start
        start += ONE_DAY


def part_of_year(plan: Plan, day: date, start: date, due: date) -> Fraction:
    """What the night after `day` is worth, in the period from `start` to `due`."""
    if plan.terms["interest_period"] == "same_as_repayment":
        return _periods_in_one(plan) * _period_of_year(plan.terms) / (due - start).days
    match plan.terms["day_count"]:
        case "actual/actual":
            return Fraction(1, 366 if calendar.isleap((day + ONE_DAY).year) else 365)
        case "30/360" if plan.terms["unit"] in MONTHS_IN:
            return _part_of_month(plan, day, start) / 12
        case counted:
            return Fraction(1, int(str(counted).split("/")[1]))


def _period_of_year(terms: Terms) -> Fraction:
    if terms["unit"] in MONTHS_IN:
        return Fraction(int(terms["every"]) * MONTHS_IN[terms["unit"]], 12)
    if terms["unit"] == "weeks":
        return Fraction(int(terms["every"]), 52)
    counted = str(terms["day_count"]).split("/")[1]
    return Fraction(int(terms["every"]), 365 if counted == "actual" else int(counted))


def _periods_in_one(plan: Plan) -> int:
    """Repayment at maturity has one instalment for all its periods; every other has one each."""
    if plan.terms["method"] == "at_maturity":
        return int(plan.terms["number_of_repayments"])
    return 1


def _part_of_month(plan: Plan, day: date, start: date) -> Fraction:
    """Months run from the period's own day; each is spread over its days, whole or cut short."""
    anchor = _day(plan.terms["disbursed_on"])
    if "first_due_on" in plan.terms and start > anchor:
        anchor = _day(plan.terms["first_due_on"])
    months = (day.year - anchor.year) * 12 + day.month - anchor.month
    if months_later(anchor, months) > day:
        months -= 1
    begin, end = months_later(anchor, months), months_later(anchor, months + 1)
    return Fraction(1, (end - begin).days)


# ---------------------------------------------------------------- interest


def _rate(plan: Plan, day: date) -> Fraction:
    return [rate for since, rate in plan.rates if since <= day][-1]


def _drawn(plan: Plan, since: date, before: date) -> Fraction:
    return _sum(amount for on, amount in plan.draws if since <= on < before)


def _returned(plan: Plan, since: date, before: date) -> Fraction:
    return _sum(amount for on, amount, _ in plan.prepayments if since <= on < before)


def _sum(amounts: Iterable[Fraction]) -> Fraction:
    return sum(amounts, Fraction())


def _interest(plan: Plan, n: int, opening: Fraction, *, paused: bool = True) -> Fraction:
    """Interest of one period day by day; `opening` is owed that morning, draws excluded."""
    start, due = plan.starts[n], plan.dues[n]
    if n < plan.grace("interest_free"):
        return Fraction()
    total = Fraction()
    for day in _days(start, due):
        if paused and any(since <= day < until for since, until in plan.pauses):
            continue
        owed = opening + _drawn(plan, start, day + ONE_DAY) - _returned(plan, start, day + ONE_DAY)
        if plan.terms["method"] == "flat":
            whole = plan.terms["interest_period"] == "same_as_repayment"
            owed = _drawn(plan, plan.starts[0], due if whole else day + ONE_DAY)
        total += owed * _rate(plan, day) * part_of_year(plan, day, start, due)
    return total


def _expected_factor(plan: Plan, n: int, known: date) -> Fraction:
    """Interest on 1 over a later period as it looks on the day `known`."""
    start, due = plan.starts[n], plan.dues[n]
    if n < plan.grace("interest_free"):
        return Fraction()
    whole = plan.terms["interest_period"] == "same_as_repayment"
    if whole or plan.terms.get("level") == "annual_over_n":
        return _rate(plan, known) * _period_of_year(plan.terms)
    parts = _sum(part_of_year(plan, day, start, due) for day in _days(start, due))
    return _rate(plan, known) * parts


# ---------------------------------------------------------------- rounding and level


def rounded(amount: Fraction, mode: str) -> int:
    """Whole units: the nearest, with a half to the even one or away from zero."""
    if mode == "HALF_EVEN":
        return round(amount)
    return floor(amount + Fraction(1, 2)) if amount >= 0 else ceil(amount - Fraction(1, 2))


def _mode(plan: Plan) -> str:
    return str(plan.terms["rounding"].get("interest", "HALF_EVEN"))


def _cut_level(plan: Plan, amount: Fraction) -> Fraction:
    multiple = plan.terms["rounding"].get("installment_multiple")
    unit = 10 ** int(plan.terms["rounding"].get("currency_digits", 2))
    size = Fraction(multiple) * unit if multiple else Fraction(1)
    match plan.habits.level:
        case "exact":
            return amount
        case "up":
            return Fraction(ceil(amount / size)) * size
        case "down":
            return Fraction(floor(amount / size)) * size
        case _:
            return rounded(amount / size, _mode(plan)) * size


def _level(plan: Plan, n: int, opening: Fraction) -> Fraction:
    """The amount that, paid in period n and every later one, leaves nothing."""
    plan = _as_agreed(plan)
    start, due = plan.starts[n], plan.dues[n]
    known = due - ONE_DAY
    owed, per_level = opening + _drawn(plan, start, due) - _returned(plan, start, due), Fraction(1)
    if plan.terms.get("level") == "annual_over_n":
        owed *= 1 + _expected_factor(plan, n, known)
    else:
        owed += _interest(plan, n, opening, paused=False)
    for later in range(n + 1, len(plan.dues)):
        grown = 1 + _expected_factor(plan, later, known)
        owed, per_level = owed * grown, per_level * grown + 1
    level = _cut_level(plan, (owed - _balloon(plan)) / per_level)
    return _tried_again(plan, n, opening, level)


def _as_agreed(plan: Plan) -> Plan:
    """Money returned to shorten the loan, not to lower the instalment, leaves the level alone."""
    kept = tuple(p for p in plan.prepayments if p[2] == "reduce_installment")
    over = plan.terms.get("balloon", {}).get("amortised_over")
    dues = tuple(_due(plan.terms, n) for n in range(1, int(over) + 1)) if over else plan.dues
    return replace(plan, prepayments=kept, dues=dues)


def _balloon(plan: Plan) -> Fraction:
    unit: int = 10 ** int(plan.terms["rounding"].get("currency_digits", 2))
    return Fraction(str(plan.terms.get("balloon", {}).get("amount", "0"))) * unit


def _gap(plan: Plan, n: int, opening: Fraction, level: Fraction) -> Fraction:
    """How far the last instalment lies from the level if nothing else happens."""
    last = len(plan.dues) - 1
    owed = opening
    for period in range(n, last + 1):
        start, due = plan.starts[period], plan.dues[period]
        if period == n:
            exact = _interest(plan, n, owed, paused=False)
            owed += _drawn(plan, start, due) - _returned(plan, start, due)
        else:
            exact = owed * _expected_factor(plan, period, plan.dues[n] - ONE_DAY)
        interest = _shown_interest(plan, exact)
        if period == last:
            return owed + interest - _balloon(plan) - level
        owed -= max(Fraction(), level - interest)
        if owed <= 0:
            return owed - level
    raise AssertionError("a schedule has a last period")


def _tried_again(plan: Plan, n: int, opening: Fraction, level: Fraction) -> Fraction:
    """One retry with the gap spread, kept only if the last instalment comes closer."""
    left = len(plan.dues) - n
    allowed = floor(Fraction(str(plan.terms.get("last_installment_gap_pct", 50))) * left / 100)
    gap = _gap(plan, n, opening, level)
    if allowed < 1 or abs(gap) <= allowed:
        return level
    second = _cut_level(plan, level + gap / left)
    return second if abs(_gap(plan, n, opening, second)) < abs(gap) else level


# ---------------------------------------------------------------- walking the periods


def _shown_interest(plan: Plan, exact: Fraction) -> Fraction:
    if plan.habits.carry:
        return exact
    if plan.habits.interest == "down":
        return Fraction(floor(exact))
    return Fraction(rounded(exact, _mode(plan)))


def _must_set_level(plan: Plan, n: int) -> bool:
    start, due = plan.starts[n], plan.dues[n]
    happened = [on for on, _ in plan.draws]
    if plan.terms["method"] in ("equal_installment", "balloon"):
        happened += [on for on, _ in plan.rates[1:]]
    happened += [on for on, _, effect in plan.prepayments if effect == "reduce_installment"]
    return n == plan.grace("principal") or any(start <= on < due for on in happened)


def _planned_principal(plan: Plan, n: int, level: Fraction, interest: Fraction) -> Fraction:
    if n < plan.grace("principal"):
        return Fraction()
    match plan.terms["method"]:
        case "equal_installment" | "balloon":
            return level - interest
        case "equal_principal" | "flat":
            return level
        case "interest_first" | "at_maturity":
            return Fraction()
        case other:
            raise NotImplementedError(other)


def _level_of(plan: Plan, n: int, opening: Fraction) -> Fraction:
    if plan.terms["method"] in ("equal_installment", "balloon"):
        return _level(plan, n, opening)
    start, due = plan.starts[n], plan.dues[n]
    owed = opening + _drawn(plan, start, due) - _returned(plan, start, due)
    return _cut_level(plan, owed / (len(plan.dues) - n))


def _walk(plan: Plan) -> Iterator[ExactRow]:
    owed, level, unpaid, charged, exact = (Fraction(),) * 5
    flat = plan.terms["method"] == "flat"
    for n, (start, due) in enumerate(zip(plan.starts, plan.dues, strict=True)):
        if n >= plan.grace("principal") and _must_set_level(plan, n):
            level = _level_of(plan, n, owed)
        exact += _interest(plan, n, owed)
        accrued = _shown_interest(plan, _interest(plan, n, owed))
        owed += _drawn(plan, start, due) - _returned(plan, start, due)
        planned = max(_planned_principal(plan, n, level, accrued), Fraction())
        ends = n == len(plan.dues) - 1 or planned >= owed
        principal = owed if ends else planned
        owed -= principal
        drawn_today = _drawn(plan, due, due + ONE_DAY)
        over = ends and not drawn_today and not any(on > due for on, _ in plan.draws)
        if flat and over:
            accrued = max(Fraction(), _shown_interest(plan, exact) - charged)
        charged, unpaid, interest = charged + accrued, unpaid + accrued, Fraction()
        if over or n >= plan.grace("interest_payment"):
            interest, unpaid = unpaid, Fraction()
        yield ExactRow(n + 1, due, (due - start).days, principal, interest, owed + drawn_today)
        if over:
            return
