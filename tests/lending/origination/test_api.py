"""A program of the bank hands in, reads, drafts, draws and repays; it never decides nor signs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests.factories import LENDER
from tests.lending.origination.story import CARD, Story, counts, states
from tests.people import NOW, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import API_VERBS, issue_token
from xinnong.areas.models import Area
from xinnong.lending.models import Application, Contract, Loan, Repayment
from xinnong.privacy.models import Listing, Read

API = "/api/v1"
LATER = NOW + timedelta(hours=25)
DEVICE = "bank-app:phone-0001"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def move_to(self, at: datetime) -> None:
        self.at = at


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.at)
    return clock


def program(story: Story, institution: str, *verbs: Permission) -> Client:
    """A program of an institution, for the whole county."""
    with scoped(story.people.ou):
        client = client_of(institution)
        client.areas.set(Area.objects.filter(code="339981000000"))
        token = issue_token(
            actor=story.people.ou, client=client, scopes=verbs, lifetime=timedelta(days=9), now=NOW
        )
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def bank(story: Story) -> Client:
    return program(story, LENDER, Permission.READ_LOANS, Permission.SEND_LOANS)


def post(client: Client, path: str, body: object, key: UUID | None = None) -> tuple[int, Any]:
    answer = client.post(
        f"{API}/{path}", body, content_type="application/json",
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip
    return answer.status_code, answer.json()


def get(client: Client, path: str) -> Any:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def wish(story: Story, **changes: object) -> dict[str, object]:
    return {
        "person": str(story.borrower.ref), "offer": str(story.offers["inclusive"].ref),
        "amount_yuan": "30000.00", "months": 12, "method": "at_maturity",
        "purpose": "seed_and_fertiliser",
    } | changes  # fmt: skip


def test_it_lists_what_is_offered(story: Story, bank: Client) -> None:
    offered = {each["product"]: each for each in get(bank, "loan-products")["products"]}
    assert offered["inclusive"]["offer"] == str(story.offers["inclusive"].ref)
    assert offered["mortgage"]["most_yuan"] == "2000000.00"


def test_it_hands_in_and_reads_what_the_rule_said(story: Story, bank: Client) -> None:
    status, made = post(bank, "loan-applications", wish(story))
    assert (status, made["state"]) == (201, "approved")
    found = get(bank, f"loan-applications/{made['ref']}")
    assert (found["amount_yuan"], found["channel"]) == ("30000.00", "desk")
    assert [each["outcome"] for each in found["decisions"]] == ["approve"]
    listed = get(bank, "loan-applications?state=approved")["applications"]
    assert [each["ref"] for each in listed] == [made["ref"]]
    assert get(bank, "loan-applications?state=refused")["applications"] == []
    with scoped(SYSTEM):
        assert Read.objects.filter(kind="api", case=made["ref"]).count() == 1
        assert Listing.objects.filter(asked="applications").exists()


def test_a_refusal_says_why_in_words(story: Story, bank: Client) -> None:
    most = story.line().line_minor // 100 + 100
    _status, made = post(bank, "loan-applications", wish(story, amount_yuan=f"{most}.00"))
    found = get(bank, f"loan-applications/{made['ref']}")
    assert found["state"] == "refused"
    reasons = found["decisions"][0]["reasons"]
    assert reasons[0]["code"] == "application.over_line"
    assert "超过了还可以借的额度" in reasons[0]["says"]


def test_a_key_answers_the_same_and_moves_nothing(story: Story, bank: Client) -> None:
    key = uuid4()
    first = post(bank, "loan-applications", wish(story), key)
    before = counts()
    assert post(bank, "loan-applications", wish(story), key) == first
    assert counts() == before
    status, told = post(bank, "loan-applications", wish(story, months=11), key)
    assert (status, told["code"]) == (422, "ledger.command_key_reused")
    assert counts() == before
    post(bank, f"loan-applications/{first[1]['ref']}/withdrawal", {})
    assert post(bank, "loan-applications", wish(story), key) == first


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount_yuan": "-5"}, 422, "request.invalid"),
        ({"amount_yuan": "1.234"}, 422, "request.invalid"),
        ({"amount_yuan": "0"}, 422, "application.wish"),
        ({"months": 0}, 422, "request.invalid"),
        ({"method": "magic"}, 422, "application.wish"),
        ({"purpose": "shares"}, 422, "application.wish"),
        ({"channel": "phone"}, 422, "request.invalid"),
        ({"extra": 1}, 422, "request.invalid"),
        ({"person": str(uuid4())}, 404, "request.not_found"),
        ({"offer": str(uuid4())}, 404, "request.not_found"),
    ],
)
def test_bad_input_is_named(
    story: Story, bank: Client, changes: dict[str, object], status: int, code: str
) -> None:
    before = counts()
    found, told = post(bank, "loan-applications", wish(story, **changes))
    assert (found, told["code"]) == (status, code)
    assert told["title"]
    assert counts() == before


def test_a_command_needs_a_key(story: Story, bank: Client) -> None:
    answer = bank.post(f"{API}/loan-applications", wish(story), content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"][-1].lower() == "idempotency-key"


def test_strangers_find_nothing_and_verbs_are_asked_for(story: Story, bank: Client) -> None:
    _status, made = post(bank, "loan-applications", wish(story))
    police = program(story, "DEPT-POLICE", Permission.READ_LOANS, Permission.SEND_LOANS)
    for path in ("loan-products", "loans", f"loan-applications/{made['ref']}"):
        assert police.get(f"{API}/{path}").status_code == 404
    assert post(police, "loan-applications", wish(story))[0] == 404
    reader = program(story, LENDER, Permission.READ_LOANS)
    assert post(reader, "loan-applications", wish(story))[0] == 403
    sender = program(story, LENDER, Permission.SEND_LOANS)
    assert sender.get(f"{API}/loan-applications/{made['ref']}").status_code == 403
    assert Client().get(f"{API}/loans").status_code == 401


def test_a_program_sees_no_village_that_is_not_its_own(story: Story, bank: Client) -> None:
    _status, made = post(bank, "loan-applications", wish(story))
    with scoped(SYSTEM):
        client_of(LENDER).areas.set(Area.objects.filter(code__startswith="33998120"))
    assert bank.get(f"{API}/loan-applications/{made['ref']}").status_code == 404
    assert get(bank, "loan-applications?state=approved")["applications"] == []
    assert post(bank, f"loan-applications/{made['ref']}/withdrawal", {})[0] == 404


def test_programs_neither_decide_nor_sign() -> None:
    people_only = {Permission.HANDLE_LOANS, Permission.CONFIRM_LOANS, Permission.APPLY_FOR_LOAN}
    assert API_VERBS.isdisjoint(people_only)
    document = Client().get(f"{API}/openapi.json").json()
    lending = " ".join(path for path in document["paths"] if "loan" in path)
    assert not {word for word in ("sign", "decide", "decision", "confirm") if word in lending}


def drafted(story: Story, bank: Client) -> str:
    _status, made = post(bank, "loan-applications", wish(story))
    status, contract = post(bank, f"loan-applications/{made['ref']}/contract", {})
    assert (status, contract["state"]) == (201, "drafted")
    return str(contract["ref"])


def in_force(story: Story, bank: Client) -> tuple[str, str]:
    """A contract that Lin took a signature for, and a card bound a day ago."""
    ref = drafted(story, bank)
    with scoped(SYSTEM):
        contract = Contract.objects.select_related("application").get(ref=ref)
    story.report()
    story.meet(contract, "credit_report")
    story.sign(contract)
    return ref, str(story.bind(story.people.lin, CARD).ref)


def test_it_reads_a_contract_and_its_paper(story: Story, bank: Client) -> None:
    ref = drafted(story, bank)
    found = get(bank, f"loan-contracts/{ref}")
    assert found["terms"]["limit_yuan"] == "30000.00"
    assert [each["code"] for each in found["conditions"]] == ["line_granted", "credit_report"]
    assert "contract.not_in_force" in {each["code"] for each in found["in_the_way"]}
    paper = bank.get(f"{API}/loan-contracts/{ref}/paper")
    assert (paper["Content-Type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert bank.get(f"{API}/loan-contracts/{uuid4()}/paper").status_code == 404


def test_a_new_device_draws_nothing_for_a_day(
    story: Story, bank: Client, on_the_day: Clock
) -> None:
    ref, card = in_force(story, bank)
    asked = {"amount_yuan": "10000.00", "card": card, "device": DEVICE}
    status, told = post(bank, f"loan-contracts/{ref}/draws", asked)
    assert (status, told["code"]) == (422, "loan.draw_held")
    assert {each["problem"] for each in told["errors"]} == {"hold.card", "hold.device_unknown"}
    assert all(each["title"] for each in told["errors"])
    on_the_day.move_to(LATER)
    status, told = post(bank, f"loan-contracts/{ref}/draws", asked)
    assert {each["problem"] for each in told["errors"]} == {"hold.device_unknown"}
    status, held = post(bank, f"loan-contracts/{ref}/devices", {"device": DEVICE})
    assert status == 200
    status, told = post(bank, f"loan-contracts/{ref}/draws", asked)
    assert {each["problem"] for each in told["errors"]} == {"hold.device"}
    assert post(bank, f"loan-contracts/{ref}/devices", {"device": DEVICE}) == (200, held)
    with scoped(SYSTEM):
        assert not Loan.objects.exists()


def test_a_loan_is_drawn_quoted_repaid_and_stated(
    story: Story, bank: Client, on_the_day: Clock
) -> None:
    ref, card = in_force(story, bank)
    post(bank, f"loan-contracts/{ref}/devices", {"device": DEVICE})
    on_the_day.move_to(LATER)
    asked, key = {"amount_yuan": "10000.00", "card": card, "device": DEVICE}, uuid4()
    drawn = post(bank, f"loan-contracts/{ref}/draws", asked, key)
    assert drawn[0] == 201, drawn
    assert post(bank, f"loan-contracts/{ref}/draws", asked, key) == drawn
    again = post(bank, f"loan-contracts/{ref}/draws", asked | {"amount_yuan": "1.00"}, key)
    assert (again[0], again[1]["code"]) == (422, "ledger.command_key_reused")
    loan = drawn[1]["loan"]
    assert [each["ref"] for each in get(bank, "loans")["loans"]] == [loan]
    found = get(bank, f"loans/{loan}")
    assert (found["principal_left_yuan"], len(found["schedule"])) == ("10000.00", 1)
    quote = get(bank, f"loans/{loan}/quote?amount_yuan=12000")
    assert (quote["settle_yuan"], quote["too_much_yuan"]) == ("10000.00", "2000.00")
    assert (quote["prepays_yuan"], quote["holds_yuan"]) == ("0.00", "12000.00")
    quote = get(bank, f"loans/{loan}/quote?amount_yuan=4000&excess=reduce_installment")
    assert (quote["prepays_yuan"], quote["holds_yuan"]) == ("4000.00", "0.00")
    assert bank.get(f"{API}/loans/{loan}/quote?excess=all").status_code == 422
    paid = {"amount_yuan": "4000", "channel": "transfer", "excess": "reduce_installment"}
    key = uuid4()
    receipt = post(bank, f"loans/{loan}/repayments", paid, key)
    assert (receipt[0], receipt[1]["prepaid_yuan"]) == (201, "4000.00")
    assert post(bank, f"loans/{loan}/repayments", paid, key) == receipt
    short = {"amount_yuan": "1", "channel": "cash", "settle": True}
    status, told = post(bank, f"loans/{loan}/repayments", short)
    assert (status, told["code"]) == (422, "loan.too_little_to_settle")
    stated = get(bank, f"loans/{loan}/statement")
    assert [each["kind"] for each in stated["movements"]] == ["draw", "repayment"]
    assert (stated["drawn_yuan"], stated["repaid_yuan"]) == ("10000.00", "4000.00")
    assert get(bank, f"loans/{loan}/statement?until_on=2026-01-01")["movements"] == []
    rest = {"amount_yuan": "6000", "channel": "transfer", "settle": True}
    assert post(bank, f"loans/{loan}/repayments", rest)[1]["state"] == "settled"
    with scoped(SYSTEM):
        assert Repayment.objects.count() == 2
    assert states(Application) == ["approved"]


@pytest.mark.parametrize("path", ["loans/{0}", "loans/{0}/quote", "loans/{0}/statement"])
def test_an_unknown_loan_is_none(bank: Client, path: str) -> None:
    assert bank.get(f"{API}/{path.format(uuid4())}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"amount_yuan": "1", "channel": "renewal"},
        {"amount_yuan": "x", "channel": "cash"},
        {"amount_yuan": "1", "channel": "cash", "excess": "keep"},
        {"amount_yuan": "1"},
    ],
)
def test_a_repayment_that_does_not_hold(bank: Client, body: dict[str, object]) -> None:
    status, told = post(bank, f"loans/{uuid4()}/repayments", body)
    assert (status, told["code"]) == (422, "request.invalid")
