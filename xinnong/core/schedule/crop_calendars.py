"""Crop and animal calendars: in which months a season costs money and brings it in.

They are defaults to start from, in crop_calendars.toml; TERMS.json can state other months.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

DATA: Final = "crop_calendars.toml"


@dataclass(frozen=True, slots=True)
class CropCalendar:
    """A season: month to weight for costs and for income, with its names."""

    code: str
    zh: str
    en: str
    kind: str
    cost_weights: Mapping[int, int]
    income_weights: Mapping[int, int]


@cache
def crop_calendars() -> Mapping[str, CropCalendar]:
    """All calendars that come with the product, by code."""
    text = files(__package__).joinpath(DATA).read_text(encoding="utf-8")
    return {code: _calendar(code, said) for code, said in tomllib.loads(text).items()}


def _calendar(code: str, said: Mapping[str, Any]) -> CropCalendar:
    costs, income = (
        {int(month): weight for month, weight in said[name].items()} for name in ("costs", "income")
    )
    return CropCalendar(code, said["zh"], said["en"], said["kind"], costs, income)


def find_calendar(name: str) -> CropCalendar | None:
    """The calendar with this code, Chinese name or English name."""
    for calendar in crop_calendars().values():
        if name in {calendar.code, calendar.zh, calendar.en}:
            return calendar
    return None
