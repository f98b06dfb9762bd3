"""Putting a loan under observation; the day's end moves it on by core.restructuring."""

from __future__ import annotations

from datetime import date

from xinnong.core.asset_class import AssetClass
from xinnong.lending.models import Loan, Standing


def watch_from(loan: Loan, on: date, least: AssetClass) -> None:
    """Watch an open loan from a day on as at least of a class; its difficulty is not over."""
    Standing.objects.filter(loan=loan).update(
        restructured=True, observed_from=on, least_class=int(least), difficulty_over=False
    )
