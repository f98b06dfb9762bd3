"""Facts of a household, read from the lake through one analytics function.

What a reader may see follows the result beside it: a field that needs written consent is left out
unless the result was allowed to read it, and another lender's rows never appear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.utils.translation import gettext_lazy as _

from xinnong.analytics.contracts import Field, load_contracts
from xinnong.analytics.lookup import FactRow, household_facts
from xinnong.profiles.models import Basis
from xinnong.profiles.queries import facts_folder
from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.journeys.queries.household import Result
    from xinnong.registry.models import Household

MOST_RECORDS = 60
MOST_WHEN_ALL = 5_000
FEN = "fen"
TEN_THOUSAND_YUAN = "(万元)"
HEAD_OF_A_DESCRIPTION = re.compile(r"[^;,:]+")
TRUTH = {"true": _("是"), "false": _("否")}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts to show, how many need consent, whether the lake is open, how many records are left."""

    shown: Sequence[FactRow]
    hidden: int
    available: bool
    cut: int = 0


def facts_shown(
    household: Household,
    dimension: str,
    *,
    result: Result,
    lender: str | None,
    subject: str | None = None,
    most: int = MOST_RECORDS,
) -> Facts:
    """Return the facts of one dimension that the result beside them was allowed to read.

    `lender` is the reader's own institution; its records of a loan are nobody else's. A person
    reading the own file (`subject`, by key) sees everything of the own person, consented or not.
    `most` records are shown, each with all its fields.
    """
    try:
        folder = facts_folder(result.score.run_id)
        rows = household_facts(folder, household.id, dimension, lender=lender, subject=subject)
    except OSError as fault:
        log.warning("facts.unavailable", fault=type(fault).__name__)
        return Facts((), 0, available=False)
    consented = _consented(result)
    shown = [
        row
        for row in rows
        if consented or row.consent_scope is None or (subject and row.person_key == subject)
    ]
    shown.sort(key=_place)
    records = list(dict.fromkeys(record_of(row) for row in shown))
    kept = set(records[:most])
    return Facts(
        [row for row in shown if record_of(row) in kept],
        len(rows) - len(shown),
        available=True,
        cut=len(records) - len(kept),
    )


def record_of(row: FactRow) -> tuple[object, ...]:
    """What belongs together: the fields of one delivered row that share one fate."""
    return (row.source_class, row.batch, row.row, row.lost_by, row.beaten_by)


def _place(row: FactRow) -> tuple[bool, str, int, int, int]:
    """What counts first, then by class, the newest first; fields of one record stay together."""
    return (not row.won, row.source_class, -row.as_of.toordinal(), row.batch, row.row)


def _consented(result: Result) -> bool:
    """Whether the result was allowed the fields that need written consent."""
    if result.basis == Basis.PRE:
        return False
    return result.basis == Basis.BASE or bool(result.profile.consent_ok)


def _declared(row: FactRow) -> Field | None:
    contract = load_contracts().get(row.source_class)
    fields = contract.fields if contract else ()
    return next((field for field in fields if row.field == field.name), None)


def source_label(class_name: str) -> str:
    """Return the title of a data class in the language of the page."""
    contract = load_contracts().get(class_name)
    if contract is None:
        return class_name
    return contract.title_en if figures.is_english() else contract.title_zh


def field_label(row: FactRow) -> str:
    """Return the heading under which the department delivers a field; in English, what it is.

    A sum is shown in yuan, so a unit in its heading (价值(万元)) would contradict the figure; an
    English description goes on to say how to fill the column in, which is no heading.
    """
    field = _declared(row)
    if field is None:
        return row.field
    if figures.is_english():
        head = HEAD_OF_A_DESCRIPTION.match(field.description_en)
        return head.group() if head else row.field
    label = field.header or row.field
    return label.removesuffix(TEN_THOUSAND_YUAN) if row.unit == FEN else label


def value_label(row: FactRow) -> str:
    """Return a fact's value as people read it: fen as yuan, the rest as delivered."""
    if row.unit == FEN:
        return figures.whole_yuan(int(row.value))
    if row.value in TRUTH:
        return str(TRUTH[row.value])
    return f"{_plain(row.value)} {row.unit}".strip()


def _plain(value: str) -> str:
    """Drop the zeros that a decimal of the lake carries: 2.5000 becomes 2.5."""
    whole, point, rest = value.partition(".")
    if not point or not rest.isdigit():
        return value
    return f"{whole}.{rest}".rstrip("0").rstrip(".")
