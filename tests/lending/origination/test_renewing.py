"""A loan goes on under a new contract, on the page, without money moving."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import LENDER, signed_in
from tests.lending.loans import loan_of, nothing_moves
from tests.lending.origination.story import LATER, Story
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import seams
from xinnong.lending.models import Contract, Loan
from xinnong.lending.services import draw_on_contract, renew_on_contract
from xinnong.lending.services.contract_draws import sum_drawn
from xinnong.lending.services.loan_refusals import DrawHeld, LineExceeded
from xinnong.lending.services.refusals import NotYours

pytestmark = pytest.mark.slow  # a published county is made first
DRAWN = 1_000_000


@pytest.fixture(autouse=True)
def the_ledger_says_what_was_drawn() -> None:
    """Other tests of origination take the answer away when they end."""
    seams.register_drawn(sum_drawn)


def signed(story: Story, amount_minor: int) -> Contract:
    contract = story.draft(story.apply(amount_minor=amount_minor))
    story.report()
    story.meet(contract, "credit_report")
    return story.sign(contract)


@pytest.fixture
def loan(story: Story) -> Loan:
    """Drawn on Wang's first contract."""
    contract = signed(story, DRAWN)
    card = story.bind(story.people.lin)
    ref = draw_on_contract(
        actor=story.people.lin, contract=contract, amount_minor=DRAWN, card=card,
        on=timezone.localdate(LATER), now=LATER, key="a",
    )  # fmt: skip
    return loan_of(ref)


def renewed(story: Story, loan: Loan, contract: Contract) -> Loan:
    lin = story.people.lin
    assert lin.institution is not None
    return loan_of(
        renew_on_contract(
            actor=lin, institution=lin.institution, loan_ref=loan.ref, contract_ref=contract.ref,
            on=timezone.localdate(LATER), now=LATER, key="r",
        )
    )  # fmt: skip


def test_the_page_offers_the_new_contract_shows_the_effect_and_renews(
    story: Story, loan: Loan
) -> None:
    fresh = signed(story, DRAWN)
    lin: Client = signed_in(story.people.lin)
    where = f"/loans/{loan.ref}/renew/"
    page = lin.get(where).content.decode()
    assert str(fresh.ref) in page
    assert str(loan.contract_ref) not in page
    form = {"contract": str(fresh.ref), "key": str(uuid4()), "step": "preview"}
    with nothing_moves():
        page = lin.post(where, form).content.decode()
    assert "办了以后会这样" in page
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    assert lin.post(where, form | {"step": "confirm", "seen": seen}).status_code == 302
    with scoped(SYSTEM):
        new = Loan.objects.get(renews=loan.ref)
    assert (new.principal_minor, new.contract_ref) == (DRAWN, fresh.ref)
    assert loan_of(loan.ref).state == "settled"


def test_without_another_contract_it_says_what_to_do(story: Story, loan: Loan) -> None:
    lin: Client = signed_in(story.people.lin)
    where = f"/loans/{loan.ref}/renew/"
    assert "先和借款人签好新合同" in lin.get(where).content.decode()
    with nothing_moves():
        for chosen in ("", "x", str(uuid4()), str(loan.contract_ref)):
            asked = {"contract": chosen, "key": str(uuid4()), "step": "preview"}
            assert lin.post(where, asked).status_code == 422


def test_a_smaller_contract_or_none_renews_nothing(story: Story, loan: Loan) -> None:
    small, unsigned = signed(story, DRAWN // 2), story.draft(story.apply(amount_minor=DRAWN))
    with nothing_moves():
        with pytest.raises(LineExceeded):
            renewed(story, loan, small)
        with pytest.raises(DrawHeld):
            renewed(story, loan, unsigned)
        with scoped(SYSTEM), pytest.raises(NotYours):
            renewed(story, loan, Contract(ref=uuid4(), institution=LENDER))


def test_papers_and_security_of_a_contract_stand_in_their_tabs(story: Story, loan: Loan) -> None:
    lin: Client = signed_in(story.people.lin)
    files = lin.get(f"/loans/{loan.ref}/", {"tab": "files"}).content.decode()
    assert f"/loans/contracts/{loan.contract_ref}/paper.pdf" in files
    assert "担保登记" in lin.get(f"/loans/{loan.ref}/", {"tab": "security"}).content.decode()
