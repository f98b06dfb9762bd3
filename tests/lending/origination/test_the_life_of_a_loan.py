"""Wang's first loan from the contract to the last fen, on the phone and at the counter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.utils import timezone

from tests.factories import LENDER, signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.origination.story import LATER, PHONE, Story
from tests.lending.test_changing_a_loan import preview
from tests.people import NOW
from xinnong.accounts.devices import COOKIE, SALT
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.ledger.queries import trial_balance
from xinnong.lending import seams, services
from xinnong.lending.models import BankCard, BusinessDay, Contract, Loan, LoanState, Repayment
from xinnong.lending.seams import DrawHold
from xinnong.lending.services import draw_on_contract
from xinnong.lending.services.contract_repayments import repay_loan
from xinnong.lending.services.end_of_day import end_days
from xinnong.web.figures import whole_yuan

pytestmark = pytest.mark.slow  # a published county is made first


@pytest.fixture
def contract(story: Story) -> Iterator[Contract]:
    """In force, with a card that waited its day and a phone that is known."""
    made = story.in_force()
    story.bind(story.people.lin)
    with scoped(SYSTEM):
        yield Contract.objects.get(pk=made.pk)


def own_card() -> BankCard:
    with scoped(SYSTEM):
        return BankCard.objects.get()


def draw(
    story: Story, contract: Contract, actor: User, amount: int = 3_000_000, *, phone: str = ""
) -> UUID:
    with scoped(actor):
        return draw_on_contract(
            actor=actor, contract=contract, amount_minor=amount, card=own_card(),
            device=services.device_mark(phone) if phone else None,
            on=timezone.localdate(LATER), now=LATER, key=str(uuid4()),
        )  # fmt: skip


def loans() -> list[tuple[int, str]]:
    with scoped(SYSTEM):
        return list(Loan.objects.order_by("id").values_list("principal_minor", "state"))


def refused(code: str, story: Story, contract: Contract, actor: User, **said: object) -> list[str]:
    with pytest.raises(Refused) as refusal:
        draw(story, contract, actor, **said)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert loans() == []
    return [each.code for each in getattr(refusal.value, "problems", ())]


def known_phone(story: Story) -> None:
    wu = story.people.wu
    with scoped(wu):
        services.note_device(
            actor=wu, person=story.borrower, institution=LENDER, device=PHONE, now=NOW
        )


def test_it_is_drawn_on_the_own_phone_and_paid_back_to_the_fen(
    story: Story, contract: Contract
) -> None:
    known_phone(story)
    wu = story.people.wu
    ref = draw(story, contract, wu, phone=PHONE)
    with scoped(wu):
        found = Loan.objects.get(ref=ref)
        assert (found.principal_minor, found.person) == (3_000_000, wu.person_ref)
    day = timezone.localdate(LATER)
    with scoped(SYSTEM):
        ended = list(
            end_days(
                institution=LENDER, through_on=day + timedelta(days=29),
                today=day + timedelta(days=30), clock=lambda: LATER,
            )
        )  # fmt: skip
    assert len(ended) == 30
    later = LATER + timedelta(days=30)
    with scoped(wu):
        receipt = repay_loan(
            actor=wu, loan=found, amount_minor=3_010_250, channel="transfer", now=later, key=uuid4(),
            settles=True,
        )  # fmt: skip
    # 30,000 yuan for 30 days at 4.1 % over 360
    assert receipt.state == LoanState.SETTLED
    assert receipt.paid["principal"] + receipt.paid["interest"] + receipt.held_minor == 3_010_250
    assert receipt.paid["principal"] == 3_000_000
    assert loans() == [(3_000_000, "settled")]


@pytest.mark.parametrize(
    ("who", "phone", "code"),
    [
        ("wu", "", "loan.draw_held"),  # a phone that hides which one it is
        ("wu", "another-phone", "loan.draw_held"),
        ("zhao", "", "application.not_yours"),
        ("mo", "", "application.not_yours"),
        ("sun", "", "application.not_yours"),
    ],
)
def test_nobody_else_and_no_unknown_phone_draws(
    story: Story, contract: Contract, who: str, phone: str, code: str
) -> None:
    refused(code, story, contract, getattr(story.people, who), phone=phone)


def test_guard_stops_a_draw_at_the_last_moment(story: Story, contract: Contract) -> None:
    seams.register_draw_hold(lambda _person, _village: DrawHold("guard.village", "A-17"))
    assert refused("loan.draw_held", story, contract, story.people.lin) == ["hold.guard"]


def test_a_new_card_stops_a_draw(story: Story, contract: Contract) -> None:
    with pytest.raises(Refused) as refusal, scoped(story.people.lin):
        draw_on_contract(
            actor=story.people.lin, contract=contract, amount_minor=1_000_000,
            card=own_card(), device=None, on=timezone.localdate(NOW), now=NOW, key=str(uuid4()),
        )  # fmt: skip
    assert [each.code for each in refusal.value.problems] == ["hold.card"]  # type: ignore[attr-defined]
    assert loans() == []


@pytest.mark.parametrize("amount", [0, -1, 3_000_001])
def test_no_more_than_the_contract_and_no_less_than_something(
    story: Story, contract: Contract, amount: int
) -> None:
    code = "loan.amount" if amount <= 0 else "loan.line_exceeded"
    refused(code, story, contract, story.people.lin, amount=amount)


def test_the_same_key_draws_once(story: Story, contract: Contract) -> None:
    lin, key = story.people.lin, uuid4()
    with scoped(lin):
        drawn = [
            draw_on_contract(
                actor=lin, contract=contract, amount_minor=1_000_000, card=own_card(), device=None,
                on=timezone.localdate(LATER), now=LATER, key=str(key),
            )
            for _again in range(2)
        ]  # fmt: skip
    assert drawn[0] == drawn[1]
    assert loans() == [(1_000_000, "active")]


@pytest.fixture
def today(story: Story) -> None:
    """The pages look at the real day; the lender's first day is that one."""
    with scoped(SYSTEM):
        BusinessDay.objects.all().delete()


