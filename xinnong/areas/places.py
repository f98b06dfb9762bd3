"""Names of areas for pages: one small public table, read once a minute and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils.translation import get_language

from xinnong.areas.models import Area, Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CACHE_KEY = "areas.places"
CACHE_SECONDS = 60
COUNTY_DIGITS = 6
TOWN_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Place:
    """One area that is in use: its twelve digits, level and names."""

    code: str
    level: str
    parent_code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """Return the name in the language of the page."""
        in_english = (get_language() or "").startswith("en")
        return self.name_en or self.name_zh if in_english else self.name_zh

    @property
    def digits_in_county(self) -> str:
        """Return the last six digits, by which a call within the county names it."""
        return self.code[COUNTY_DIGITS:]


@dataclass(frozen=True)
class Places:
    """Every area in use, by code."""

    all: tuple[Place, ...]

    @cached_property
    def by_code(self) -> dict[str, Place]:
        """Return places by their twelve digits."""
        return {place.code: place for place in self.all}

    @property
    def county(self) -> Place | None:
        """Return the county, or None before areas are loaded."""
        return next((place for place in self.all if place.level == Level.COUNTY), None)

    def of(self, code: str) -> Place | None:
        """Return the place of a code of 6, 9 or 12 digits."""
        return self.by_code.get(code.ljust(12, "0"))

    def town_of(self, code: str) -> Place | None:
        """Return the town of a village code."""
        return self.of(code[:TOWN_DIGITS])

    def label(self, code: str) -> str:
        """Return town and village, or the code itself where it is not known."""
        names = [p.name for p in (self.town_of(code), self.of(code)) if p is not None]
        return " ".join(dict.fromkeys(names)) or code

    def towns(self, prefixes: Iterable[str] = ("",)) -> Sequence[Place]:
        """Return the towns that overlap with areas named by their leading digits."""
        return [p for p in self.all if p.level == Level.TOWN and _overlaps(p.code[:9], prefixes)]

    def villages(self, town: str, prefixes: Iterable[str] = ("",)) -> Sequence[Place]:
        """Return the villages of a town (9 digits or 12) that lie inside the areas."""
        digits = town[:TOWN_DIGITS]
        return [
            place
            for place in self.all
            if place.level == Level.VILLAGE
            and place.code.startswith(digits)
            and _overlaps(place.code, prefixes)
        ]


def places() -> Places:
    """Return the areas in use today, at most a minute old."""
    known: Places | None = cache.get(CACHE_KEY)
    if known is None:
        known = Places(tuple(_read()))
        if known.all:
            cache.set(CACHE_KEY, known, CACHE_SECONDS)
    return known


def _overlaps(code: str, prefixes: Iterable[str]) -> bool:
    return any(code.startswith(prefix) or prefix.startswith(code) for prefix in prefixes)


def _read() -> Iterable[Place]:
    rows = Area.objects.filter(valid_to__isnull=True).order_by("code")
    for code, level, parent, name, name_en in rows.values_list(
        "code", "level", "parent__code", "name", "name_en"
    ):
        yield Place(code, level, parent or "", name, name_en)
