"""Everything known about one household, for the plain reference of each feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from xinnong.analytics.features.windows import Norms, month_index
from xinnong.core.dates import age_on

if TYPE_CHECKING:
    from xinnong.analytics.features.declaration import Feature

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the household; `scopes` are the consented scopes by recipient."""

    person_key: str
    birth: date | None
    in_county: bool = True
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def age(self, today: date) -> int | None:
        """Whole years on a day, or None."""
        return None if self.birth is None else age_on(self.birth, today)

    def adult(self, today: date) -> bool:
        """Whether consent must be asked; an unknown birth counts as adult."""
        return self.birth is None or age_on(self.birth, today) >= 18


@dataclass
class HouseholdFacts:
    """The facts of one household as one basis may see them.

    `rows` holds the linked rows by class. `recipient` is who consent must name (None: nothing
    that needs consent may be read); `lender` is whose own records may be read (None: nobody's).
    `consent_scopes` maps `class.field` of every W field to its scope.
    """

    today: date
    norms: Norms
    area12: str
    members: Sequence[Member]
    rows: Mapping[str, Sequence[Row]]
    delivered: frozenset[str]
    consent_scopes: Mapping[str, str]
    features: Mapping[str, Feature]
    recipient: str | None = None
    lender: str | None = None
    reporting_lenders: frozenset[str] = frozenset()
    medians: Mapping[str, int | None] = field(default_factory=dict)

    def of(self, class_name: str) -> list[Row]:
        """Rows of a class, of every member."""
        return list(self.rows.get(class_name, ()))

    def own(self, class_name: str) -> list[Row]:
        """Rows of a class that belong to the lender."""
        return [row for row in self.of(class_name) if row["institution"] == self.lender]

    def value(self, name: str) -> int | None:
        """Work out one feature, or None where it is unknown on this basis."""
        feature = self.features[name]
        if not self._may_read(feature):
            return None
        return feature.reference(self)

    def total(self, names: Iterable[str]) -> int | None:
        """Add features up; unknown when any of them is."""
        values = [self.value(name) for name in names]
        known = [value for value in values if value is not None]
        return sum(known) if len(known) == len(values) else None

    def _may_read(self, feature: Feature) -> bool:
        if any(name not in self.delivered for name in feature.classes):
            return False
        if feature.lender_only and self.lender is None:
            return False
        own_loans = feature.lender_only and "loan_history" in feature.classes
        if own_loans and self.lender not in self.reporting_lenders:
            return False
        return all(self._consented(f) for f in (*feature.reads, *feature.also_reads))

    def _consented(self, field_name: str) -> bool:
        """Whether the scope of a W field is covered by every adult with rows in its class."""
        scope = self.consent_scopes.get(field_name)
        if scope is None:
            return True
        if self.recipient is None:
            return False
        adults = [member for member in self.members if member.adult(self.today)]
        willing = {m.person_key for m in adults if scope in m.scopes.get(self.recipient, ())}
        concerned = {m.person_key for m in adults} & self._owners(field_name.rpartition(".")[0])
        return bool(willing) and concerned <= willing

    def _owners(self, class_name: str) -> set[str]:
        """Answer who has rows in a class; the people on a field form answer for all its sheets."""
        source = "field_form.member" if class_name.startswith("field_form.") else class_name
        return {row["person_key"] for row in self.of(source)}

    def months_since(self, day: date) -> int:
        """Months from the month of `day` to the month of the run."""
        return month_index(self.today) - month_index(day)


def hundredths(value: Decimal | int) -> int:
    """Cut a quantity to whole hundredths."""
    return int((Decimal(value) * 100).to_integral_value(rounding=ROUND_FLOOR))
