"""A phone in hand, every code that comes to it, and ten minutes: nothing is signed, nothing paid.

The attacker holds the farmer's unlocked phone with an open session and the device's own cookie,
reads every message, knows the resident id and a card of his own, and tries every address that a
farmer may open, with every name that a code could have.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client

from tests.factories import LENDER, signed_in
from tests.lending.origination.story import CARD, OTHER_CARD, Story, states
from tests.people import NOW
from xinnong.accounts.devices import COOKIE, SALT
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import seams, services
from xinnong.lending.models import BankCard, Contract, PaymentHold
from xinnong.lending.queries import drawable

CODES = dict.fromkeys(
    ("code", "otp", "sms", "sms_code", "captcha", "verification", "token", "pin"), "123456"
)
STEPS = ("sign", "card", "cancel", "draft", "confirm", "lift", "condition", "draw")
MINUTES = 10


def in_hand(story: Story) -> Client:
    """The farmer's own phone, signed in, with the cookie of a device that signed in before."""
    phone = signed_in(story.people.wu)
    phone.cookies[COOKIE] = signing.dumps(["stolen", []], salt=SALT)
    return phone


def everything(story: Story, contract: Contract, card: BankCard | None) -> dict[str, str]:
    """Whatever any form could ask for, filled in as well as a thief can."""
    return {
        "photo": "photo/of-the-farmer", "number": OTHER_CARD, "bank": "别家银行",
        "card": str(card.ref) if card else str(uuid4()), "identity_check": "idcheck/1",
        "scan_sha256": "5e" * 32, "hold": str(uuid4()), "called_how": "in_person",
        "condition": "credit_report", "evidence": "report/1", "contract": str(contract.ref),
        "rid": story.sample.rids["王大山"], "phone": story.sample.phones["王大山"], **CODES,
    }  # fmt: skip


def attack(phone: Client, story: Story, contract: Contract, card: BankCard | None) -> set[int]:
    """Every step on every address of lending that takes a reference, own pages and staff's."""
    form = everything(story, contract, card)
    addresses = [
        f"/borrow/contracts/{contract.ref}/", f"/loans/contracts/{contract.ref}/",
        f"/loans/applications/{contract.application.ref}/", "/loans/authority/",
        "/loans/counter/", f"/loans/for/{story.borrower.ref}/",
    ]  # fmt: skip
    return {
        phone.post(address, {**form, "step": step, "key": str(uuid4())}).status_code
        for _minute in range(MINUTES)
        for address in addresses
        for step in STEPS
        if (address, step) != (addresses[0], "cancel")
    }


def nothing_moved(story: Story, cards: int) -> None:
    with scoped(SYSTEM):
        signed = Contract.objects.exclude(signed_how="").count()
        lifted = PaymentHold.objects.exclude(lifted_at=None).count()
        assert (signed, lifted, BankCard.objects.count()) == (0, 0, cards)
        problems = drawable(Contract.objects.get(), now=NOW + timedelta(minutes=MINUTES))
    assert "contract.not_in_force" in [problem.code for problem in problems]
    assert states(Contract) == ["drafted"]


def test_a_phone_its_codes_and_ten_minutes_sign_nothing(story: Story) -> None:
    contract = story.draft(story.apply())
    assert attack(in_hand(story), story, contract, None) <= {403, 404, 422}
    nothing_moved(story, cards=0)


def test_not_even_with_the_farmers_own_card_bound_yesterday(story: Story) -> None:
    """The picture is all that is missing, and the identity service says that it is not the farmer."""
    contract, card = story.draft(story.apply()), story.bind(story.people.lin, CARD)
    seams.register_person_check(lambda _person, _photo: False)
    assert attack(in_hand(story), story, contract, card) <= {403, 404, 422}
    nothing_moved(story, cards=1)


def test_not_even_if_the_thief_fools_the_identity_service(story: Story) -> None:
    """A phone that never signed here waits a day, and so does the thief's card."""
    contract, card = story.draft(story.apply()), story.bind(story.people.lin, CARD)
    seams.register_person_check(lambda _person, _photo: True)
    assert attack(in_hand(story), story, contract, card) <= {403, 404, 422}
    nothing_moved(story, cards=1)


def test_a_card_of_the_thief_waits_even_if_its_bank_vouches(story: Story) -> None:
    contract, phone = story.draft(story.apply()), in_hand(story)
    seams.register_person_check(lambda _person, _photo: True)
    seams.register_card_check(lambda _person, _number, _bank: True)
    address = f"/borrow/contracts/{contract.ref}/"
    form = everything(story, contract, None)
    bound = phone.post(address, {**form, "step": "card", "key": str(uuid4())})
    assert bound.status_code == 302
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    assert attack(phone, story, contract, card) <= {302, 403, 404, 422}
    with scoped(SYSTEM):
        held = PaymentHold.objects.get(kind="card")
        codes = [each.code for each in drawable(Contract.objects.get(), now=card.bound_at)]
    assert held.held_until - held.seen_at == timedelta(hours=24)
    assert held.lifted_at is None
    assert "hold.card" in codes
    assert states(Contract) == ["drafted"]


@pytest.mark.parametrize("argument", ["code", "otp", "sms_code"])
def test_there_is_no_argument_for_a_code(story: Story, argument: str) -> None:
    contract = story.draft(story.apply())
    wu = story.people.wu
    sign: Any = services.sign_by_card_check
    with scoped(wu), pytest.raises(TypeError):
        sign(actor=wu, contract=contract, now=NOW, key=uuid4(), **{argument: "123456"})
    assert states(Contract) == ["drafted"]


def test_no_form_of_a_farmer_asks_for_a_code(story: Story) -> None:
    contract = story.draft(story.apply())
    story.bind(story.people.lin, CARD)
    phone = signed_in(story.people.wu)
    for address in ("/borrow/", f"/borrow/contracts/{contract.ref}/"):
        page = phone.get(address).content.decode()
        assert re.findall(r'name="(?:code|otp|sms\w*|captcha)"', page) == []
        assert "验证码" in page  # said, never asked
    assert LENDER
