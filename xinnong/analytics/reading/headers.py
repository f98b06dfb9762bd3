"""Header rows: finding them below title rows, and telling which column is which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from xinnong.analytics.contracts import Contract, Field, load_contracts
from xinnong.analytics.reading.limits import HEADER_ROWS
from xinnong.analytics.reading.refusing import FileRefused

_NOISE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\x18-\x1f*'\"]+")
_ASIDE = re.compile(r"\((?:必填|选填|主键)\)$")


def plain_header(text: str) -> str:
    """Return a header as it is compared: narrow, without spaces, stars and `(必填)`, lower case."""
    bare = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    return _ASIDE.sub("", bare).lower()


def recognised_headers(field: Field) -> Iterator[str]:
    """Yield the plain headers of a column, also with its own unit behind: 金额(元)."""
    for header in field.headers:
        yield plain_header(header)
        yield from (plain_header(f"{header}({unit})") for unit in _own_units(field))


def _own_units(field: Field) -> tuple[str, ...]:
    if field.kind == "money":
        return ("万元",) if field.scale else ("元",)
    return UNIT_WORDS.get(field.unit or field.kind, ())


UNIT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "m2": ("平方米", "m2"), "mu": ("亩",), "day": ("天",), "percent": ("%",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapped:
    """Which column holds which field, and what else stands in the header.

    `positions` maps field name to the cell of a canonical line, which has `width` cells; `unknown`
    are headers outside the contract, `missing` the headers of required fields without a column.
    """

    positions: Mapping[str, int]
    width: int
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    missing_key: bool


@cache
def known_headers(class_name: str | None) -> frozenset[str]:
    """Return the plain headers of one class, or of all."""
    contracts = load_contracts()
    chosen = contracts.values() if class_name is None else (contracts[class_name],)
    return frozenset(
        plain
        for contract in chosen
        for field in contract.fields
        for plain in recognised_headers(field)
    )


@cache
def _places(class_name: str) -> Mapping[str, tuple[str, int]]:
    """Map plain header to (field, rank); the proper header ranks 0."""
    found: dict[str, tuple[str, int]] = {}
    for field in load_contracts()[class_name].fields:
        for rank, plain in enumerate(recognised_headers(field)):
            found.setdefault(plain, (field.name, rank))
    return found


def find_header(rows: Sequence[Sequence[str]], known: frozenset[str]) -> int | None:
    """Return the index of the row that names most known columns, at least two; else None."""
    best, best_score = None, 1
    for index, row in enumerate(rows[:HEADER_ROWS]):
        score = len({plain_header(cell) for cell in row} & known)
        if score > best_score:
            best, best_score = index, score
    return best


def map_columns(contract: Contract, header: Sequence[str]) -> Mapped:
    """Give each field its column.

    A proper header wins over an alias; two columns of the same rank for one field are refused
    as `header.duplicate`.
    """
    places = _places(contract.name)
    chosen: dict[str, tuple[int, int]] = {}
    for column, text in enumerate(header):
        name, rank = places.get(plain_header(text), (None, 0))
        if name is None:
            continue
        if name in chosen and chosen[name][0] == rank:
            raise FileRefused("header.duplicate", column=text[:60])
        if name not in chosen or rank < chosen[name][0]:
            chosen[name] = (rank, column)
    positions = {name: column for name, (_, column) in chosen.items()}
    used = set(positions.values())
    unknown = tuple(h.strip()[:60] for i, h in enumerate(header) if i not in used and h.strip())
    absent = [f for f in contract.fields if f.name not in positions and (f.required or f.key)]
    needed = [field for field in absent if field.required]
    return Mapped(
        positions, len(header), unknown, tuple(f.header for f in needed), any(f.key for f in needed)
    )


def field_place(contract: Contract, header: str) -> int | None:
    """Return the place in the contract of the field a header names, None when it names none."""
    name, _ = _places(contract.name).get(plain_header(header), (None, 0))
    return next((p for p, field in enumerate(contract.fields) if field.name == name), None)


def classes_of(header: Iterable[str]) -> list[str]:
    """Return the classes whose required columns are all there, those naming most columns first.

    Only the best survive: one name means that the header tells the class.
    """
    plain = {plain_header(text) for text in header}
    scores: dict[str, int] = {}
    for name, contract in load_contracts().items():
        found = {places[0] for h, places in _places(name).items() if h in plain}
        if all(field.name in found for field in contract.fields if field.required or field.key):
            scores[name] = len(found)
    best = max(scores.values(), default=0)
    return [name for name, score in scores.items() if score == best]
