"""One loan day by day: what it earned, what is owed, how late it is. Slow, obvious, the definition.

End of day computes the same for all loans at once; a test holds the two together. Amounts are fen,
rates percent a year. The first day of a span counts, its last does not. What is booked for a day is
the rounded sum up to its end less the rounded sum up to its beginning, so the days of a stretch sum
to what the schedule says, and those of a late payment to what one rounding of the whole would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from xinnong.core.schedule.day_counts import DENOMINATORS, elapsed
from xinnong.core.schedule.exact import RATE_UNIT, divide, rate_micro
from xinnong.core.schedule.terms import DayCount, InterestRounding
from xinnong.core.waterfall import Allocation, Owed, allocate

ONE_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days over which balance and rate stay the same, and what is earned over all of them.

    `is_even`: the interest is not by real days (30/360, or one period whatever its days), so it is
    spread evenly over them.
    """

    from_on: date
    until_on: date
    balance_minor: int
    rate_percent: Decimal
    earned_minor: int
    is_even: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due on a day; `n` orders instalments."""

    n: int
    on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """Money of the borrower, by the day it counts from."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LateRates:
    """From a day on: the rate of the loan, and what lateness costs by it."""

    from_on: date
    rate_percent: Decimal
    late_percent: Decimal


@dataclass(frozen=True, slots=True)
class Excused:
    """An instalment whose delay came from the payment system, up to a day that counts again."""

    due_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Late:
    """What a late payment costs. `matures_on` is the last day of the contract.

    `changes` follow one another by day; before the first of them the contract's own rates hold.

    Unpaid interest bears the contract rate until the loan matures and the late rate from then on
    (人民币利率管理规定, 银发〔1999〕77号, 21); unpaid principal bears the late rate.
    """

    rate_percent: Decimal
    late_percent: Decimal
    matures_on: date
    compounds: bool
    principal_first_after_days: int | None = None
    changes: tuple[LateRates, ...] = ()
    excused: tuple[Excused, ...] = ()

    def excuses(self, due_on: date, day: date) -> bool:
        """Whether a day on which an instalment is late costs nothing and is not counted."""
        return bool(self.excused) and any(
            each.due_on == due_on and due_on <= day < each.until_on for each in self.excused
        )

    def rates_on(self, day: date) -> tuple[Decimal, Decimal]:
        """The loan's rate and the late rate of a day."""
        for change in reversed(self.changes):
            if change.from_on <= day:
                return change.rate_percent, change.late_percent
        return self.rate_percent, self.late_percent


@dataclass(frozen=True, slots=True)
class Book:
    """A loan as end of day sees it."""

    stretches: tuple[Stretch, ...]
    dues: tuple[Due, ...]
    late: Late
    day_count: DayCount
    rounding: InterestRounding = InterestRounding.HALF_EVEN


@dataclass(frozen=True, slots=True)
class DayEnd:
    """A loan at the end of one day: booked for that day, owed and late after its payments."""

    on: date
    interest_minor: int
    penalty_minor: int
    compound_minor: int
    paid: tuple[Allocation, ...]
    owed: tuple[Owed, ...]
    days_past_due: int

    @property
    def owed_minor(self) -> int:
        """Everything due and unpaid."""
        return sum(each.total for each in self.owed)


@dataclass(slots=True)
class Open:
    """One instalment that has fallen due, and what its lateness has cost so far.

    `late` are numerators over late_denominator(day count) × RATE_UNIT, `booked` their roundings.
    """

    due: Due
    paid: dict[str, int] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=lambda: {"penalty": 0, "compound": 0})
    booked: dict[str, int] = field(default_factory=lambda: {"penalty": 0, "compound": 0})

    def unpaid(self, component: str) -> int:
        """What is left of one component."""
        whole = self.booked.get(component)
        if whole is None:
            whole = getattr(self.due, f"{component}_minor")
        return int(whole) - self.paid.get(component, 0)

    def owed(self) -> Owed:
        """What is left of each component."""
        return Owed(
            self.due.n,
            fee=self.unpaid("fee"),
            interest=self.unpaid("interest"),
            penalty=self.unpaid("penalty"),
            compound=self.unpaid("compound"),
            principal=self.unpaid("principal"),
        )


def run_days(
    book: Book, payments: Sequence[Payment], *, from_on: date, through_on: date
) -> Iterator[DayEnd]:
    """Live through the days from the first to the last one, both counted."""
    return live_days(book, payments, [], from_on=from_on, through_on=through_on)


