"""What a manager reads from a book of loans, one loan at a time. Slow, obvious, the definition.

Late amounts are on a principal basis: the whole balance of a loan counts as late, not the instalment
alone (贷款五级分类 and PAR30 count so). Lateness is that of a day's end. The statements of
lending.queries compute the same for all loans at once; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from xinnong.core.asset_class import BAD, AssetClass, reserves

BUCKET_EDGES: Final = ((1, "late_1"), (31, "late_31"), (61, "late_61"), (91, "late_91"),
                       (181, "late_181"), (361, "late_361"))  # fmt: skip
"""From how many days past due a loan is in a bucket."""
CURRENT: Final = "current"
BUCKETS: Final = (CURRENT, *(name for _, name in BUCKET_EDGES))
SETTLED: Final = "settled"
WRITTEN_OFF: Final = "written_off"
DIMENSIONS: Final = ("total", "product", "town", "class", "bucket")
EVER_30: Final = 30
EVER_90: Final = 91
"""逾期 30 天以上 from day 30; 90 天以上 from day 91, as the five classes count."""
TOWN_DIGITS: Final = 9


def bucket_of(days_past_due: int) -> str:
    """The bucket of a loan so many days late."""
    return next((name for least, name in reversed(BUCKET_EDGES) if days_past_due >= least), CURRENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One open loan at the end of a day."""

    loan: int
    borrower: str
    product: str
    area12: str
    balance_minor: int
    days_past_due: int
    asset_class: AssetClass


@dataclass(frozen=True, slots=True)
class Sum:
    """So many loans of so many borrowers (each once), and what they owe."""

    loans: int
    borrowers: int
    balance_minor: int


def value_of(held: Held, dimension: str) -> str:
    """Where a loan stands in one dimension; "" in the total."""
    values: Mapping[str, Callable[[], str]] = {
        "total": lambda: "",
        "product": lambda: held.product,
        "town": lambda: held.area12[:TOWN_DIGITS],
        "class": lambda: str(int(held.asset_class)),
        "bucket": lambda: bucket_of(held.days_past_due),
    }
    return values[dimension]()


def sums(book: Sequence[Held]) -> dict[tuple[str, str], Sum]:
    """The book by each dimension and its values; the total is there even of an empty book."""
    found: dict[tuple[str, str], list[Held]] = {("total", ""): []}
    for held in book:
        for dimension in DIMENSIONS:
            found.setdefault((dimension, value_of(held, dimension)), []).append(held)
    return {
        key: Sum(
            len(group), len({each.borrower for each in group}),
            sum(each.balance_minor for each in group),
        )
        for key, group in found.items()
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quality:
    """不良贷款, what must be set aside, and the whole, in fen."""

    balance_minor: int
    bad_minor: int
    required_minor: int


def quality(book: Sequence[Held]) -> Quality:
    """What the classes ask for, by the three rules of core.asset_class."""
    asked = reserves([(each.balance_minor, each.asset_class) for each in book])
    bad = sum(each.balance_minor for each in book if each.asset_class in BAD)
    return Quality(sum(each.balance_minor for each in book), bad, asked.required_minor)


@dataclass(frozen=True, slots=True)
class Life:
    """A loan over its month ends: when it was drawn, how late it was at each, how it ended.

    `ended`: settled or written_off, on `ended_on`.
    """

    drawn_on: date
    principal_minor: int
    late: Mapping[date, int]
    ended: str = ""
    ended_on: date | None = None

    def ever_by(self, month_end: date, days: int) -> bool:
        """Whether it was that late at a month end up to this one; what was written off was."""
        lost = self.ended == WRITTEN_OFF and self.ended_on and self.ended_on <= month_end
        return bool(lost) or any(on <= month_end and late >= days for on, late in self.late.items())


@dataclass(frozen=True, slots=True)
class Vintage:
    """Loans drawn in one month, so many months later: lent, and ever late by then."""

    month: date
    age: int
    loans: int
    lent_minor: int
    ever_30_minor: int
    ever_90_minor: int


def vintages(lives: Sequence[Life], month_ends: Sequence[date]) -> list[Vintage]:
    """Every month of drawing at every month end from its own on; age 0 is the month of drawing."""
    found: dict[tuple[date, int], list[tuple[Life, date]]] = {}
    for life in lives:
        month = life.drawn_on.replace(day=1)
        for end in month_ends:
            age = months_between(month, end)
            if age >= 0:
                found.setdefault((month, age), []).append((life, end))
    return [_vintage(month, age, members) for (month, age), members in sorted(found.items())]


def _vintage(month: date, age: int, members: Sequence[tuple[Life, date]]) -> Vintage:
    def lent(days: int) -> int:
        return sum(life.principal_minor for life, end in members if life.ever_by(end, days))

    return Vintage(
        month, age, len(members), sum(life.principal_minor for life, _ in members),
        lent(EVER_30), lent(EVER_90),
    )  # fmt: skip


def months_between(first: date, second: date) -> int:
    """Calendar months from one day's month to another's."""
    return (second.year - first.year) * 12 + second.month - first.month


@dataclass(frozen=True, slots=True, order=True)
class Roll:
    """Loans that stood in one bucket at a month end, and where they stood at the next one."""

    before: str
    after: str
    loans: int
    balance_minor: int
    """What they owed at the first of the two."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A loan at two month ends in a row; no days at the second: it had ended by then."""

    balance_minor: int
    days_before: int
    days_after: int | None
    ended: str = ""


def rolls(moved: Sequence[Moved]) -> list[Roll]:
    """From bucket to bucket, from the better to the worse."""
    found: dict[tuple[str, str], list[int]] = {}
    for each in moved:
        after = each.ended if each.days_after is None else bucket_of(each.days_after)
        found.setdefault((bucket_of(each.days_before), after), []).append(each.balance_minor)
    return sorted(
        Roll(before, after, len(held), sum(held)) for (before, after), held in found.items()
    )
