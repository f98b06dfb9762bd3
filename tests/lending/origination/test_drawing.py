"""A signed contract becomes money: with everything in place, and not a moment before."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from tests.factories import LENDER
from tests.lending.loans import loan_of, nothing_moves
from tests.lending.origination.story import LATER, PHONE, Story
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.ledger.services import CommandKeyReused
from xinnong.lending import seams, services
from xinnong.lending.models import BankCard, Contract, Loan, LoanDue
from xinnong.lending.queries.loans import dues_in_force
from xinnong.lending.seams import DrawHold
from xinnong.lending.services import draw_on_contract
from xinnong.lending.services.contract_draws import sum_drawn
from xinnong.lending.services.loan_refusals import DrawHeld, LineExceeded
from xinnong.lending.services.refusals import NotYours

WITHIN = 3_000_000


@pytest.fixture(autouse=True)
def the_ledger_says_what_was_drawn() -> None:
    """Other tests of origination take the answer away when they end."""
    seams.register_drawn(sum_drawn)


def ready(story: Story) -> tuple[Contract, BankCard]:
    contract = story.in_force()
    return contract, story.bind(story.people.lin)


def drawn(
    contract: Contract, card: BankCard | None, actor: User, *, now: datetime = LATER, **asked: Any
) -> UUID:
    return draw_on_contract(
        actor=actor, contract=contract, amount_minor=asked.get("amount", WITHIN),
        on=timezone.localdate(now), now=now, key="a", card=card, device=asked.get("device"),
    )  # fmt: skip


def test_the_contract_becomes_a_loan_on_its_terms(story: Story) -> None:
    contract, card = ready(story)
    loan = loan_of(drawn(contract, card, story.people.lin))
    assert (loan.contract_ref, loan.person) == (contract.ref, contract.person)
    assert (loan.rate_percent, loan.principal_minor) == (contract.rate_percent, WITHIN)
    assert loan.payee == card.ref
    assert loan.matures_on <= contract.ends_on
    with scoped(SYSTEM):
        dues = dues_in_force(loan)
    assert sum(due.principal_minor for due in dues) == WITHIN
    assert sum_drawn(contract) == WITHIN
    with nothing_moves(), pytest.raises(CommandKeyReused):
        drawn(contract, card, story.people.lin, amount=1)


def test_a_card_that_is_new_holds_the_money(story: Story) -> None:
    contract, card = ready(story)
    with nothing_moves(), pytest.raises(DrawHeld) as refusal:
        drawn(contract, card, story.people.lin, now=NOW)
    assert [problem.code for problem in refusal.value.problems] == ["hold.card"]
    with nothing_moves(), pytest.raises(DrawHeld) as refusal:
        drawn(contract, None, story.people.lin)
    assert [problem.code for problem in refusal.value.problems] == ["card.none"]


def test_a_device_that_nobody_has_seen_holds_the_money(story: Story) -> None:
    contract, card = ready(story)
    for device in (None, 7):
        with nothing_moves(), pytest.raises(DrawHeld) as refusal:
            drawn(contract, card, story.people.wu, device=device)
        codes = [problem.code for problem in refusal.value.problems]
        assert codes == ["hold.device_unknown"]


def test_the_borrower_draws_on_the_own_phone_once_it_is_a_day_old(story: Story) -> None:
    contract, card = ready(story)
    wu = story.people.wu
    with scoped(wu):
        services.note_device(
            actor=wu, person=story.borrower, institution=LENDER, device=PHONE, now=NOW
        )
    mark = services.device_mark(PHONE)
    loan = loan_of(drawn(contract, card, wu, device=mark))
    assert loan.principal_minor == WITHIN
    with scoped(SYSTEM):
        entry = Entry.objects.get(action="lending.draw")
    assert (entry.actor, entry.subject) == (wu.ref, loan.ref)


def test_an_open_case_of_guard_holds_the_money(story: Story) -> None:
    contract, card = ready(story)
    seams.register_draw_hold(lambda _person, _village: DrawHold("guard.village", "appeal/1"))
    with nothing_moves(), pytest.raises(DrawHeld) as refusal:
        drawn(contract, card, story.people.lin)
    assert [problem.code for problem in refusal.value.problems] == ["hold.guard"]


def test_it_gives_no_more_than_the_contract_and_nothing_to_others(story: Story) -> None:
    contract, card = ready(story)
    with nothing_moves(), pytest.raises(LineExceeded):
        drawn(contract, card, story.people.lin, amount=WITHIN + 1)
    for stranger in (story.people.zhao, story.people.xu, story.people.mo):
        with nothing_moves(), pytest.raises(NotYours):
            drawn(contract, card, stranger)


def test_a_contract_that_lacks_a_condition_gives_nothing(story: Story) -> None:
    contract = story.sign(story.draft(story.apply()))
    card = story.bind(story.people.lin)
    with nothing_moves(), pytest.raises(DrawHeld) as refusal:
        drawn(contract, card, story.people.lin)
    codes = [problem.code for problem in refusal.value.problems]
    assert codes == ["contract.not_in_force", "condition.missing"]


def test_a_loan_is_seen_by_its_lender_and_its_borrower_alone(story: Story) -> None:
    contract, card = ready(story)
    drawn(contract, card, story.people.lin)
    seen = {}
    for name in ("lin", "chen", "wu", "zhao", "xu", "mo"):
        with scoped(getattr(story.people, name)):
            seen[name] = (Loan.objects.count(), LoanDue.objects.count() > 0)
    alone = (0, False)
    mine = (1, True)
    assert seen == {
        "lin": mine, "chen": mine, "wu": mine, "zhao": alone, "xu": alone, "mo": alone,
    }  # fmt: skip
