"""An officer changes a running loan on the page: fills in, sees what it would do, confirms."""

from __future__ import annotations

import re
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender, loan_of, nothing_moves
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import Loan, LoanNote, LoanProposal

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
EASED = {
    "method": "interest_first", "months": "18", "rate_percent": "3.9", "difficulty": "harvest",
    "evidence": "补充协议-7", "channel": "transfer",
}  # fmt: skip


def begin(lender: Lender) -> Loan:
    drawn = lender.draw(method=Method.AT_MATURITY, number_of_repayments=1)
    lender.end(date(2026, 4, 20))
    return drawn


@pytest.fixture
def lin(lender: Lender) -> Client:
    return signed_in(lender.people.lin)


def preview(
    desk: Client, loan: Loan, step: str, said: dict[str, str]
) -> tuple[str, dict[str, str]]:
    """The page with the effect, and the form that confirms it."""
    form = said | {"key": str(uuid4()), "step": "preview"}
    answer = desk.post(f"/loans/{loan.ref}/{step}/", form)
    page = answer.content.decode()
    assert answer.status_code == 200, page
    [seen] = re.findall(r'name="seen" value="(\w+)"', page)
    return page, form | {"step": "confirm", "seen": seen}


STEPS = [
    ("repay", {"amount": "5000", "excess": "hold", "channel": "cash"}),
    ("repay", {"amount": "", "excess": "hold", "channel": "cash", "settles": "on"}),
    ("rate", {"rate_percent": "3.9"}),
    ("judge", {"expected_loss_percent": "90"}),
    ("write-off", {"difficulty": "unrecoverable", "evidence": "核销-1"}),
    ("restructure", EASED),
    ("note", {"text": "已上门，答应月底还"}),
]


@pytest.mark.parametrize(("step", "said"), STEPS)
def test_it_shows_the_effect_moves_nothing_and_then_does_it(
    lin: Client, loan: Loan, step: str, said: dict[str, str]
) -> None:
    with nothing_moves():
        page, confirmed = preview(lin, loan, step, said)
    assert "现在的还款计划" in page
    with scoped(SYSTEM):
        assert (LoanNote.objects.count(), LoanProposal.objects.count()) == (0, 0)
    answer = lin.post(f"/loans/{loan.ref}/{step}/", confirmed)
    assert (answer.status_code, answer["Location"]) == (302, f"/loans/{loan.ref}/")
    assert lin.get(f"/loans/{loan.ref}/").status_code == 200


WRONG = [
    ("repay", {"amount": "很多", "excess": "hold", "channel": "cash"}, "最多两位小数"),
    ("repay", {"amount": "", "excess": "hold", "channel": "cash"}, "金额要大于零"),
    ("rate", {"rate_percent": "99"}, "利率要在"),
    ("rate", {"rate_percent": "NaN"}, "还有地方需要改一下"),
    ("pause", {"until_on": "2020-01-01"}, "errors"),
    ("extend", {"until_on": "2026-12-01"}, "展期"),
    ("recover", {"amount": "5", "channel": "cash"}, "没有办这一步的权限"),
    ("reverse", {"repayment": "x", "cause": "harvest"}, "还有地方需要改一下"),
    ("judge", {}, "没有填任何判断"),
    ("confirm", {"channel": "cash"}, "没有办这一步的权限"),
    ("restructure", EASED | {"rate_percent": "9"}, "利率要在"),
    ("note", {"text": " "}, "还有地方需要改一下"),
]


