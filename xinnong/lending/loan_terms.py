"""What a contract says about the loans drawn under it, and the schedule that makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.core.documents import canonical_bytes
from xinnong.core.schedule.terms import (
    Calendar,
    DayCount,
    Grace,
    InterestPeriod,
    Method,
    Rounding,
    Terms,
    Unit,
)
from xinnong.core.schedule.terms_file import load_terms, terms_document
from xinnong.lending.models import PublishedProduct

NO_GRACE: Final = Grace()
TO_THE_FEN: Final = Rounding()
EVERY_DAY: Final = Calendar()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """A contract as drawing needs it. Amounts in fen, rates percent a year.

    `revolving`: what is paid back may be drawn again. `payee` is the reference of the card or
    supplier that receives the money.
    """

    institution: Institution
    contract_ref: UUID
    product: PublishedProduct
    person: UUID
    area12: str
    household_id: int | None
    limit_minor: int
    rate_percent: Decimal
    late_rate_percent: Decimal
    method: Method
    day_count: DayCount
    number_of_repayments: int
    every: int = 1
    unit: Unit = Unit.MONTHS
    first_due_on: date | None = None
    interest_period: InterestPeriod = InterestPeriod.DAILY
    grace: Grace = NO_GRACE
    rounding: Rounding = TO_THE_FEN
    calendar: Calendar = EVERY_DAY
    compounds: bool = True
    principal_first_after_days: int | None = None
    revolving: bool = False
    payee: UUID | None = None

    def schedule(self, amount_minor: int, on: date) -> Terms:
        """The terms of one drawing, with no event yet."""
        return Terms(
            method=self.method,
            principal_minor=amount_minor,
            annual_rate_percent=self.rate_percent,
            number_of_repayments=self.number_of_repayments,
            disbursed_on=on,
            day_count=self.day_count,
            every=self.every,
            unit=self.unit,
            first_due_on=self.first_due_on,
            grace=self.grace,
            rounding=self.rounding,
            interest_period=self.interest_period,
            calendar=self.calendar,
        )


def terms_bytes(terms: Terms) -> bytes:
    """Terms in their one canonical form, as a version of a loan keeps them."""
    return canonical_bytes(terms_document(terms))


def terms_of(data: bytes | memoryview[int]) -> Terms:
    """The terms that were kept. Raises InvalidTerms for bytes of no schedule."""
    return load_terms(bytes(data))
