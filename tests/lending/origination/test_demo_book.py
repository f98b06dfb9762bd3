"""The demo's book: the same every time, through the real commands, and going on after a kill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import F
from pytest_django import DjangoDbBlocker

from tests.factories import LENDER, Sample, signed_in
from tests.lending.loans import unbalanced
from tests.lending.origination.story import Story
from tests.people import NOW, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.asset_class import AssetClass
from xinnong.credit.models import Line
from xinnong.ledger.models import Assertion, Period
from xinnong.lending.demo_book import (
    borrowing,
    carrying,
    making,
    reporting,
    second_bank,
    tending,
)
from xinnong.lending.demo_book.plan import (
    ANSWERED_FOR,
    GOES_ON,
    OF_A_COOP,
    ON_A_HOUSE,
    ON_TIME,
    RENEW,
    SECOND,
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
    Contract,
    CoreFile,
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
from xinnong.lending.services import offer_product, ship_limits
from xinnong.registry.models import Organisation

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
        "credit": 97, "guarantee": 5, "mortgage": 3,
    }  # fmt: skip
    assert len({each.number for each in told}) == len(told)
    shared = [each for each in told if each.card is not None]
    assert len(shared) == 1
    lent = next(each for each in told if each.number == shared[0].card)
    assert lent.drawn_on < shared[0].drawn_on
    assert [each.number for each in told if each.drawn_on > LAST] == [102]


def test_one_loan_of_the_book_is_renewed_and_one_is_a_co_ops() -> None:
    told = all_tales(first_on=FIRST, last_on=LAST)
    [renewed] = [each for each in told if each.habit.event == RENEW]
    [coop] = [each for each in told if each.for_coop]
    assert renewed.event_on is not None
    assert renewed.drawn_on < renewed.event_on < LAST
    assert (coop.amount_minor, coop.kind.security) == (12_000_000, "guarantee")


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
        closed = list(Period.objects.exclude(closed_at=None).values_list("last_on", flat=True))
        newest = LAST.replace(day=1) - timedelta(1)  # left for whoever tries to close it
        assert closed == [newest.replace(day=1) - timedelta(1)]
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


def test_a_loan_goes_on_under_a_new_contract_and_is_paid_after_a_kill(
    story: Story, few: list[Tale]
) -> None:
    pays, _stops = few
    renews = replace(
        pays, number=3, kind=replace(GOES_ON, method="equal_installment"), amount_minor=1_000_000, habit=Habit(event=RENEW),
        event_on=pays.drawn_on + timedelta(20),
    )  # fmt: skip
    made(story, [renews], renews.drawn_on + timedelta(40))
    assert made(story, [renews]) == 1
    with scoped(SYSTEM):
        old, new = Loan.objects.order_by("id")
        assert (old.state, new.state, new.renews) == ("settled", "active", old.ref)
        assert new.contract_ref != old.contract_ref
        assert 0 < new.principal_minor < old.principal_minor == 1_000_000
        assert Repayment.objects.filter(loan=new).count() == 1
        assert Standing.objects.get(loan=new).days_past_due == 0
    assert unbalanced() == 0


@pytest.fixture(scope="module")
def coop(
    county: tuple[People, Sample], django_db_blocker: DjangoDbBlocker
) -> Iterator[Organisation]:
    """Somebody heads a co-op who is no borrower of the two tales."""
    _people, sample = county
    with django_db_blocker.unblock():
        made = Organisation.objects.using("batch").create(
            uscc="93330381MA2XXXXX1T", ref=uuid4(), name="莲花番薯专业合作社", kind="农民专业合作社",
            head_key=sample.people["李大山"].key, last_run=sample.run,
        )  # fmt: skip
    yield made
    with django_db_blocker.unblock():
        Organisation.objects.using("batch").filter(pk=made.pk).delete()


def test_a_co_op_borrows_through_its_head(
    story: Story, few: list[Tale], coop: Organisation
) -> None:
    pays, _stops = few
    asks = replace(pays, number=4, kind=OF_A_COOP, amount_minor=6_000_000, for_coop=True)
    assert made(story, [pays, asks]) == 2
    with scoped(SYSTEM):
        [loan] = Loan.objects.filter(household=None)
        application = Application.objects.get(organisation=coop.ref)
        assert (loan.state, loan.principal_minor) == ("active", 6_000_000)
        assert (application.organisation_name, application.person) == (coop.name, loan.person)
    assert (
        coop.uscc in signed_in(story.people.lin).get(f"/organisations/{coop.ref}/").content.decode()
    )
    assert unbalanced() == 0


@pytest.fixture(scope="module")
def theirs_too(county: tuple[People, Sample], django_db_blocker: DjangoDbBlocker) -> Iterator[int]:
    """Some households have a line at the second bank as well."""
    _people, sample = county
    with django_db_blocker.unblock():
        lines = Line.objects.using("batch")
        ours = lines.filter(run=sample.run, kind="granted", lender=LENDER, line_minor__gt=0)
        for line in ours.order_by("household_id")[:3]:
            line.pk, line.lender = None, SECOND
            line.save(using="batch", force_insert=True)
    yield 3
    with django_db_blocker.unblock():
        lines.filter(lender=SECOND).delete()


def test_a_second_bank_lends_and_neither_sees_the_others_loans(
    story: Story, few: list[Tale], theirs_too: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made(story, few) == 2
    zhao = story.people.zhao
    zhao.username = second_bank.OFFICER
    zhao.save(update_fields=["username"])
    asked: dict[str, Any] = {"run": story.sample.run.pk, "last_on": LAST, "but": UUID(int=1)}
    assert second_bank.lend_at_second_bank(**asked) == 0  # it offers nothing yet
    with scoped(SYSTEM):
        offer_product(
            institution=SECOND, product=story.offers["inclusive"].product, book_of_record="core",
            from_on=date(2026, 1, 1),
        )  # fmt: skip
        ship_limits(
            institution=SECOND, limits={"auto": (9_000_000, 9_000_000)},
            signers=(UUID(int=1), UUID(int=2)), from_on=date(2026, 1, 1), now=NOW,
        )  # fmt: skip
    with monkeypatch.context() as cut:
        cut.setattr(second_bank, "take_core_file", stopped)
        with pytest.raises(KeyboardInterrupt):
            second_bank.lend_at_second_bank(**asked)
    many = second_bank.lend_at_second_bank(**asked)
    assert many == theirs_too
    with scoped(SYSTEM):
        theirs = {str(each.ref) for each in Loan.objects.filter(institution=SECOND, book="core")}
        ours = {str(each.ref) for each in Loan.objects.filter(institution=LENDER)}
        assert len(theirs) == many == Contract.objects.filter(institution=SECOND).count()
        file = CoreFile.objects.get()
        assert (file.aside, file.broken) == (0, 1)
    assert second_bank.lend_at_second_bank(**asked) == 0
    for reader, own, others in ((zhao, theirs, ours), (story.people.lin, ours, theirs)):
        page = signed_in(reader).get("/loans/book/").content.decode()
        assert all(ref in page for ref in own)
        assert not any(ref in page for ref in others)
        assert all(signed_in(reader).get(f"/loans/{ref}/").status_code == 404 for ref in others)


def stopped(**_said: object) -> None:
    raise KeyboardInterrupt
