"""Rules of core as SQL expressions over the columns of a statement, generated from core's tables.

Tests hold each of them to the function it stands for. Names of columns are the callers'; figures
come from core and are whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from xinnong.core.asset_class import (
    LOSS_PERCENT,
    SPECIAL_PERCENT,
    AssetClass,
    ClassRules,
    rules_on,
)
from xinnong.core.loan_book import late_denominator
from xinnong.core.loan_plan import clock
from xinnong.core.schedule.terms import DayCount

PERCENT_UP: Final = 99
"""Added before a division by a hundred that rounds up."""


def by_day_count(column: str, figure: Callable[[DayCount], int]) -> str:
    """A figure that depends on the day count of a row."""
    cases = " ".join(f"WHEN '{count.value}' THEN {figure(count)}" for count in DayCount)
    return f"(CASE {column} {cases} END)"


def clocks(column: str, day: date) -> str:
    """core.loan_plan.clock of a day, by the day count of a row."""
    return by_day_count(column, lambda count: clock(count, day))


def shares(column: str, day: date, after: date) -> str:
    """What the days from one to another count, over late_denominator."""
    return by_day_count(column, lambda count: clock(count, after) - clock(count, day))


def denominators(column: str) -> str:
    """core.loan_book.late_denominator, by the day count of a row."""
    return by_day_count(column, late_denominator)


def rounded(numerator: str, denominator: str, half_up: str) -> str:
    """core.schedule.exact.divide: names of numeric columns in, a bigint out; none negative.

    floor(n / d + 1/2) rounds half up; where that was a tie and the result odd, half even is one
    less.
    """
    twice, step = f"(2 * {numerator} + {denominator})", f"(2 * {denominator})"
    up = f"div({twice}, {step})"
    tie = f"(NOT {half_up} AND mod({twice}, {step}) = 0 AND mod({up}, 2) = 1)"
    return f"({up} - CASE WHEN {tie} THEN 1 ELSE 0 END)::bigint"


def late_class(days_past_due: str, technical: str, on: date) -> str:
    """The class that lateness alone demands; 1 where none."""
    rules: ClassRules = rules_on(on)
    worst_first = sorted(rules.least_days.items(), reverse=True)
    cases = " ".join(
        f"WHEN {days_past_due} >= {days} THEN {int(each)}" for each, days in worst_first
    )
    excused = f"WHEN {technical} AND {days_past_due} <= {rules.technical_days} THEN 1"
    return f"(CASE {excused} {cases} ELSE 1 END)"


def judged_classes() -> Mapping[str, str]:
    """The classes that people's judgements demand, by reason; 1 where they demand none."""
    mention = int(AssetClass.SPECIAL_MENTION)
    return {
        "class.misused": f"(CASE WHEN misused THEN {mention} ELSE 1 END)",
        "class.restructured": f"(CASE WHEN restructured THEN GREATEST({mention}, least_class)"
        " ELSE 1 END)",
        "class.expected_loss": expected_loss_class(),
    }


def expected_loss_class() -> str:
    """The class that an expected loss alone demands; 1 where none."""
    doubtful, loss = LOSS_PERCENT[AssetClass.DOUBTFUL], LOSS_PERCENT[AssetClass.LOSS]
    return (
        f"(CASE WHEN expected_loss_percent >= {loss} THEN {int(AssetClass.LOSS)}"
        f" WHEN expected_loss_percent >= {doubtful} THEN {int(AssetClass.DOUBTFUL)}"
        " ELSE 1 END)"
    )


def classed(days_past_due: str, technical: str, on: date) -> tuple[str, str]:
    """core.asset_class.classify as two expressions: the class, and the array of its reasons."""
    demands = {"class.past_due": late_class(days_past_due, technical, on), **judged_classes()}
    worst = f"GREATEST({', '.join(demands.values())})"
    reasons = ", ".join(
        f"CASE WHEN {demand} > 1 AND {demand} = {worst} THEN '{reason}' END"
        for reason, demand in demands.items()
    )
    return worst, f"array_remove(ARRAY[{reasons}]::varchar[], NULL)"


def special(principal: str, asset_class: str) -> str:
    """core.asset_class.special_provision: rounded up to the fen."""
    cases = " ".join(f"WHEN {int(c)} THEN {share}" for c, share in SPECIAL_PERCENT.items())
    percent = f"(CASE {asset_class} {cases} END)"
    return f"(({principal} * {percent} + {PERCENT_UP}) / 100)"
