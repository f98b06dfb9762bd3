"""JSON API of the book: sums, quality, vintages, flow and money by month; no person is in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Schema

from xinnong.accounts.api_auth import needs
from xinnong.accounts.api_days import Day
from xinnong.accounts.permissions import Permission
from xinnong.lending.api.routing import REFUSALS, lender_of, router
from xinnong.lending.portfolio_reports import portfolio_report
from xinnong.lending.services.loan_refusals import BookFilterUnknown


class SumOut(Schema):
    """Loans of one value of one dimension: total, product, town, class or bucket."""

    dimension: str
    value: str
    loans: int
    borrowers: int
    balance_yuan: str


class VintageOut(Schema):
    """Loans drawn in one month, so many months later, and what of them was ever late by then."""

    month: str
    age_months: int
    loans: int
    lent_yuan: str
    ever_30_yuan: str
    ever_over_90_yuan: str


class RollOut(Schema):
    """Loans of one bucket, where they stood a month later, and what they owed before."""

    before: str
    after: str
    loans: int
    balance_yuan: str


class FlowOut(Schema):
    """From bucket to bucket between two month ends."""

    before: date
    on: date
    rolls: list[RollOut]


class MonthOut(Schema):
    """What a month brought."""

    month: str
    new_loans: int
    lent_yuan: str
    repaid_yuan: str
    interest_earned_yuan: str
    interest_collected_yuan: str


class PortfolioOut(Schema):
    """The book inside the program's areas; lateness is that of the end of `as_of_night`.

    `provisions_held_yuan` is told where the program sees the whole book; they are the lender's.
    """

    institution: str
    on: date | None
    as_of_night: date | None
    month_ends: list[date]
    sums: list[SumOut]
    bad_yuan: str
    provisions_required_yuan: str
    provisions_held_yuan: str | None
    vintages: list[VintageOut]
    flow: FlowOut | None
    months: list[MonthOut]


@router.get(
    "/portfolio",
    response={200: PortfolioOut, **REFUSALS},
    operation_id="portfolio",
    auth=needs(Permission.READ_LOANS),
    tags=["portfolio"],
)
def portfolio(
    request: HttpRequest,
    on: Annotated[
        Day | None, Query(description="a month end that was kept; empty: as it stands")
    ] = None,
) -> dict[str, Any]:
    """The lender's book by product, town, class and bucket, with vintages and flow rates."""
    found = portfolio_report(lender_of(request), on, today=timezone.localdate())
    if found is None:
        raise BookFilterUnknown
    return found
