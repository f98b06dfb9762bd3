"""The demo's book: the same every time, through the real commands, and going on after a kill."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db.models import F

from tests.factories import LENDER
from tests.lending.loans import unbalanced
from tests.lending.origination.story import Story
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.asset_class import AssetClass
from xinnong.ledger.models import Assertion
from xinnong.lending.demo_book import borrowing, carrying, making, reporting, tending
from xinnong.lending.demo_book.plan import (
    ANSWERED_FOR,
    ON_A_HOUSE,
    ON_TIME,
    Habit,
    Tale,
    all_tales,
    tales,
)
from xinnong.lending.models import (
    Application,
    BankStatement,
    BureauConsent,
    BureauDelivery,
    BureauNotice,
    BusinessDay,
    Collateral,
    CollectionContact,
    EodRun,
    Guarantor,
    Loan,
    LoanAlert,
    LoanCheck,
    LoanProposal,
    PaymentFile,
    PaymentOrder,
    PaymentResult,
    Repayment,
    Standing,
)

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


def test_beside_them_are_loans_with_security_and_one_borrower_with_somebody_elses_card() -> None:
    told = all_tales(first_on=FIRST, last_on=LAST)
    assert Counter(each.kind.security for each in told) == {
        "credit": 96, "guarantee": 4, "mortgage": 3,
    }  # fmt: skip
    assert len({each.number for each in told}) == len(told)
    shared = [each for each in told if each.card is not None]
    assert len(shared) == 1
    lent = next(each for each in told if each.number == shared[0].card)
    assert lent.drawn_on < shared[0].drawn_on
    assert [each.number for each in told if each.drawn_on > LAST] == [102]


def test_no_book_is_made_where_products_are_only_just_in_force() -> None:
    assert tales(first_on=LAST - timedelta(30), last_on=LAST) == []


@pytest.fixture
def few(story: Story, monkeypatch: pytest.MonkeyPatch) -> list[Tale]:
    """Two loans over ten weeks at Lin's bank: one pays to the day, one stops."""
    for module in (borrowing, making, carrying, reporting, tending):
        monkeypatch.setattr(module, "LENDER", LENDER)
    told_of = {
        "officer": story.people.lin,
        "manager.two": story.bai,
        "accountant": story.people.fang,
    }
    for name, user in told_of.items():
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


def test_the_bank_carries_what_it_is_sent_and_says_what_it_could_not_pay(
    story: Story, few: list[Tale]
) -> None:
    pays, stops = few
    fails = replace(pays, drawn_on=LAST - timedelta(5))
    assert made(story, [stops, fails]) == 2
    with scoped(SYSTEM):
        orders = PaymentOrder.objects.order_by("id").values_list("state", "reason")
        assert list(orders) == [("done", ""), ("failed", carrying.FAILURE)]
        assert Counter(Loan.objects.values_list("state", flat=True)) == {"active": 1, "unpaid": 1}
        assert PaymentFile.objects.exclude(taken_at=None).count() == 2
        assert PaymentResult.objects.filter(state="aside").count() == 1
        first, last = BankStatement.objects.order_by("id")
        assert (first.lines, first.waiting) == (1, 0)
        assert (last.lines, last.waiting) == (4, 3)
        assert not Assertion.objects.exclude(computed_minor=F("expected_minor")).exists()
    assert unbalanced() == 0


def test_late_borrowers_are_spoken_to_and_told_and_the_bureau_gets_its_file(
    story: Story, few: list[Tale]
) -> None:
    pays, stops = few
    assert made(story, [replace(pays, number=1), replace(stops, number=2)]) == 2
    with scoped(SYSTEM):
        kinds = Counter(CollectionContact.objects.values_list("kind", flat=True))
        assert kinds["promise"]
        assert kinds["call"]
        assert BureauConsent.objects.count() == 2
        assert BureauNotice.objects.count() == 1
        assert LoanCheck.objects.exclude(done_at=None).count() == 3
        made_files = list(
            BureauDelivery.objects.order_by("id").values_list("corrections", flat=True)
        )
    assert made_files[-1] == 1


def test_guarantors_sign_a_house_is_registered_and_one_card_serves_two(
    story: Story, few: list[Tale]
) -> None:
    pays, _stops = few
    guaranteed = replace(pays, number=1, kind=ANSWERED_FOR, habit=ON_TIME, amount_minor=4_000_000)
    house = replace(pays, number=2, kind=ON_A_HOUSE, amount_minor=6_000_000, card=1)
    waits = replace(guaranteed, number=3, drawn_on=LAST + timedelta(2))
    house = replace(house, drawn_on=pays.drawn_on + timedelta(3))
    assert made(story, [guaranteed, house, waits]) == 2
    with scoped(SYSTEM):
        assert Counter(Guarantor.objects.values_list("state", flat=True)) == {
            "signed": 2, "named": 1,
        }  # fmt: skip
        assert Collateral.objects.get().state == "registered"
        assert Application.objects.filter(state="in_review").count() == 1
        assert LoanAlert.objects.filter(kind="card", borrowers=2).count() == 1