def test_lin_pays_out_and_takes_money_at_the_counter(
    story: Story, contract: Contract, today: None
) -> None:
    desk = signed_in(story.people.lin)
    page = f"/loans/contracts/{contract.ref}/"
    shown = desk.get(page).content.decode()
    assert "本人到场，打到卡上" in shown
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    form = {"step": "draw", "amount": "20000", "card": str(card.ref), "key": str(uuid4())}
    assert desk.post(page, form).status_code == 302
    assert loans() == [(2_000_000, "active")]
    with scoped(SYSTEM):
        loan = Loan.objects.get()
    address = f"/loans/{loan.ref}/"
    assert "20,000.00 元" in desk.get(address).content.decode()
    pay = {"amount": "5000", "excess": "reduce_installment", "channel": "cash"}
    for said in (pay, pay | {"amount": "", "settles": "on"}):
        _page, confirmed = preview(desk, loan, "repay", said)
        assert desk.post(f"{address}repay/", confirmed).status_code == 302
    assert loans() == [(2_000_000, "settled")]
    with scoped(SYSTEM):
        assert [each.amount_minor for each in Repayment.objects.order_by("id")] == [
            500_000, 1_500_000,
        ]  # fmt: skip


def test_wang_draws_on_the_own_phone_and_pays_everything_back(
    story: Story, contract: Contract, today: None
) -> None:
    phone, page = signed_in(story.people.wu), f"/borrow/contracts/{contract.ref}/"
    form = {"step": "draw", "amount": "20000", "card": str(own_card().ref)}
    stranger = phone.post(page, form | {"key": str(uuid4())})
    assert stranger.status_code == 422  # this phone has no name that we gave it
    assert loans() == []
    known_phone(story)
    phone.cookies[COOKIE] = signing.dumps([PHONE, []], salt=SALT)
    assert "打到我的卡上" in phone.get(page).content.decode()
    key = {"key": str(uuid4())}
    drawn = [phone.post(page, form | key) for _pressed_twice in range(2)]
    assert loans() == [(2_000_000, "active")]
    assert drawn[0]["Location"] == drawn[1]["Location"]
    address = drawn[0]["Location"]
    pay = {"step": "settle", "amount": "", "excess": "hold", "key": str(uuid4())}
    look = phone.post(address, pay)
    assert "这笔贷款就还清了" in look.content.decode()
    assert loans() == [(2_000_000, "active")]
    [seen] = re.findall(r'name="seen" value="(\w+)"', look.content.decode())
    sure = pay | {"step": "confirm", "means": "settle", "amount": "20000", "seen": seen}
    assert phone.post(address, sure).status_code == 302
    assert "已经还清" in phone.get(address).content.decode()
    assert loans() == [(2_000_000, "settled")]


