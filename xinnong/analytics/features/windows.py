"""The dates and norms a feature statement is built with; written into the SQL as constants."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files


def months_before(today: date, months: int) -> date:
    """Answer the same day `months` earlier, or the last day of that month."""
    index = today.year * 12 + today.month - 1 - months
    year, month = divmod(index, 12)
    for day in range(today.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, today.day)


def years_before(today: date, years: int) -> date:
    """Answer the same day `years` earlier; who was born by then has lived `years` whole years."""
    return months_before(today, years * 12)


def month_index(day: date) -> int:
    """Count months since year 0; differences ignore the day of the month in every engine."""
    return day.year * 12 + day.month


@dataclass(frozen=True, slots=True)
class Norms:
    """Values the county sets (fen), dated; every figure is a proposal until a county adopts it."""

    version: str
    effective_on: date
    flat_fen_m2: int
    house_fen_m2: int
    unlicensed_percent: int
    land_fen_mu_year: int
    forest_fen_mu: int
    share_fen: int
    wage_fen_year: int
    pension_fen_year: int
    debt_service_percent: int
    input_fen_mu: int
    flat_fen_m2_by_town: Mapping[str, int]
    input_fen_mu_by_crop: Mapping[str, int]


@cache
def norms() -> Norms:
    """Read the norms published with this release."""
    text = files(__package__).joinpath("norms.toml").read_text(encoding="utf-8")
    return Norms(**tomllib.loads(text))


@dataclass(frozen=True, slots=True)
class Windows:
    """What a run's date means for the statements: literals to put into SQL text."""

    today: date
    county: str

    def sql(self) -> dict[str, str]:
        """Return every placeholder of the statements with its SQL constant."""
        named = {"today": self.today}
        named |= {f"m{n}": months_before(self.today, n) for n in (12, 24, 36)}
        named |= {f"y{n}": years_before(self.today, n) for n in (6, 18, 23, 65, 66)}
        literals = {key: f"CAST('{day.isoformat()}' AS DATE)" for key, day in named.items()}
        literals["month"] = str(month_index(self.today))
        literals["year"] = str(self.today.year)
        literals["county"] = f"'{self.county}'"
        return literals