@pytest.mark.parametrize(("step", "said", "words"), WRONG)
def test_it_says_why_not_and_keeps_what_was_typed(
    lin: Client, lender: Lender, loan: Loan, step: str, said: dict[str, str], words: str
) -> None:
    if step == "recover":
        with scoped(SYSTEM):
            Loan.objects.filter(pk=loan.pk).update(state="written_off", closed_on=loan.matures_on)
    form = said | {"key": str(uuid4()), "step": "preview"}
    with nothing_moves():
        answer = lin.post(f"/loans/{loan.ref}/{step}/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert said.get("amount", "") in page


def test_what_was_not_seen_is_not_confirmed(lin: Client, loan: Loan) -> None:
    _page, confirmed = preview(lin, loan, "rate", {"rate_percent": "3.9"})
    with nothing_moves():
        answer = lin.post(f"/loans/{loan.ref}/rate/", confirmed | {"rate_percent": "4.5"})
    assert "确认办理" in answer.content.decode()


def test_a_manager_confirms_what_an_officer_proposed(
    lender: Lender, lin: Client, loan: Loan
) -> None:
    _page, confirmed = preview(lin, loan, "restructure", EASED)
    lin.post(f"/loans/{loan.ref}/restructure/", confirmed)
    chen = past_second_factor(lender.people.chen)
    with nothing_moves():
        page, confirmed = preview(chen, loan, "confirm", {"channel": "transfer"})
    assert "林客户经理" in page
    assert chen.post(f"/loans/{loan.ref}/confirm/", confirmed).status_code == 302
    assert loan_of(loan.ref).state == "settled"


def proposed(lin: Client, loan: Loan) -> LoanProposal:
    """What Lin proposed and nobody answered."""
    _page, confirmed = preview(lin, loan, "restructure", EASED)
    lin.post(f"/loans/{loan.ref}/restructure/", confirmed)
    with scoped(SYSTEM):
        return LoanProposal.objects.get(loan=loan, state="open")


def ended(proposal: LoanProposal) -> str:
    with scoped(SYSTEM):
        return LoanProposal.objects.get(pk=proposal.pk).state


def test_who_proposed_takes_it_back_and_the_loan_stays(lin: Client, loan: Loan) -> None:
    proposal = proposed(lin, loan)
    page = lin.get(f"/loans/{loan.ref}/confirm/").content.decode()
    assert 'value="withdraw"' in page
    assert 'value="turn-down"' not in page
    asked = {"step": "withdraw", "proposal": str(proposal.ref)}
    with nothing_moves():
        assert lin.post(f"/loans/{loan.ref}/confirm/", asked).status_code == 302
        assert lin.post(f"/loans/{loan.ref}/confirm/", asked).status_code == 302
    assert ended(proposal) == "withdrawn"
    assert 'value="withdraw"' not in lin.get(f"/loans/{loan.ref}/confirm/").content.decode()


def test_a_manager_turns_down_and_nobody_turns_down_the_own(
    lender: Lender, lin: Client, loan: Loan
) -> None:
    proposal = proposed(lin, loan)
    asked = {"step": "turn-down", "proposal": str(proposal.ref)}
    with nothing_moves():
        refused = lin.post(f"/loans/{loan.ref}/confirm/", asked)
    assert refused.status_code == 422
    assert "没有办这一步的权限" in refused.content.decode()
    chen = past_second_factor(lender.people.chen)
    theirs = chen.post(f"/loans/{loan.ref}/confirm/", asked | {"step": "withdraw"})
    assert (theirs.status_code, ended(proposal)) == (422, "open")
    assert 'value="turn-down"' in chen.get(f"/loans/{loan.ref}/confirm/").content.decode()
    with nothing_moves():
        assert chen.post(f"/loans/{loan.ref}/confirm/", asked).status_code == 302
    assert ended(proposal) == "turned_down"
    late = lin.post(f"/loans/{loan.ref}/confirm/", asked | {"step": "withdraw"})
    assert late.status_code == 422


@pytest.mark.parametrize("ref", ["", "x", "00000000-0000-0000-0000-000000000001"])
def test_what_is_no_proposal_of_the_loan_is_not_found(lin: Client, loan: Loan, ref: str) -> None:
    asked = {"step": "withdraw", "proposal": ref}
    assert lin.post(f"/loans/{loan.ref}/confirm/", asked).status_code == 404


def test_strangers_find_no_loan_and_no_step(lender: Lender, lin: Client, loan: Loan) -> None:
    zhao = signed_in(lender.people.zhao)
    assert zhao.get(f"/loans/{loan.ref}/rate/").status_code == 404
    assert lin.get(f"/loans/{loan.ref}/nothing/").status_code == 404