@pytest.mark.parametrize("amount", ["", "0", "-5", "很多", "0.001"])
def test_a_repayment_of_nothing_moves_nothing(
    story: Story, contract: Contract, today: None, amount: str
) -> None:
    lin = story.people.lin
    with scoped(lin):
        ref = draw_on_contract(
            actor=lin, contract=contract, amount_minor=1_000_000, card=own_card(), device=None,
            on=timezone.localdate(), now=timezone.now(), key=str(uuid4()),
        )  # fmt: skip
    pay = {"step": "preview", "amount": amount, "excess": "hold", "channel": "cash"}
    answer = signed_in(lin).post(f"/loans/{ref}/repay/", pay | {"key": str(uuid4())})
    assert answer.status_code == 422
    with scoped(SYSTEM):
        assert not Repayment.objects.exists()


def test_a_contract_that_is_used_up_says_so_and_lists_nothing_to_do(
    story: Story, contract: Contract, today: None
) -> None:
    lin = story.people.lin
    with scoped(lin):
        draw_on_contract(
            actor=lin, contract=contract, amount_minor=contract.limit_minor, card=own_card(),
            device=None, on=timezone.localdate(), now=timezone.now(), key=str(uuid4()),
        )  # fmt: skip
    phone = signed_in(story.people.wu)
    page = phone.get(f"/borrow/contracts/{contract.ref}/").content.decode()
    assert "额度已经用完" in page
    assert "为什么还不能用款" not in page
    assert "普惠贷" in phone.get("/borrow/").content.decode()
    own, left = phone.get("/me/").content.decode(), story.line().line_minor - contract.limit_minor
    assert "您家还可以借" in own
    assert whole_yuan(left) in own


def test_the_borrower_reads_the_own_loan_and_nobody_else_does(
    story: Story, contract: Contract, today: None
) -> None:
    people = story.people
    with scoped(people.lin):
        ref = draw_on_contract(
            actor=people.lin, contract=contract, amount_minor=1_000_000, card=own_card(), device=None,
            on=timezone.localdate(), now=timezone.now(), key=str(uuid4()),
        )  # fmt: skip
    mine = signed_in(people.wu).get(f"/borrow/loans/{ref}/")
    assert mine.status_code == 200
    assert "10,000.00 元" in mine.content.decode()
    assert "我的贷款" in signed_in(people.wu).get("/borrow/").content.decode()
    assert signed_in(people.zhao).get(f"/loans/{ref}/").status_code == 404
    assert past_second_factor(people.chen).get(f"/loans/{ref}/").status_code == 200
    for stranger in (people.lin, people.mo):
        assert signed_in(stranger).get(f"/borrow/loans/{ref}/").status_code in {403, 404}


def test_the_books_balance_after_a_draw(story: Story, contract: Contract) -> None:
    draw(story, contract, story.people.lin)
    with scoped(SYSTEM):
        institution = story.people.lin.institution
        assert institution is not None
        rows = trial_balance(institution, on=timezone.localdate(LATER))
        assert sum(row.debits_minor - row.credits_minor for row in rows.rows) == 0
