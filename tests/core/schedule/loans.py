"""Loans drawn at random: valid terms of every method, with and without events."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.core.schedule.reference import dues
from xinnong.core.schedule import InvalidTerms, Schedule, Terms, build_schedule, terms_from
from xinnong.core.schedule.terms import Method

# how many loans each property is tried on; a long run sets the variable
CASES = int(os.environ.get("SCHEDULE_CASES", "50"))
many_loans = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
NOT_POSSIBLE = {
    "event.over_balance",
    "event.after_end",
    "event.until_too_early",
    "draw.over_limit",
    "draw.after_end",
    "terms.too_long",
    "calendar.no_due_date_with_income",
}
DAYS = st.dates(date(2019, 1, 1), date(2028, 12, 31))
LEVELS = ["equal_installment", "balloon"]
WITH_COUNT = ["equal_installment", "equal_principal", "flat"]

Said = dict[str, Any]


def yuan(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


@st.composite
def rates(draw: st.DrawFn) -> str:
    return str(draw(st.decimals(0, 24, places=draw(st.integers(0, 6)))))


@st.composite
def documents(
    draw: st.DrawFn, *, events: bool = True, plain: bool = False, reschedules: bool = False
) -> Said:
    """Terms as they stand in TERMS.json.

    `plain` leaves out coarse roundings, grace, and level amounts that interest does not follow.
    """
    unit = draw(st.sampled_from(["days", "weeks", "months", "months", "quarters", "years"]))
    count = draw(st.integers(1, {"quarters": 8, "years": 3}.get(unit, 14)))
    method = draw(st.sampled_from([each.value for each in Method]))
    digits = 2 if plain else draw(st.sampled_from([2, 2, 2, 0, 1]))
    coarse = 10 ** (2 - digits)
    said: Said = {
        "method": method,
        "principal": yuan(draw(st.integers(100, 10_000_000)) * coarse),
        "annual_rate": draw(rates()),
        "number_of_repayments": count,
        "unit": unit,
        "every": draw(st.integers(1, {"days": 45, "years": 1}.get(unit, 3))),
        "disbursed_on": draw(DAYS).isoformat(),
        "day_count": draw(
            st.sampled_from(["actual/actual", "actual/365", "actual/360", "actual/364", "30/360"])
        ),
        "interest_period": draw(st.sampled_from(["daily", "daily", "same_as_repayment"])),
        "rounding": {
            "interest": draw(st.sampled_from(["HALF_EVEN", "HALF_UP"])),
            "currency_digits": digits,
        },
    }
    if not plain:
        _add_coarse(draw, said, coarse)
    _add_of_method(draw, said)
    if plain:
        said.pop("level", None)
    if not plain:
        _add_draws(draw, said, coarse)
    if events:
        drawn = draw(st.lists(_events(said, coarse), max_size=4))
        settles = [event for event in drawn if event["kind"] == "settle"]
        said["events"] = [event for event in drawn if event not in settles[1:]]
    if reschedules and draw(st.booleans()):
        said["events"].append(draw(_reschedules(said)))
    return said


def _add_coarse(draw: st.DrawFn, said: Said, coarse: int) -> None:
    count, method = said["number_of_repayments"], said["method"]
    if draw(st.booleans()):
        multiple = draw(st.sampled_from([1, 10, 100, 1000])) * coarse * 10
        said["rounding"]["installment_multiple"] = yuan(multiple)
    if method != "at_maturity" and draw(st.booleans()):
        said["grace"] = {
            "interest_payment": draw(st.integers(0, count - 1)),
            "interest_free": draw(st.integers(0, count)),
        }
        if method not in {"interest_first", "revolving"}:
            said["grace"]["principal"] = draw(st.integers(0, count - 1))
    if draw(st.booleans()):
        start = date.fromisoformat(said["disbursed_on"])
        said["first_due_on"] = (start + timedelta(days=draw(st.integers(1, 70)))).isoformat()


def _add_of_method(draw: st.DrawFn, said: Said) -> None:
    method, count = said["method"], said["number_of_repayments"]
    if method in LEVELS:
        said["level"] = draw(st.sampled_from(["period_factors", "annual_over_n"]))
    if method == "balloon":
        if draw(st.booleans()):
            cents = int(said["principal"].replace(".", ""))
            part = cents * draw(st.integers(1, 9)) // 10 // 100
            said["balloon"] = {"amount": max(part, 1) if cents > 100 else "0.10"}
            if cents == 100 and said["rounding"]["currency_digits"] == 0:
                said["principal"], said["balloon"] = "2.00", {"amount": 1}
        else:
            said["balloon"] = {"amortised_over": count + draw(st.integers(1, 40)) + 1}
    if method == "seasonal":
        months = draw(st.dictionaries(st.integers(1, 12), st.integers(1, 5), min_size=1))
        said["calendar"] = {
            "income": {str(month): weight for month, weight in months.items()},
            "off_season": draw(st.sampled_from(["interest_only", "nothing"])),
        }


def _add_draws(draw: st.DrawFn, said: Said, coarse: int) -> None:
    units = int(said["principal"].replace(".", "")) // coarse
    if units < 10 or not draw(st.booleans()):
        return
    start, first = date.fromisoformat(said["disbursed_on"]), units // 3
    later = start + timedelta(days=draw(st.integers(0, 200)))
    said["disbursements"] = [
        {"on": start.isoformat(), "amount": yuan(first * coarse)},
        {"on": later.isoformat(), "amount": yuan((units - first) * coarse)},
    ]


@st.composite
def _events(draw: st.DrawFn, said: Said, coarse: int) -> Said:
    start = date.fromisoformat(said["disbursed_on"])
    on = start + timedelta(days=draw(st.integers(0, 400)))
    units = int(said["principal"].replace(".", "")) // coarse
    kind = draw(
        st.sampled_from(["repayment", "prepayment", "rate_change", "interest_pause", "settle"])
    )
    found: Said = {"on": on.isoformat(), "kind": kind}
    if kind in {"repayment", "prepayment"}:
        found["amount"] = yuan(draw(st.integers(1, max(1, units // 4))) * coarse)
        found["until"] = draw(st.sampled_from(["date", "period_end"]))
        effects = ["reduce_installment", "apply_next"]
        if said["method"] in WITH_COUNT:
            effects.append("reduce_count")
        found["effect"] = draw(st.sampled_from(effects))
    elif kind == "rate_change":
        found["rate"] = draw(rates())
    elif kind == "settle":
        found["until"] = draw(st.sampled_from(["date", "period_end"]))
    elif kind == "interest_pause":
        found["until"] = (on + timedelta(days=draw(st.integers(1, 60)))).isoformat()
    return found


@st.composite
def _reschedules(draw: st.DrawFn, said: Said) -> Said:
    on = date.fromisoformat(said["disbursed_on"]) + timedelta(days=draw(st.integers(0, 300)))
    found: Said = {"on": on.isoformat(), "kind": "reschedule"}
    if draw(st.booleans()):
        found["rate"] = draw(rates())
    if said["method"] != "at_maturity" and draw(st.booleans()):
        found["number_of_repayments"] = draw(st.integers(1, 20))
    if len(found) == len({"on", "kind"}) or draw(st.booleans()):
        found["until"] = (on + timedelta(days=draw(st.integers(0, 200)))).isoformat()
    return found


def built(said: Said) -> tuple[Terms, Schedule] | None:
    """Terms and schedule; None where the drawn events cannot happen to the loan or its season."""
    try:
        terms = terms_from(said)
        return terms, build_schedule(terms)
    except InvalidTerms as refused:
        codes = {problem.code for problem in refused.problems}
        assert codes <= NOT_POSSIBLE, (codes, said)
        return None


def period_of(terms: Terms, day: date) -> tuple[date, date]:
    """Start and due date of the period in which a day lies; a due date ends its own."""
    start = terms.disbursed_on
    for due in dues(terms)[0]:
        if day <= due:
            return start, due
        start = due
    raise AssertionError(day)
