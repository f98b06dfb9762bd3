"""The one-year loan prime rate by day."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def lpr_percent_on(day: date) -> Decimal | None:
    """The newest rate published by a day; None before the first that is known."""
    known = [percent for from_on, percent in _published() if from_on <= day]
    return known[-1] if known else None


@cache
def _published() -> tuple[tuple[date, Decimal], ...]:
    text = files("xinnong.lending").joinpath("published", "lpr.toml").read_text("utf-8")
    rates = [(each["from_on"], Decimal(each["percent"])) for each in tomllib.loads(text)["rates"]]
    return tuple(sorted(rates))
