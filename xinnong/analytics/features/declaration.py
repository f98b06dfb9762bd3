"""What a feature declares: one declaration serves the batch, the reference, the docs, the screen.

Every value is a whole number in the declared unit, or NULL for unknown. Unknown is not zero: a
register that was delivered and holds no row says zero; a source that is missing, too old, or whose
owners did not all consent says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from xinnong.analytics.features.household import HouseholdFacts

Unit = Literal[
    "fen", "mu_hundredths", "mu_year_hundredths", "share_hundredths", "percent", "count", "month",
    "year", "day", "score_hundredths", "code", "yes_no",
]  # fmt: skip
Unknown = Literal["source", "record", "form", "history", "births", "parts", "area"]

UNKNOWN_TEXTS: Final = {
    "source": (
        "来源未送达、已过期，或有成年人未书面同意",
        "the source is missing, too old, or an adult concerned has not consented in writing",
    ),
    "record": ("没有这一类记录，也就无从得知", "no record of this kind, so nobody can say"),
    "form": (
        "没有入户表，或表上成年人未同意",
        "no field form, or an adult on it has not consented",
    ),
    "history": ("与该机构没有借款往来", "never borrowed from this institution"),
    "births": ("有成员的出生日期未知", "the birth date of a member is unknown"),
    "parts": (
        "有一个组成部分未知，不取部分之和",
        "a part is unknown; a partial sum is never taken",
    ),
    "area": ("本镇已知户数不足十户", "fewer than ten known households in the town"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One figure about a household.

    `reads` name contract fields (`class.field`) whose classes must be delivered and fresh;
    `also_reads` are used where they exist. Consent is asked for every W field of both. `sql` reads
    columns of the wide row (level 1) or other features (levels 2 and 3); `reference` says the same
    for one household in plain Python. `shown` is False for intermediate figures.
    """

    name: str
    dimension: str
    unit: Unit
    title_zh: str
    title_en: str
    reads: tuple[str, ...]
    rule_zh: str
    rule_en: str
    sql: str
    reference: Callable[[HouseholdFacts], int | None]
    unknown: Unknown = "source"
    also_reads: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    level: Literal[1, 2, 3] = 1
    lender_only: bool = False
    shown: bool = True

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes that must be delivered, in declared order."""
        return _classes(self.reads)

    @property
    def all_classes(self) -> tuple[str, ...]:
        """Classes read, required or not."""
        return _classes((*self.reads, *self.also_reads))


def _classes(fields: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(field.rpartition(".")[0] for field in fields))