def live_days(
    book: Book,
    payments: Sequence[Payment],
    opened: list[Open],
    *,
    from_on: date,
    through_on: date,
) -> Iterator[DayEnd]:
    """Live through the days; `opened` fills with what falls due and how it stands."""
    days_late, day = 0, from_on
    while day <= through_on:
        opened += [Open(due) for due in book.dues if due.on == day]
        first = book.late.principal_first_after_days
        turned = first is not None and days_late > first
        paid = tuple(
            pay(opened, payment.amount_minor, principal_first=turned)
            for payment in payments
            if payment.on == day
        )
        booked = _late_of_day(book, opened, day)
        days_late = _days_past_due(book.late, opened, day)
        owed = tuple(each.owed() for each in opened if each.owed().total)
        yield DayEnd(
            day, earned_on(book, day), booked["penalty"], booked["compound"], paid, owed, days_late
        )
        day += ONE_DAY


def earned_on(book: Book, day: date) -> int:
    """Interest booked for one day of the schedule."""
    for stretch in book.stretches:
        if stretch.from_on <= day < stretch.until_on:
            return earned_until(book, stretch, day + ONE_DAY) - earned_until(book, stretch, day)
    return 0


def earned_until(book: Book, stretch: Stretch, day: date) -> int:
    """Interest of a stretch up to a day of it, that day not counted."""
    if day >= stretch.until_on:
        return stretch.earned_minor
    if stretch.is_even:
        gone, whole = (day - stretch.from_on).days, (stretch.until_on - stretch.from_on).days
        return divide(stretch.earned_minor * gone, whole, book.rounding)
    share = elapsed(book.day_count, stretch.from_on, day, stretch.from_on.day)
    numerator = stretch.balance_minor * rate_micro(stretch.rate_percent) * share
    return divide(numerator, DENOMINATORS[book.day_count] * RATE_UNIT, book.rounding)


def pay(opened: Sequence[Open], amount_minor: int, *, principal_first: bool) -> Allocation:
    """Spread a payment over what is open, which remembers it."""
    spread = allocate(
        [each.owed() for each in opened], amount_minor, principal_first=principal_first
    )
    by_n = {each.due.n: each for each in opened}
    for part in spread.parts:
        paid = by_n[part.n].paid
        paid[part.component] = paid.get(part.component, 0) + part.amount_minor
    return spread


def _late_of_day(book: Book, opened: Sequence[Open], day: date) -> dict[str, int]:
    """Book what this day of lateness costs, instalment by instalment."""
    total = {"penalty": 0, "compound": 0}
    late = book.late
    rate_percent, late_percent = late.rates_on(day)
    on_interest = rate_percent if day < late.matures_on else late_percent
    share = _share_of_day(book.day_count, day)
    for each in opened:
        if late.excuses(each.due.on, day):
            continue
        each.late["penalty"] += each.unpaid("principal") * rate_micro(late_percent) * share
        if late.compounds:
            each.late["compound"] += each.unpaid("interest") * rate_micro(on_interest) * share
        for component, numerator in each.late.items():
            whole = divide(numerator, late_denominator(book.day_count) * RATE_UNIT, book.rounding)
            total[component] += whole - each.booked[component]
            each.booked[component] = whole
    return total


def late_denominator(count: DayCount) -> int:
    """Lateness is counted in real days; under 30/360 over a year of 360."""
    return DENOMINATORS[DayCount.ACTUAL_360 if count is DayCount.THIRTY_360 else count]


def _share_of_day(count: DayCount, day: date) -> int:
    """What one day counts, over `late_denominator`."""
    real = DayCount.ACTUAL_360 if count is DayCount.THIRTY_360 else count
    return elapsed(real, day, day + ONE_DAY, day.day)


def _days_past_due(late: Late, opened: Sequence[Open], day: date) -> int:
    """Days since the oldest instalment with principal or interest unpaid; 0 on the due date itself.

    A penalty alone keeps no loan overdue (金融资产风险分类办法 speaks of 本金、利息或收益).
    """
    counted = [each for each in opened if not late.excuses(each.due.on, day)]
    unpaid = [
        each.due.on for each in counted if each.unpaid("principal") or each.unpaid("interest")
    ]
    return (day - min(unpaid)).days if unpaid else 0
