"""What a loan costs today is counted to the lender's open day, on the borrower's phone as well."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests.factories import LENDER
from tests.lending.origination.story import LATER, Story
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.loan_facts import facts_of_loan
from xinnong.lending.models import BankCard, BusinessDay, Loan, Repayment
from xinnong.lending.queries.loans import moving_day
from xinnong.lending.services import draw_on_contract
from xinnong.lending.services.contract_repayments import repay_loan
from xinnong.lending.tasks import end_through

pytestmark = pytest.mark.django_db


def test_wu_is_asked_for_as_much_as_the_desk_would_ask(story: Story) -> None:
    contract = story.in_force()
    story.bind(story.people.lin)
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    with scoped(story.people.lin):
        draw_on_contract(
            actor=story.people.lin, contract=contract, amount_minor=3_000_000, card=card,
            device=None, on=timezone.localdate(LATER), now=LATER, key=str(uuid4()),
        )  # fmt: skip
    today = timezone.localdate(LATER).replace(year=2028)  # far from the day that is open
    totals = []
    for reader in (story.people.lin, story.people.wu):
        with scoped(reader):
            facts = facts_of_loan(Loan.objects.get(), today=today)
            totals.append((facts.on, facts.quote.total_minor))
    assert totals[0] == totals[1]
    assert totals[0][0] == timezone.localdate(LATER)


def test_who_draws_and_pays_after_the_lender_ended_today_is_served_on_its_next_day(
    story: Story,
) -> None:
    contract = story.in_force()
    story.bind(story.people.lin)
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    today = timezone.localdate(LATER)
    with scoped(story.people.lin):
        first = draw_on_contract(
            actor=story.people.lin, contract=contract, amount_minor=2_000_000, card=card,
            device=None, on=today, now=LATER, key=str(uuid4()),
        )  # fmt: skip
        end_through(today)
        second = draw_on_contract(
            actor=story.people.lin, contract=contract, amount_minor=1_000_000, card=card,
            device=None, on=moving_day(LENDER, today), now=LATER, key=str(uuid4()),
        )  # fmt: skip
        repay_loan(
            actor=story.people.lin, loan=Loan.objects.get(ref=first), amount_minor=100_000,
            channel="cash", now=LATER, key=uuid4(),
        )  # fmt: skip
        assert Loan.objects.get(ref=second).disbursed_on == today + timedelta(1)
        assert Repayment.objects.get().on == today + timedelta(1)


def test_a_stranger_learns_no_lenders_day(story: Story) -> None:
    story.in_force()
    with scoped(SYSTEM):
        BusinessDay.objects.get_or_create(
            institution=LENDER, defaults={"open_on": timezone.localdate(LATER)}
        )
    with scoped(story.people.xu):
        assert not BusinessDay.objects.exists()
