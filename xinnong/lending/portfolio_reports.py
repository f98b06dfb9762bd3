"""The book of loans as programs read it: sums, quality, vintages, flow and money, without a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from xinnong.core.money import yuan
from xinnong.lending.queries.portfolio import (
    last_night,
    money_by_month,
    month_ends_of,
    quality_on,
    rolls_to,
    set_aside_on,
    sums_on,
    vintages_until,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.core.portfolio import Roll, Vintage
    from xinnong.lending.queries.portfolio import MonthMoney

YEAR: Final = timedelta(days=365)


def portfolio_report(institution: str, on: date | None, *, today: date) -> dict[str, Any] | None:
    """The book as it stands, or at a month end that was kept; None where that day was not kept.

    In the reader's scope. What is set aside is told where the reader sees the whole book.
    """
    days = month_ends_of(institution)
    if on is not None and on not in days:
        return None
    until = on or today
    quality, aside = quality_on(institution, on), set_aside_on(institution, until)
    sees_all = aside.lent_minor == quality.balance_minor
    night = on or last_night(institution)
    return {
        "institution": institution,
        "on": on.isoformat() if on else None,
        "as_of_night": night.isoformat() if night else None,
        "month_ends": [day.isoformat() for day in days],
        "sums": [
            {
                "dimension": dimension, "value": value, "loans": each.loans,
                "borrowers": each.borrowers, "balance_yuan": yuan(each.balance_minor),
            }
            for (dimension, value), each in sorted(sums_on(institution, on).items())
        ],
        "bad_yuan": yuan(quality.bad_minor),
        "provisions_required_yuan": yuan(quality.required_minor),
        "provisions_held_yuan": yuan(aside.held_minor) if sees_all else None,
        "vintages": [_vintage(each) for each in vintages_until(institution, until)],
        "flow": _flow(institution, days, on),
        "months": [
            _month(each)
            for each in money_by_month(
                institution, from_on=(until - YEAR).replace(day=1), until=until
            )
        ],
    }  # fmt: skip


def _vintage(each: Vintage) -> dict[str, Any]:
    return {
        "month": f"{each.month:%Y-%m}",
        "age_months": each.age,
        "loans": each.loans,
        "lent_yuan": yuan(each.lent_minor),
        "ever_30_yuan": yuan(each.ever_30_minor),
        "ever_over_90_yuan": yuan(each.ever_90_minor),
    }


def _flow(institution: str, days: Sequence[date], on: date | None) -> dict[str, Any] | None:
    """From bucket to bucket between the two month ends up to a day; None before there are two."""
    kept = [day for day in days if on is None or day <= on][:2]
    if len(kept) < 2:  # noqa: PLR2004  # a flow needs two month ends
        return None
    rolls = rolls_to(institution, before=kept[1], on=kept[0])
    return {
        "before": kept[1].isoformat(),
        "on": kept[0].isoformat(),
        "rolls": [_roll(each) for each in rolls],
    }


def _roll(each: Roll) -> dict[str, Any]:
    return {
        "before": each.before,
        "after": each.after,
        "loans": each.loans,
        "balance_yuan": yuan(each.balance_minor),
    }


def _month(each: MonthMoney) -> dict[str, Any]:
    return {
        "month": f"{each.month:%Y-%m}",
        "new_loans": each.new_loans,
        "lent_yuan": yuan(each.lent_minor),
        "repaid_yuan": yuan(each.repaid_minor),
        "interest_earned_yuan": yuan(each.earned_minor),
        "interest_collected_yuan": yuan(each.collected_minor),
    }
