"""What a schedule is: rows in whole fen, their totals, the terms and the conventions that held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from xinnong.core.schedule.terms import Terms


class Row(NamedTuple):
    """What is paid on one day. `days` are those the interest of this row is for.

    An instalment has a row, and so has every payment between instalments; what is paid on a due
    date beside the instalment stands in its row. Amounts are whole fen.
    """

    n: int
    due: date
    days: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int
    total_minor: int
    balance_after_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of the rows' columns, in whole fen."""

    days: int
    principal_minor: int
    interest_minor: int
    fee_minor: int
    penalty_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """A complete schedule. `conventions` names the rules by which its figures came about."""

    rows: tuple[Row, ...]
    totals: Totals
    terms: Terms
    conventions: tuple[str, ...]
