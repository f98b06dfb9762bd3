"""A loan that was written off is still owed, and both sides' pages say so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import signed_in
from tests.lending.loans import DRAWN, WU, Lender
from xinnong.accounts.services import link_person
from xinnong.core.money import yuan
from xinnong.lending.models import Loan
from xinnong.lending.services import judge, recover, write_off

pytestmark = pytest.mark.slow
NEARLY_ALL = 95


def begin(lender: Lender) -> tuple[Loan, int]:
    """A loan judged lost and written off forty days after it was drawn; what was lost."""
    loan, judged = lender.draw(), DRAWN + timedelta(40)
    lender.end(judged - timedelta(1))
    judge(**lender.asked(judged), loan_ref=loan.ref, expected_loss_percent=NEARLY_ALL)
    lender.end(judged)
    return loan, write_off(**lender.asked(judged + timedelta(1)), loan_ref=loan.ref)


@pytest.fixture
def lost(begun: tuple[Loan, int]) -> tuple[Loan, int]:
    return begun


def test_the_officer_reads_what_has_not_come_back(lender: Lender, lost: tuple[Loan, int]) -> None:
    loan, whole = lost
    on = DRAWN + timedelta(41)
    recover(**lender.asked(on), loan_ref=loan.ref, amount_minor=50_000, channel="cash")
    page = signed_in(lender.people.lin).get(f"/loans/{loan.ref}/").content.decode()
    assert "核销后还没收回" in page
    assert yuan(whole - 50_000) in page.replace(",", "")
    assert "今天结清要" not in page


def test_the_borrower_is_not_told_that_it_is_paid(lender: Lender, lost: tuple[Loan, int]) -> None:
    link_person(user=lender.people.wu, person_ref=WU)
    page = signed_in(lender.people.wu).get(f"/borrow/loans/{lost[0].ref}/").content.decode()
    assert "仍然要还" in page
    assert "不用再还" not in page
