"""Consent as bit sets: eight scopes for each recipient, seven recipients in one number.

A person's bits say what that person allows to whom. AND over the adults who have rows in a class
says what all of them allow; OR over all adults whether anybody allows it. So one aggregate per
class answers for every recipient at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xinnong.analytics.contracts.declarations import CONSENT_SCOPES

RECIPIENTS_PER_COLUMN = 7
ALL_BITS = -1


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who may be named in a consent, in fixed order: the county's service, then lenders."""

    codes: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Suffixes of the bit-set columns."""
        return tuple(str(n) for n in range(-(-len(self.codes) // RECIPIENTS_PER_COLUMN)))

    def column(self, recipient: str) -> str:
        """Suffix of the column that holds a recipient's bits."""
        return str(self.codes.index(recipient) // RECIPIENTS_PER_COLUMN)

    def mask(self, recipient: str, scopes: Iterable[str] = CONSENT_SCOPES) -> int:
        """Bits of some scopes of a recipient, in the recipient's column."""
        shift = len(CONSENT_SCOPES) * (self.codes.index(recipient) % RECIPIENTS_PER_COLUMN)
        return sum(1 << (shift + CONSENT_SCOPES.index(scope)) for scope in scopes)

    def grants_sql(self) -> str:
        """Columns of `consents`: every live consent of a person as bits; `scopes` is `;a;b;`."""
        return ",\n".join(
            f"BIT_OR({' + '.join(self._terms(column))}) AS grants_{column}"
            for column in self.columns
        )

    def _terms(self, column: str) -> list[str]:
        named = [code for code in self.codes if self.column(code) == column]
        return [
            f"CASE WHEN recipient = '{code}' AND scopes LIKE '%;{scope};%'"
            f" THEN {self.mask(code, (scope,))} ELSE 0 END"
            for code in named
            for scope in CONSENT_SCOPES
        ]

    def macros(self) -> dict[str, str]:
        """Placeholders of the aggregate statements."""
        each = self.columns
        return {
            "all": _list(
                f"BIT_AND(CASE WHEN adult THEN grants_{n} ELSE -1 END) AS all_{n}" for n in each
            ),
            "any": _list(
                f"BIT_OR(CASE WHEN adult THEN grants_{n} ELSE 0 END) AS any_{n}" for n in each
            ),
            "all_of_all": _list(f"BIT_AND(all_{n}) AS all_{n}" for n in each),
            "both_all": _list(
                f"COALESCE(f.all_{n}, -1) & COALESCE(e.all_{n}, -1) AS all_{n}" for n in each
            ),
            "grants": _list(f"grants_{n}" for n in each),
        }


def _list(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def holders_column(class_name: str) -> str:
    """Name the wide column prefix that answers for the adults with rows in a class."""
    if class_name.startswith("field_form."):
        return "form"
    return "house" if class_name in ("urban_flat", "real_estate") else class_name


def consent_condition(
    recipients: Recipients, recipient: str, scopes_by_class: dict[str, Sequence[str]]
) -> str:
    """Write when every scope is allowed by somebody and by every adult with rows in its class."""
    column = recipients.column(recipient)
    asked = {scope for scopes in scopes_by_class.values() for scope in scopes}
    bits = recipients.mask(recipient, asked)
    parts = [f"(member_any_{column} & {bits}) = {bits}"]
    for class_name, scopes in scopes_by_class.items():
        bits = recipients.mask(recipient, scopes)
        holders = f"{holders_column(class_name)}_all_{column}"
        parts.append(f"(COALESCE({holders}, {ALL_BITS}) & {bits}) = {bits}")
    return " AND ".join(parts)
