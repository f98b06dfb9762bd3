"""What a source is worth: who wins a disagreement, how sure it is, how long it stays good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from xinnong.analytics.contracts.declarations import Contract, Rhythm

Rank = Literal[0, 1, 2]
REGISTER: Final[Rank] = 0
OWN_RECORD: Final[Rank] = 1
FIELD_FORM: Final[Rank] = 2
RANK_NAMES: Final = ("register", "own_record", "field_form")
CONFIDENCE_PERCENT: Final = (95, 85, 60)

OWN_RECORDS: Final = frozenset(
    {"production", "sale", "loan_history", "consent", "review_result", "honour", "bank_return"}
)
GOOD_FOR_DAYS: Final[dict[Rhythm, int]] = {
    "daily": 92, "weekly": 92, "monthly": 184, "yearly": 550,
}  # fmt: skip
"""Days after its newest delivery for which a class still speaks; far beyond the alarm for late
deliveries, so that one missed month does not empty every profile."""
FORM_GOOD_FOR_DAYS: Final = 730


@dataclass(frozen=True, slots=True)
class Source:
    """Standing of one class among sources."""

    rank: Rank
    confidence_percent: int
    good_for_days: int

    def expires_on(self, as_of: date) -> date:
        """Last day on which a fact of this date still counts."""
        return as_of + timedelta(days=self.good_for_days)


def source_of(contract: Contract) -> Source:
    """Return the standing of a class: department registers, own records, field forms."""
    if contract.name.startswith("field_form."):
        return Source(FIELD_FORM, CONFIDENCE_PERCENT[FIELD_FORM], FORM_GOOD_FOR_DAYS)
    rank: Rank = OWN_RECORD if contract.name in OWN_RECORDS else REGISTER
    return Source(rank, CONFIDENCE_PERCENT[rank], GOOD_FOR_DAYS[contract.rhythm])
