"""The observation of a restructured loan, day by day: when it begins again, eases and ends.

Source: 商业银行金融资产风险分类办法 (银保监会、人民银行令〔2023〕1号), articles 14 and 17 to 23. It lasts
at least a year and two whole repayment periods paid on time from the first due day after the
restructuring, and begins again with every day on which something is late or the loan is bad for
another reason. What was bad, or is restructured again while it is watched, stays bad until six
months and two periods were paid on time. It ends once the lender judges that the borrower's
difficulty is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from xinnong.core.asset_class import AssetClass
from xinnong.core.schedule.day_counts import add_months

LEAST_MONTHS: Final = 12
EASED_MONTHS: Final = 6
LEAST_DUES: Final = 2


@dataclass(frozen=True, slots=True)
class Observation:
    """A loan under observation: counted from a day, and of which class it is at least."""

    from_on: date
    least: AssetClass


def least_class(before: AssetClass, *, watched: bool) -> AssetClass:
    """The class a restructuring leaves a loan at least in; `watched`: it is one already."""
    lowest = AssetClass.SUBSTANDARD if watched else AssetClass.SPECIAL_MENTION
    return max(before, lowest)


def after_day(
    seen: Observation,
    *,
    on: date,
    demanded: AssetClass,
    dues: Sequence[date],
    difficulty_over: bool,
) -> Observation | None:
    """The observation at the end of a day; None where it has ended.

    `demanded` is the class that lateness or an expected loss ask for that night, `dues` the days on
    which something falls due under the terms in force.
    """
    if demanded > AssetClass.NORMAL:
        bad = demanded >= AssetClass.SUBSTANDARD
        return Observation(on, max(seen.least, demanded) if bad else seen.least)
    paid = sum(seen.from_on < due < on for due in dues)
    if paid < LEAST_DUES:
        return seen
    if difficulty_over and on >= _months_after(seen.from_on, LEAST_MONTHS):
        return None
    if on >= _months_after(seen.from_on, EASED_MONTHS):
        return replace(seen, least=AssetClass.SPECIAL_MENTION)
    return seen


def watch(
    seen: Observation,
    nights: Sequence[tuple[date, AssetClass]],
    *,
    dues: Sequence[date],
    difficulty_over: bool,
) -> Observation | None:
    """The observation after several nights, each with the class it demands."""
    left: Observation | None = seen
    for on, demanded in nights:
        if left is None:
            return None
        left = after_day(left, on=on, demanded=demanded, dues=dues, difficulty_over=difficulty_over)
    return left


def _months_after(day: date, months: int) -> date:
    return add_months(day, months, day.day)
