"""The terms of a loan, normalised: everything a schedule is made from, and nothing else.

Amounts are whole fen, rates exact decimal percent a year. `terms_file.load_terms` makes terms from
TERMS.json and refuses what contradicts itself; terms made in code are taken as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal


class Method(StrEnum):
    """How principal comes back."""

    EQUAL_INSTALLMENT = "equal_installment"  # 等额本息
    EQUAL_PRINCIPAL = "equal_principal"  # 等额本金
    FLAT = "flat"  # interest on the amount lent, whatever is still owed
    INTEREST_FIRST = "interest_first"  # 按期结息到期还本
    AT_MATURITY = "at_maturity"  # 利随本清
    BALLOON = "balloon"  # level instalments, and a large amount with the last
    SEASONAL = "seasonal"  # principal in the months of income of a crop calendar
    REVOLVING = "revolving"  # 随借随还


class Unit(StrEnum):
    """What `every` counts."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"


class DayCount(StrEnum):
    """How days become a share of a year."""

    ACTUAL_ACTUAL = "actual/actual"
    ACTUAL_365 = "actual/365"
    ACTUAL_360 = "actual/360"
    ACTUAL_364 = "actual/364"
    THIRTY_360 = "30/360"


class InterestPeriod(StrEnum):
    """Whether interest is for real days, or for one period whatever its days."""

    DAILY = "daily"
    SAME_AS_REPAYMENT = "same_as_repayment"


class Level(StrEnum):
    """From what the level instalment is worked out."""

    PERIOD_FACTORS = "period_factors"
    ANNUAL_OVER_N = "annual_over_n"


class InterestRounding(StrEnum):
    """How half a fen is rounded."""

    HALF_EVEN = "HALF_EVEN"
    HALF_UP = "HALF_UP"


class EventKind(StrEnum):
    """What can happen to a loan after it was drawn."""

    REPAYMENT = "repayment"
    PREPAYMENT = "prepayment"
    RATE_CHANGE = "rate_change"
    INTEREST_PAUSE = "interest_pause"
    RESCHEDULE = "reschedule"
    SETTLE = "settle"


class Effect(StrEnum):
    """What an event does to the instalments that follow."""

    REDUCE_INSTALLMENT = "reduce_installment"
    REDUCE_COUNT = "reduce_count"
    APPLY_NEXT = "apply_next"


class OffSeason(StrEnum):
    """What is paid between the months of income of a seasonal loan."""

    INTEREST_ONLY = "interest_only"
    NOTHING = "nothing"


UNIT_MONTHS: Final[Mapping[Unit, int]] = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
UNIT_DAYS: Final[Mapping[Unit, int]] = {Unit.DAYS: 1, Unit.WEEKS: 7}
Until = date | Literal["date", "period_end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grace:
    """How many of the first instalments ask for no principal, no interest yet, or never any."""

    principal: int = 0
    interest_payment: int = 0
    interest_free: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """How interest is rounded, and of what the instalment is a multiple (None: of the unit)."""

    interest: InterestRounding = InterestRounding.HALF_EVEN
    currency_digits: int = 2
    installment_multiple_minor: int | None = None

    @property
    def unit_minor(self) -> int:
        """The smallest amount that is paid, in fen."""
        return int(10 ** (2 - self.currency_digits))

    @property
    def installment_unit_minor(self) -> int:
        """What an instalment is a whole number of, in fen."""
        return self.installment_multiple_minor or self.unit_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursement:
    """One drawing of money."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens on a day; which fields it has depends on its kind.

    `until` is the end of an interest pause, the new due date of a rescheduled instalment, or
    "date" | "period_end" for a prepayment or a settlement: to when interest is charged on the
    money paid. `number_of_repayments` is how many instalments a rescheduled loan has left.
    """

    on: date
    kind: EventKind
    amount_minor: int | None = None
    rate_percent: Decimal | None = None
    effect: Effect | None = None
    until: Until | None = None
    number_of_repayments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days on which nothing is paid, and the months in which a crop brings money in.

    `weekend_days` are ISO weekdays (6 Saturday, 7 Sunday); `workdays` are days worked although they
    fall on a weekend. `income_weights` maps a month to its weight; `crop` is the calendar's name.
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    weekend_days: frozenset[int] = frozenset()
    crop: str | None = None
    income_weights: Mapping[int, int] = field(default_factory=dict)
    off_season: OffSeason = OffSeason.INTEREST_ONLY

    @property
    def moves_dates(self) -> bool:
        """Whether some days are not for paying."""
        return bool(self.holidays or self.weekend_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balloon:
    """What the last instalment of a balloon loan brings on top of the level one.

    Either an amount, or the number of instalments over which the level one is worked out.
    """

    amount_minor: int | None = None
    amortised_over: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything a schedule is made from. Instalment k is due `every` × k `unit` after the first.

    `principal_minor` is what is lent in all; for a revolving line, its limit. The first day of a
    period counts for interest, the last does not.
    """

    method: Method
    principal_minor: int
    annual_rate_percent: Decimal
    number_of_repayments: int
    disbursed_on: date
    day_count: DayCount = DayCount.ACTUAL_360
    every: int = 1
    unit: Unit = Unit.MONTHS
    first_due_on: date | None = None
    grace: Grace = Grace()
    rounding: Rounding = Rounding()
    interest_period: InterestPeriod = InterestPeriod.DAILY
    level: Level = Level.PERIOD_FACTORS
    last_installment_gap_pct: int = 50
    disbursements: tuple[Disbursement, ...] = ()
    events: tuple[Event, ...] = ()
    calendar: Calendar = Calendar()
    balloon: Balloon = Balloon()
    penalty_multiple: Decimal = Decimal("1.5")

    @property
    def draws(self) -> tuple[Disbursement, ...]:
        """All drawings; without any listed, the whole principal on `disbursed_on`."""
        return self.disbursements or (
            Disbursement(on=self.disbursed_on, amount_minor=self.principal_minor),
        )
