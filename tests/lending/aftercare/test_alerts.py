"""Chen sees what borrowers share, says what it is, and new draws wait while somebody looks."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.factories import LENDER, signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.origination.story import LATER
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.errors import Refused
from xinnong.lending.models import AlertLoan, Loan, LoanAlert
from xinnong.lending.queries.contracts import drawable
from xinnong.lending.services.alerts import decide_alert, find_alerts

pytestmark = pytest.mark.slow  # a published county is made first


def find(on: date = DRAWN) -> int:
    return find_alerts(institution=LENDER, on=on, now=LATER)


def copy_loan(loan: Loan, person: UUID, **changes: Any) -> Loan:
    """Another borrower's drawing like this one. In the system's scope."""
    facts = {
        field.attname: getattr(loan, field.attname)
        for field in Loan._meta.concrete_fields
        if field.attname != "id"
    }
    return Loan.objects.create(**(facts | {"ref": uuid4(), "person": person} | changes))


def one_card(lent: Lent, *names: str) -> list[Loan]:
    """These people's money goes to Wang's card."""
    with scoped(SYSTEM):
        return [
            copy_loan(lent.loan, lent.story.person(name).ref, household_id=None) for name in names
        ]


def somebody_else(lent: Lent) -> str:
    return next(name for name in lent.story.sample.people if name not in {"李大山", "王大山"})


def alert() -> LoanAlert:
    with scoped(SYSTEM):
        return LoanAlert.objects.get(kind="card")


def decide(lent: Lent, state: str, actor: User | None = None, **said: Any) -> LoanAlert:
    by = actor or lent.story.people.chen
    by.second_factor_passed = True
    plain: dict[str, Any] = {"reason": "三户钱都进了一张卡", "key": uuid4()}
    with scoped(by):
        return decide_alert(actor=by, alert=alert(), state=state, now=LATER, **(plain | said))


def in_the_way(lent: Lent, actor: User) -> list[str]:
    with scoped(actor):
        return [each.code for each in drawable(lent.contract, now=LATER)]


def test_one_card_of_two_borrowers_is_an_alert_once(lent: Lent) -> None:
    assert find() == 0
    one_card(lent, "李大山")
    assert [find(), find()] == [1, 0]
    found = alert()
    assert (found.borrowers, found.state) == (2, "open")
    with scoped(SYSTEM):
        assert AlertLoan.objects.filter(alert=found, holds=False).count() == 2


def test_it_grows_with_the_next_borrower(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    decide(lent, "look_into")
    one_card(lent, somebody_else(lent))
    assert find() == 0
    assert alert().borrowers == 3
    with scoped(SYSTEM):
        assert AlertLoan.objects.filter(holds=True).count() == 3


def test_draws_wait_while_somebody_looks_and_go_on_after(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    people = lent.story.people
    assert "hold.alert" not in in_the_way(lent, people.lin)
    decide(lent, "look_into")
    assert "hold.alert" in in_the_way(lent, people.lin)
    assert "hold.alert" in in_the_way(lent, people.wu)
    decide(lent, "false_alarm")
    assert "hold.alert" not in in_the_way(lent, people.lin)


def test_whoever_shares_the_mark_waits_before_the_first_draw(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    decide(lent, "look_into")
    with scoped(SYSTEM):
        AlertLoan.objects.all().delete()
    assert "hold.alert" in in_the_way(lent, lent.story.people.lin)


def test_a_false_alarm_comes_back_only_with_somebody_new(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    decide(lent, "false_alarm")
    assert find() == 0
    one_card(lent, "李大山")
    assert find() == 0
    one_card(lent, somebody_else(lent))
    assert find() == 1


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"reason": "  "}, "alert.no_reason"),
        ({"reason": "由" * 301}, "alert.no_reason"),
        ({"state": "open"}, "alert.no_reason"),
        ({"state": "gone"}, "alert.no_reason"),
    ],
)
def test_a_decision_needs_a_reason(lent: Lent, said: dict[str, Any], code: str) -> None:
    one_card(lent, "李大山")
    find()
    with pytest.raises(Refused) as refusal:
        decide(lent, said.pop("state", "look_into"), **said)
    assert refusal.value.code == code
    assert alert().state == "open"


@pytest.mark.parametrize("who", ["lin", "zhao", "wu", "xu"])
def test_only_a_manager_of_the_lender_decides(lent: Lent, who: str) -> None:
    one_card(lent, "李大山")
    find()
    with pytest.raises(Refused) as refusal:
        decide(lent, "look_into", getattr(lent.story.people, who))
    assert refusal.value.code == "application.not_yours"


def test_what_is_put_aside_stays_aside(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    decide(lent, "false_alarm")
    with pytest.raises(Refused) as refusal:
        decide(lent, "look_into")
    assert refusal.value.code == "alert.moved"


def test_the_page_opens_to_what_it_is_made_of(lent: Lent) -> None:
    one_card(lent, "李大山")
    find()
    desk, page = past_second_factor(lent.story.people.chen), f"/loans/alerts/{alert().ref}/"
    assert "同一张收款卡" in desk.get("/loans/alerts/").content.decode()
    shown = desk.get(page).content.decode()
    for text in ("李大山", "王大山", "2 个借款人", "达到 2 人"):
        assert text in shown
    form = {"step": "decide", "key": str(uuid4()), "state": "look_into", "reason": ""}
    assert desk.post(page, form).status_code == 422
    assert desk.post(page, form | {"reason": "要上门问"}).status_code == 302
    assert "要上门问" in desk.get(page).content.decode()
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="lending.decide-alert").count() == 1
    assert "没有这样的预警" in desk.get("/loans/alerts/").content.decode()
    assert desk.get("/loans/alerts/?state=x").status_code == 422
    assert signed_in(lent.lin).get("/loans/alerts/").status_code == 403
