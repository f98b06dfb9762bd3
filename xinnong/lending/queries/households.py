"""What one lender has to do with one household."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.lending.models import Application, Loan, OpenDue

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_SHOWN: Final = 20


def applications_of_household(household_id: int, *, institution: str) -> list[Application]:
    """What its members asked this lender for, the newest first; none for nobody's lender."""
    found = Application.objects.filter(household_id=household_id, institution=institution or None)
    return list(found.select_related("offer__product").order_by("-id")[:MOST_SHOWN])


def loans_of_household(household_id: int, *, institution: str) -> list[Loan]:
    """What this lender lent its members, the newest first; none for nobody's lender."""
    found = Loan.objects.filter(household_id=household_id, institution=institution or None)
    return list(found.select_related("product").order_by("-id")[:MOST_SHOWN])


def due_now_minor(loans: Iterable[Loan]) -> dict[int, int]:
    """What has fallen due and is not paid, by loan; a loan that owes nothing today is left out."""
    owed: dict[int, int] = {}
    for row in OpenDue.objects.filter(loan__in=list(loans)):
        owed[row.loan_id] = owed.get(row.loan_id, 0) + (
            row.fee_minor + row.interest_minor + row.penalty_minor + row.compound_minor
            + row.principal_minor
        )  # fmt: skip
    return owed
