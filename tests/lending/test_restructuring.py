"""A borrower in difficulty gets easier terms: proposed by one, confirmed by another, then watched."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.lending.loans import (
    HUNDRED_THOUSAND,
    Lender,
    as_booked,
    booked_days,
    lived,
    loan_of,
    nothing_moves,
    owed_now,
    rate,
    unbalanced,
)
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import Loan, LoanProposal, Repayment, Standing
from xinnong.lending.queries.loans import dues_in_force, settlement_quote
from xinnong.lending.services import (
    propose_restructuring,
    propose_write_off,
    restructure,
    turn_down,
    withdraw_proposal,
    write_off,
)
from xinnong.lending.services.correcting import reverse_repayment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ON = date(2026, 4, 21)


def begin(lender: Lender) -> Loan:
    """A loan that fell due on 1 April is twenty days late."""
    loan = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 4, 20))
    return loan


@pytest.fixture(autouse=True)
def _manager_with_a_second_factor(lender: Lender) -> None:
    lender.people.chen.second_factor_passed = True


@pytest.fixture
def late(begun: Loan) -> Loan:
    return begun


def propose(lender: Lender, loan: Loan, actor: User | None = None, **said: Any) -> UUID:
    asked: dict[str, Any] = {
        "method": "interest_first", "months": 18, "rate_percent": rate("3.9"),
        "difficulty": "harvest", "evidence": "补充协议-7",
    }  # fmt: skip
    return propose_restructuring(
        actor=actor or lender.people.lin, institution=lender.bank, loan_ref=loan.ref, now=NOW,
        key=lender.key(), **(asked | said),
    )  # fmt: skip


def confirm(lender: Lender, loan: Loan, proposal: UUID, actor: User | None = None) -> Loan:
    ref = restructure(
        actor=actor or lender.people.chen, institution=lender.bank, loan_ref=loan.ref,
        proposal_ref=proposal, on=ON, now=NOW, key=lender.key(),
    )  # fmt: skip
    return loan_of(ref)


def standing(loan: Loan) -> Standing:
    with scoped(SYSTEM):
        return Standing.objects.get(loan=loan)


def test_a_late_loan_goes_on_under_easier_terms_and_is_watched(lender: Lender, late: Loan) -> None:
    with scoped(SYSTEM):
        owed = settlement_quote(late, on=ON).total_minor - HUNDRED_THOUSAND
    assert owed > 0
    new = confirm(lender, late, propose(lender, late))
    assert (new.renews, new.restructured_on, new.rate_percent) == (late.ref, ON, rate("3.9"))
    assert new.late_rate_percent == rate("5.85")
    assert loan_of(late.ref).state == "settled"
    assert owed_now(late) == {}
    assert lender.balance("130301", late) == 0
    assert lender.balance("130301", new) == HUNDRED_THOUSAND
    assert lender.balance("101201") == owed - HUNDRED_THOUSAND
    assert unbalanced() == 0
    seen = standing(new)
    assert (seen.restructured, seen.least_class) == (True, 2)
    assert seen.observed_from == date(2026, 5, 21)
    lender.end(date(2026, 4, 30))
    assert standing(new).asset_class == 2
    assert booked_days(new) == as_booked(lived(new, date(2026, 4, 30)))
    with scoped(SYSTEM):
        last = dues_in_force(new)[-1]
    assert (last.on, last.principal_minor) == (date(2027, 10, 21), HUNDRED_THOUSAND)


def test_the_money_of_a_restructuring_is_not_undone(lender: Lender, late: Loan) -> None:
    confirm(lender, late, propose(lender, late))
    with scoped(SYSTEM):
        moved = Repayment.objects.get(loan=late, channel="renewal")
    with nothing_moves(), pytest.raises(Refused) as refusal:
        reverse_repayment(**lender.asked(ON), repayment_ref=moved.ref)
    assert refusal.value.code == "loan.not_reversible"


@pytest.mark.parametrize(
    ("who", "factor", "code"),
    [
        ("lin", True, "loan.not_authorised"),
        ("chen", False, "loan.not_authorised"),
        ("zhao", True, "application.not_yours"),
        ("wu", True, "application.not_yours"),
        ("fang", True, "loan.not_authorised"),
    ],
)
def test_nobody_confirms_without_the_verb(
    lender: Lender, late: Loan, who: str, *, factor: bool, code: str
) -> None:
    proposal = propose(lender, late)
    actor = getattr(lender.people, who)
    actor.second_factor_passed = factor
    with nothing_moves(), pytest.raises(Refused) as refusal:
        confirm(lender, late, proposal, actor)
    assert refusal.value.code == code
    assert open_proposals() == 1


def test_whoever_proposed_does_not_confirm(lender: Lender, late: Loan) -> None:
    proposal = propose(lender, late, lender.people.chen)
    with nothing_moves(), pytest.raises(Refused) as refusal:
        confirm(lender, late, proposal)
    assert refusal.value.code == "authority.same_person"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"months": 0}, "loan.not_eased"),
        ({"months": 121}, "loan.not_eased"),
        ({"rate_percent": rate("-1")}, "loan.not_eased"),
        ({"method": "flat"}, "loan.not_eased"),
        ({"method": "__class__"}, "loan.not_eased"),
        ({"evidence": "  "}, "evidence.missing"),
        ({"evidence": "长" * 65}, "evidence.missing"),
        ({"difficulty": "weather"}, "evidence.missing"),
    ],
)
def test_it_proposes_nothing_that_no_rule_knows(
    lender: Lender, late: Loan, said: dict[str, Any], code: str
) -> None:
    with nothing_moves(), pytest.raises(Refused) as refusal:
        propose(lender, late, **said)
    assert refusal.value.code == code
    assert open_proposals() == 0


def test_a_higher_rate_eases_nothing(lender: Lender, late: Loan) -> None:
    proposal = propose(lender, late, rate_percent=rate("9"))
    with nothing_moves(), pytest.raises(Refused) as refusal:
        confirm(lender, late, proposal)
    assert refusal.value.code == "loan.rate_out_of_bounds"
    assert open_proposals() == 1


def test_neither_longer_nor_cheaper_eases_nothing(lender: Lender) -> None:
    loan = lender.draw(
        method=Method.AT_MATURITY, number_of_repayments=12, on=ON, contract_ref=uuid4()
    )
    proposal = propose(lender, loan, rate_percent=rate("4.1"), months=3)
    with nothing_moves(), pytest.raises(Refused) as refusal:
        confirm(lender, loan, proposal)
    assert refusal.value.code == "loan.not_eased"


def test_one_proposal_waits_at_a_time_and_ends_once(lender: Lender, late: Loan) -> None:
    first = propose(lender, late)
    with pytest.raises(Refused) as refusal:
        propose(lender, late)
    assert refusal.value.code == "loan.proposal_open"
    ask: dict[str, Any] = {"institution": lender.bank, "proposal_ref": first, "now": NOW}
    with pytest.raises(Refused) as refusal:
        withdraw_proposal(actor=lender.people.chen, **ask)
    assert refusal.value.code == "loan.not_authorised"
    turn_down(actor=lender.people.chen, **ask)
    with nothing_moves(), pytest.raises(Refused) as refusal:
        confirm(lender, late, first)
    assert refusal.value.code == "loan.proposal_ended"
    second = propose(lender, late)
    withdraw_proposal(actor=lender.people.lin, **(ask | {"proposal_ref": second}))
    assert open_proposals() == 0


def test_a_write_off_takes_two_people(lender: Lender, late: Loan) -> None:
    chen, asked = lender.people.chen, lender.asked(ON)
    with scoped(SYSTEM):
        Standing.objects.filter(loan=late).update(asset_class=5)
    with nothing_moves(), pytest.raises(Refused) as refusal:
        write_off(**(asked | {"actor": chen}), loan_ref=late.ref)
    assert refusal.value.code == "loan.not_proposed"
    propose_write_off(
        actor=lender.people.lin, institution=lender.bank, loan_ref=late.ref,
        difficulty="unrecoverable", evidence="核销-1", now=NOW, key=lender.key(),
    )  # fmt: skip
    with nothing_moves(), pytest.raises(Refused) as refusal:
        write_off(**(asked | {"actor": lender.people.lin}), loan_ref=late.ref)
    assert refusal.value.code == "loan.not_authorised"
    assert write_off(**(asked | {"actor": chen}), loan_ref=late.ref) > HUNDRED_THOUSAND
    assert loan_of(late.ref).state == "written_off"
    assert open_proposals() == 0


def open_proposals() -> int:
    with scoped(SYSTEM):
        return LoanProposal.objects.filter(state="open").count()
