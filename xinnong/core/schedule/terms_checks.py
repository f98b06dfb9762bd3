"""Which settings contradict each other: small checks that each answer the problems they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from xinnong.core.errors import Problem
from xinnong.core.schedule.crop_calendars import crop_calendars, find_calendar
from xinnong.core.schedule.due_dates import due_dates
from xinnong.core.schedule.terms import (
    UNIT_DAYS,
    UNIT_MONTHS,
    Effect,
    Event,
    EventKind,
    Level,
    Method,
    OffSeason,
    Terms,
)

MAX_YEARS: Final = 100
LAST_YEAR: Final = 2199
FIRST_YEAR: Final = 1900
DAYS_IN_A_YEAR: Final = 366
MONTHS_IN_A_YEAR: Final = 12

HAVE_A_LEVEL: Final = frozenset({Method.EQUAL_INSTALLMENT, Method.BALLOON})
HAVE_FEWER: Final = frozenset({Method.EQUAL_INSTALLMENT, Method.EQUAL_PRINCIPAL, Method.FLAT})
PAY_PRINCIPAL_ALONG: Final = frozenset({*HAVE_A_LEVEL, *HAVE_FEWER, Method.SEASONAL})

# by kind: the fields an event must have, and those it may have
EVENT_FIELDS: Final[Mapping[EventKind, tuple[frozenset[str], frozenset[str]]]] = {
    EventKind.REPAYMENT: (frozenset({"amount"}), frozenset({"effect", "until"})),
    EventKind.PREPAYMENT: (frozenset({"amount"}), frozenset({"effect", "until"})),
    EventKind.RATE_CHANGE: (frozenset({"rate"}), frozenset({"effect"})),
    EventKind.INTEREST_PAUSE: (frozenset({"until"}), frozenset()),
    EventKind.RESCHEDULE: (frozenset(), frozenset({"until", "rate", "number_of_repayments"})),
    EventKind.SETTLE: (frozenset(), frozenset({"until"})),
}
DATED_UNTIL: Final = frozenset({EventKind.INTEREST_PAUSE, EventKind.RESCHEDULE})


def document_problems(said: Mapping[str, Any], known: Sequence[Problem]) -> Iterator[Problem]:
    """What is missing because nothing else stands in for it, and names that mean nothing."""
    wrong = {problem.field for problem in known}
    draws = said.get("disbursements")
    for name in ("principal", "disbursed_on"):
        if name not in said and not draws and name not in wrong:
            yield Problem("field.missing", name)
    calendar = said.get("calendar")
    crop = calendar.get("crop") if isinstance(calendar, dict) else calendar
    has_income = isinstance(calendar, dict) and "income" in calendar
    if isinstance(crop, str) and not has_income and find_calendar(crop) is None:
        field = "calendar.crop" if isinstance(calendar, dict) else "calendar"
        yield Problem("calendar.unknown", field, {"known": ", ".join(crop_calendars())})


def terms_problems(terms: Terms) -> list[Problem]:
    """Everything in which terms contradict themselves, by the name of the setting."""
    problems = [*_date_problems(terms), *_amount_problems(terms)]
    if problems:
        return problems
    return [problem for check in _CHECKS for problem in check(terms)]


def _date_problems(terms: Terms) -> Iterator[Problem]:
    months = UNIT_MONTHS.get(terms.unit)
    steps = terms.every * max(terms.number_of_repayments, terms.balloon.amortised_over or 0)
    years = (
        steps * months // MONTHS_IN_A_YEAR
        if months
        else steps * UNIT_DAYS[terms.unit] // DAYS_IN_A_YEAR
    )
    first = terms.first_due_on or terms.disbursed_on
    if years > MAX_YEARS or max(first.year, terms.disbursed_on.year) + years > LAST_YEAR:
        yield Problem("terms.too_long", "number_of_repayments", {"at_most_years": MAX_YEARS})
    if terms.disbursed_on.year < FIRST_YEAR:
        yield Problem("date.range", "disbursed_on", {"from_year": FIRST_YEAR})
    if terms.first_due_on is not None and terms.first_due_on <= terms.disbursed_on:
        yield Problem("first_due_on.not_after_disbursement", "first_due_on")


def _amount_problems(terms: Terms) -> Iterator[Problem]:
    if terms.principal_minor <= 0:
        yield Problem("amount.not_positive", "principal")
    unit = terms.rounding.unit_minor
    named = [("principal", terms.principal_minor)]
    if terms.draws[0].amount_minor != terms.principal_minor:
        named += [(f"disbursements[{k}].amount", d.amount_minor) for k, d in enumerate(terms.draws)]
    named += [
        (f"events[{k}].amount", event.amount_minor)
        for k, event in enumerate(terms.events)
        if event.amount_minor is not None
    ]
    for field, amount in named:
        if amount % unit:
            digits = terms.rounding.currency_digits
            yield Problem("amount.too_fine", field, {"currency_digits": digits})
        if amount <= 0 and field != "principal":
            yield Problem("amount.not_positive", field)
    multiple = terms.rounding.installment_multiple_minor
    if multiple is not None and (multiple <= 0 or multiple % unit):
        yield Problem("multiple.not_of_the_unit", "rounding.installment_multiple")


def _grace_problems(terms: Terms) -> Iterator[Problem]:
    for name, unpaid in (("principal", True), ("interest_payment", True), ("interest_free", False)):
        count = getattr(terms.grace, name)
        if count and (terms.method is Method.AT_MATURITY):
            yield Problem("grace.without_instalments", f"grace.{name}")
        elif count > terms.number_of_repayments - unpaid:
            yield Problem("grace.too_long", f"grace.{name}")
    if terms.method in {Method.INTEREST_FIRST, Method.REVOLVING} and terms.grace.principal:
        yield Problem("grace.principal_is_last_anyway", "grace.principal")


def _balloon_problems(terms: Terms) -> Iterator[Problem]:
    amount, over = terms.balloon.amount_minor, terms.balloon.amortised_over
    if terms.method is not Method.BALLOON:
        if amount is not None or over is not None:
            yield Problem("balloon.other_method", "balloon", {"method": terms.method.value})
        return
    if (amount is None) == (over is None):
        yield Problem("balloon.one_of_two", "balloon", {"either": "amount", "or": "amortised_over"})
    if amount is not None and not 0 < amount < terms.principal_minor:
        yield Problem("balloon.not_below_principal", "balloon.amount")
    if amount is not None and amount % terms.rounding.unit_minor:
        yield Problem("amount.too_fine", "balloon.amount")
    if over is not None and over <= terms.number_of_repayments:
        yield Problem("balloon.not_longer", "balloon.amortised_over")


def _level_problems(terms: Terms) -> Iterator[Problem]:
    if terms.level is Level.ANNUAL_OVER_N and terms.method not in HAVE_A_LEVEL:
        yield Problem("level.other_method", "level", {"method": terms.method.value})


def _calendar_problems(terms: Terms) -> Iterator[Problem]:
    calendar = terms.calendar
    if terms.method is not Method.SEASONAL:
        if calendar.income_weights or calendar.crop:
            yield Problem("calendar.other_method", "calendar", {"method": terms.method.value})
        if calendar.off_season is not OffSeason.INTEREST_ONLY:
            yield Problem("calendar.other_method", "calendar.off_season")
        return
    if not calendar.income_weights:
        yield Problem("calendar.no_income", "calendar")
        return
    dates, _ = due_dates(terms, count=terms.number_of_repayments)
    if not {day.month for day in dates[terms.grace.principal :]} & calendar.income_weights.keys():
        yield Problem("calendar.no_due_date_with_income", "calendar")


def _draw_problems(terms: Terms) -> Iterator[Problem]:
    draws = terms.draws
    if any(later.on < earlier.on for earlier, later in pairwise(draws)):
        yield Problem("disbursements.order", "disbursements")
    if min(draw.on for draw in draws) < terms.disbursed_on:
        yield Problem("disbursements.before_disbursed_on", "disbursements")
    if terms.method is Method.REVOLVING:
        return
    if draws[0].on > terms.disbursed_on:
        first = draws[0].on.isoformat()
        yield Problem("disbursed_on.not_the_first", "disbursed_on", {"first": first})
    total = sum(draw.amount_minor for draw in draws)
    if total != terms.principal_minor:
        yield Problem("disbursements.sum", "disbursements", {"sum_minor": total})


def _event_problems(terms: Terms) -> Iterator[Problem]:
    for index, event in enumerate(terms.events):
        path = f"events[{index}]"
        if event.on < terms.disbursed_on:
            yield Problem("event.before_disbursement", f"{path}.on")
        yield from _field_problems(event, path)
        yield from _until_problems(event, path)
        yield from _effect_problems(terms, event, path)


def _field_problems(event: Event, path: str) -> Iterator[Problem]:
    needed, allowed = EVENT_FIELDS[event.kind]
    given = {
        "amount": event.amount_minor,
        "rate": event.rate_percent,
        "effect": event.effect,
        "until": event.until,
        "number_of_repayments": event.number_of_repayments,
    }
    params = {"kind": event.kind.value}
    for name, value in given.items():
        if name in needed and value is None:
            yield Problem("field.missing", f"{path}.{name}", params)
        if name not in needed | allowed and value is not None:
            yield Problem("event.field_of_another_kind", f"{path}.{name}", params)
    if event.kind is EventKind.RESCHEDULE and not any(
        given[name] is not None for name in ("until", "rate", "number_of_repayments")
    ):
        yield Problem("event.changes_nothing", path, params)


def _until_problems(event: Event, path: str) -> Iterator[Problem]:
    if event.until is None:
        return
    if isinstance(event.until, date) != (event.kind in DATED_UNTIL):
        expected = "date as 2026-10-31" if event.kind in DATED_UNTIL else "date or period_end"
        yield Problem("field.value", f"{path}.until", {"allowed": expected})
    elif isinstance(event.until, date) and (
        event.until < event.on
        or (event.until == event.on and event.kind is EventKind.INTEREST_PAUSE)
    ):
        yield Problem("event.until_too_early", f"{path}.until")
    if isinstance(event.until, date) and event.until.year > LAST_YEAR:
        yield Problem("date.range", f"{path}.until", {"to_year": LAST_YEAR})


def _effect_problems(terms: Terms, event: Event, path: str) -> Iterator[Problem]:
    params = {"kind": event.kind.value, "method": terms.method.value}
    if event.number_of_repayments is not None and terms.method is Method.AT_MATURITY:
        yield Problem("event.effect_without_meaning", f"{path}.number_of_repayments", params)
    if event.effect is None:
        return
    other = event.kind is EventKind.RATE_CHANGE and event.effect is not Effect.REDUCE_INSTALLMENT
    fewer = event.effect is Effect.REDUCE_COUNT and terms.method not in HAVE_FEWER
    if other or fewer:
        yield Problem("event.effect_without_meaning", f"{path}.effect", params)


_CHECKS: Final[Sequence[Callable[[Terms], Iterator[Problem]]]] = (
    _grace_problems,
    _balloon_problems,
    _level_problems,
    _calendar_problems,
    _draw_problems,
    _event_problems,
)
