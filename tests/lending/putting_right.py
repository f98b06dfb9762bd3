"""What the walks through a mended loan share: a short loan, its reference, and two people at the desk."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

from django.test import Client

from tests.lending.loans import Lender, lived, loan_of, nothing_moves
from tests.lending.test_changing_a_loan import preview
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import Unit
from xinnong.lending.models import Loan, Reminder
from xinnong.lending.queries.loans import booked_of, dues_in_force

DUE = date(2026, 3, 6)
"""Four instalments, five days apart, so that few nights show much."""


def drawn(lender: Lender) -> Loan:
    return lender.draw(4_000_000, number_of_repayments=4, every=5, unit=Unit.DAYS)


def first_due(loan: Loan) -> int:
    with scoped(SYSTEM):
        due = dues_in_force(loan)[0]
    return due.principal_minor + due.interest_minor


def as_the_reference(loan: Loan, before: date) -> None:
    """What was booked up to a day is what living the loan again says, to the fen."""
    days = lived(loan_of(loan.ref), before - timedelta(1))
    names = ("interest", "penalty", "compound")
    with scoped(SYSTEM):
        booked = booked_of(loan_of(loan.ref), before=before)
    assert booked == {name: sum(getattr(day, f"{name}_minor") for day in days) for name in names}


def told(loan: Loan) -> list[str]:
    with scoped(SYSTEM):
        return list(
            Reminder.objects.filter(loan=loan).order_by("id").values_list("kind", flat=True)
        )


def refused(desk: Client, loan: Loan, step: str, said: dict[str, str]) -> str:
    """Why a step is refused; nothing moves."""
    with nothing_moves():
        answer = desk.post(
            f"/loans/{loan.ref}/{step}/", said | {"key": str(uuid4()), "step": "preview"}
        )
    assert answer.status_code == 422, answer.content.decode()
    return answer.content.decode()


def both(lin: Client, chen: Client, loan: Loan, step: str, said: dict[str, str]) -> tuple[str, str]:
    """Lin proposes and Chen confirms, each after a look; both previews."""
    with nothing_moves():
        first, confirmed = preview(lin, loan, step, said)
    with nothing_moves():
        assert lin.post(f"/loans/{loan.ref}/{step}/", confirmed).status_code == 302
    refused(lin, loan, "confirm", {})
    with nothing_moves():
        second, confirmed = preview(chen, loan, "confirm", {})
    assert chen.post(f"/loans/{loan.ref}/confirm/", confirmed).status_code == 302
    return first, second
