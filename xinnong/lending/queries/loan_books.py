"""A loan in its lender's books: its own accounts, and the journals that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.ledger.models import Account, Journal

if TYPE_CHECKING:
    from xinnong.lending.models import Loan

MOST_JOURNALS: Final = 50


def accounts_of_loan(loan: Loan) -> list[Account]:
    """The accounts that are this loan's alone, by kind."""
    found = Account.objects.filter(institution__code=loan.institution, object_ref=loan.ref)
    return list(found.order_by("kind", "id"))


def journals_of_loan(loan: Loan) -> list[Journal]:
    """The newest journals that name the loan."""
    found = Journal.objects.filter(institution__code=loan.institution, reference=str(loan.ref))
    return list(found.order_by("-id")[:MOST_JOURNALS])
