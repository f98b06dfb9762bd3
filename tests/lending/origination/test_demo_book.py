"""The demo's book: the same every time, through the real commands, and going on after a kill."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.factories import LENDER
from tests.lending.loans import unbalanced
from tests.lending.origination.story import Story
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.asset_class import AssetClass
from xinnong.lending.demo_book import borrowing, making
from xinnong.lending.demo_book.plan import Habit, Tale, tales
from xinnong.lending.models import BusinessDay, EodRun, Loan, LoanProposal, Repayment, Standing

LAST = NOW.date() - timedelta(1)
FIRST = date(2026, 1, 1)
pytestmark = pytest.mark.slow  # a published county is made first


def test_the_same_days_tell_the_same_tales_with_loans_late_in_every_bucket() -> None:
    told = tales(first_on=FIRST, last_on=LAST)
    assert told == tales(first_on=FIRST, last_on=LAST)
    assert len(told) == 96
    assert all(FIRST < each.drawn_on < LAST for each in told)
    late = Counter((LAST - each.stops_on).days // 30 for each in told if each.stops_on)
    assert {0, 1, 2, 3, 5, 7} <= set(late)
    assert {each.habit.event for each in told} == {"", "restructure", "write_off"}


def test_no_book_is_made_where_products_are_only_just_in_force() -> None:
    assert tales(first_on=LAST - timedelta(30), last_on=LAST) == []


@pytest.fixture
def few(story: Story, monkeypatch: pytest.MonkeyPatch) -> list[Tale]:
    """Two loans over ten weeks at Lin's bank: one pays to the day, one stops."""
    for module in (borrowing, making):
        monkeypatch.setattr(module, "LENDER", LENDER)
    for user, name in ((story.people.lin, "officer"), (story.bai, "manager.two")):
        user.username = name
        user.save(update_fields=["username"])
    told = tales(first_on=LAST - timedelta(75), last_on=LAST, loans=2)
    drawn = LAST - timedelta(70)
    pays = replace(told[0], number=0, habit=Habit(), drawn_on=drawn, stops_on=None)
    stops = replace(pays, number=1, stops_on=drawn + timedelta(20), amount_minor=1_000_000)
    return [replace(each, kind=replace(each.kind, method="equal_installment", product="inclusive"))
            for each in (pays, stops)]  # fmt: skip


def made(story: Story, told: list[Tale], last_on: date = LAST) -> int:
    return making.make_book(
        run=story.sample.run.pk, last_on=last_on, known=0, but=UUID(int=1), told=told
    )


def test_it_lends_collects_and_ends_every_day(story: Story, few: list[Tale]) -> None:
    assert made(story, few) == 2
    with scoped(SYSTEM):
        late = sorted(Standing.objects.values_list("days_past_due", flat=True))
        assert late[0] == 0
        assert late[1] > 30
        assert BusinessDay.objects.get().open_on == LAST + timedelta(1)
        assert EodRun.objects.filter(ledger_difference_minor=0).count() == 71
    assert unbalanced() == 0


def test_cut_off_anywhere_it_goes_on_and_nothing_is_doubled(story: Story, few: list[Tale]) -> None:
    made(story, few, LAST - timedelta(30))
    assert made(story, few) == 2
    with scoped(SYSTEM):
        before = Loan.objects.count(), Repayment.objects.count(), EodRun.objects.count()
        assert before[0] == 2
    assert made(story, few) == 2
    with scoped(SYSTEM):
        after = Loan.objects.count(), Repayment.objects.count(), EodRun.objects.count()
    assert after == before


def test_a_harvest_fails_and_a_loan_is_lost_and_two_people_decide_each(
    story: Story, few: list[Tale]
) -> None:
    eased, lost = few
    told = [
        replace(
            eased, habit=Habit(event="restructure"), stops_on=LAST - timedelta(60),
            event_on=LAST - timedelta(20),
        ),
        replace(lost, habit=Habit(event="write_off"), event_on=LAST - timedelta(15)),
    ]  # fmt: skip
    assert made(story, told) == 2
    with scoped(SYSTEM):
        states = sorted(Loan.objects.values_list("state", flat=True))
        assert states == ["active", "settled", "written_off"]
        assert LoanProposal.objects.filter(state="confirmed").count() == 2
        again = Loan.objects.get(state="active")
        assert again.restructured_on == LAST - timedelta(20)
        assert Standing.objects.get(loan=again).asset_class == AssetClass.SPECIAL_MENTION
    assert unbalanced() == 0
