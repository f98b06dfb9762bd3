"""A program of the bank lists late loans, notes contacts, reads alerts and the book; it never judges."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import LENDER
from tests.lending.aftercare.conftest import Lent
from tests.lending.aftercare.test_alerts import alert, decide, find, one_card
from tests.lending.origination.test_api import API, Clock, get, post
from tests.lending.origination.test_commands import Terminal
from tests.people import client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.areas.models import Area
from xinnong.audit.models import Entry
from xinnong.cli import alerts, collections_, portfolio
from xinnong.lending.models import CollectionContact, LoanAlert
from xinnong.privacy.models import Listing, Read

pytestmark = pytest.mark.slow  # a published county is made first
LATE = 40
CLIENT = f"test-{LENDER.lower()}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.at)
    return clock


@pytest.fixture
def late(lent: Lent, clock: Clock) -> Lent:
    """Wang is forty days late, and it is noon."""
    lent.late(LATE)
    clock.move_to(lent.noon(LATE + 1))
    return lent


def program(lent: Lent, clock: Clock, *verbs: Permission, institution: str = LENDER) -> Client:
    ou = lent.story.people.ou
    with scoped(ou):
        client = client_of(institution)
        client.areas.set(Area.objects.filter(code="339981000000"))
        token = issue_token(
            actor=ou, client=client, scopes=verbs, lifetime=timedelta(days=1), now=clock.at
        )
    return Client(headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def bank(late: Lent, clock: Clock) -> Client:
    return program(late, clock, Permission.READ_LOANS, Permission.SEND_LOANS)


@pytest.fixture
def terminal(bank: Client, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Terminal:
    return Terminal(monkeypatch, capsys)


def call(lent: Lent, **said: object) -> dict[str, object]:
    at = (lent.noon(LATE + 1) - timedelta(hours=1)).isoformat()
    return {"kind": "call", "party": "borrower", "at": at, "said": "茶叶款下周到账"} | said


def test_the_queue_lists_who_is_late_and_the_reading_is_on_record(late: Lent, bank: Client) -> None:
    [row] = get(bank, "collections")["loans"]
    assert (row["loan"], row["bucket"]) == (str(late.loan.ref), "31-60")
    assert row["days_past_due"] in {LATE, LATE + 1}
    assert row["promise"] == "none"
    with scoped(SYSTEM):
        assert Listing.objects.filter(asked="collections", purpose="servicing").exists()
    assert get(bank, "collections?bucket=1-30")["loans"] == []
    assert get(bank, "collections?household=nobody")["loans"] == []
    assert get(bank, f"collections?after=1-{late.loan.pk}")["loans"] == []


@pytest.mark.parametrize(
    "said", ["bucket=31", "promise=kept", "household=%00", "after=x", "due=maybe"]
)
def test_an_unknown_filter_selects_nobody(bank: Client, said: str) -> None:
    answer = bank.get(f"{API}/collections?{said}")
    assert (answer.status_code, answer.json()["code"]) == (422, "request.invalid")


def test_a_promise_is_noted_once_and_read_back(late: Lent, bank: Client) -> None:
    path, key = f"loans/{late.loan.ref}/contacts", uuid4()
    by = (late.noon(LATE + 1) + timedelta(7)).date().isoformat()
    said = call(late, kind="promise", promised_yuan="500.00", promised_on=by)
    made = post(bank, path, said, key)
    assert (made[0], made[1]["promised_yuan"], made[1]["promise"]) == (201, "500.00", "open")
    assert post(bank, path, said, key) == made
    other = post(bank, path, said | {"said": "不是这么说的"}, key)
    assert (other[0], other[1]["code"]) == (422, "ledger.command_key_reused")
    found = get(bank, f"loans/{late.loan.ref}/collection")
    assert [(each["ref"], each["promise"]) for each in found["contacts"]] == [
        (made[1]["ref"], "open")
    ]
    with scoped(SYSTEM):
        client = client_of(LENDER)
        assert CollectionContact.objects.get().by == client.ref
        assert Entry.objects.get(action="lending.record-contact").actor == client.ref
        # who was refused had opened the loan, too: a trace outlives a refusal
        assert Read.objects.filter(kind="api", purpose="servicing").count() == 4


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"party": "other"}, "collection.third_party"),
        ({"said": "不还就曝光"}, "collection.threat"),
        ({"said": "打 13800000000"}, "collection.number_in_text"),
        ({"kind": "promise"}, "collection.promise_of_nothing"),
        ({"next_step": "call"}, "collection.next_step"),
    ],
)
def test_the_rules_of_conduct_bind_a_program_too(
    late: Lent, bank: Client, said: dict[str, object], problem: str
) -> None:
    status, told = post(bank, f"loans/{late.loan.ref}/contacts", call(late, **said))
    assert (status, told["code"]) == (422, "collection.not_allowed")
    assert problem in {each["problem"] for each in told["errors"]}
    assert all(each["title"] for each in told["errors"])
    assert late.contacts() == 0


def test_a_loan_that_is_not_late_and_one_of_nobody(
    lent: Lent, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.move_to(lent.noon(-200))
    bank = program(lent, clock, Permission.READ_LOANS, Permission.SEND_LOANS)
    at = (clock.at - timedelta(minutes=5)).isoformat()
    said = {"kind": "note", "at": at, "said": "先记一笔"}
    status, told = post(bank, f"loans/{lent.loan.ref}/contacts", said)
    assert (status, told["code"]) == (422, "collection.not_late")
    assert post(bank, f"loans/{uuid4()}/contacts", said)[0] == 404
    assert bank.get(f"{API}/loans/{uuid4()}/collection").status_code == 404


def test_a_program_that_may_only_read_notes_nothing(late: Lent, clock: Clock) -> None:
    reader = program(late, clock, Permission.READ_LOANS)
    assert post(reader, f"loans/{late.loan.ref}/contacts", call(late))[0] == 403
    nobody = program(late, clock, Permission.READ_LINE)
    for path in ("collections", "loan-alerts", "portfolio"):
        assert nobody.get(f"{API}/{path}").status_code == 403
    assert late.contacts() == 0


def test_a_stranger_sees_nothing(late: Lent, clock: Clock) -> None:
    town = program(late, clock, Permission.READ_LOANS, institution="BANK-02")
    assert get(town, "collections")["loans"] == []
    assert town.get(f"{API}/loans/{late.loan.ref}/collection").status_code == 404


def test_alerts_are_read_and_people_judge_them(late: Lent, bank: Client) -> None:
    one_card(late, "李大山")
    find()
    [row] = get(bank, "loan-alerts")["alerts"]
    assert (row["kind"], row["borrowers"], row["state"]) == ("card", 2, "open")
    decide(late, "look_into")
    assert get(bank, "loan-alerts")["alerts"] == []
    [row] = get(bank, "loan-alerts?state=look_into")["alerts"]
    found = get(bank, f"loan-alerts/{row['ref']}")
    assert (found["least_borrowers"], len(found["loans"])) == (2, 2)
    assert [each["reason"] for each in found["decisions"]] == ["三户钱都进了一张卡"]
    assert bank.get(f"{API}/loan-alerts/{uuid4()}").status_code == 404
    assert bank.get(f"{API}/loan-alerts?state=closed").status_code == 422
    assert bank.post(f"{API}/loan-alerts/{row['ref']}", {}).status_code == 405
    with scoped(SYSTEM):
        assert Listing.objects.filter(asked="alert").count() == 1
        assert LoanAlert.objects.get().state == "look_into"


def test_the_book_is_read_in_sums(late: Lent, bank: Client) -> None:
    found = get(bank, "portfolio")
    sums = {(each["dimension"], each["value"]): each for each in found["sums"]}
    assert sums["total", ""]["loans"] == 1
    assert sums["bucket", "late_31"]["balance_yuan"] == sums["total", ""]["balance_yuan"]
    assert str(late.loan.person) not in str(found)
    status = bank.get(f"{API}/portfolio?on=2001-01-31")
    assert (status.status_code, status.json()["code"]) == (422, "book.filter_unknown")


def test_the_terminal_lists_and_notes(
    late: Lent, bank: Client, terminal: Terminal, capsys: Any
) -> None:
    status, [row] = terminal.run(collections_, "queue", "--json", "--bucket", "31-60")
    assert (status, row["loan"]) == (0, str(late.loan.ref))
    assert terminal.run(collections_, "queue", "--json", "--household", "H1") == (0, [])
    typed = ("note", str(late.loan.ref), "--key", str(uuid4()), "--json", "--kind", "visit",
             "--at", call(late)["at"], "--said", "家里没人")  # fmt: skip
    first = terminal.run(collections_, *map(str, typed))
    assert (first[0], first[1][0]["kind"]) == (0, "visit")
    assert terminal.run(collections_, *map(str, typed)) == first
    status, [shown] = terminal.run(collections_, "show", str(late.loan.ref), "--json")
    assert [each["said"] for each in shown["contacts"]] == ["家里没人"]
    assert spoken(terminal, collections_, "queue")[1].splitlines()[0].split()[0] == "loan"
    code, out = spoken(terminal, collections_, "show", str(late.loan.ref))
    assert code == 0
    assert "家里没人" in out


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        (("show",), 2, "name the loan"),
        (("note", str(uuid4())), 2, "--key"),
        (("note", str(uuid4()), "--key", str(uuid4())), 2, "--at"),
        (("show", str(uuid4())), 1, "no such loan"),
        (("queue", "--client", "nobody"), 2, "no program"),
    ],
)
def test_the_terminal_says_what_is_missing(
    terminal: Terminal, capsys: Any, typed: tuple[str, ...], code: int, words: str
) -> None:
    parsed = parse(collections_, *typed)
    assert collections_.run(parsed) == code
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        (collections_, ("queue", "--bucket", "7")), (collections_, ("queue", "--promise", "kept")),
        (collections_, ("note", "x")), (collections_, ("queue", "--most", "0")),
        (alerts, ("list", "--state", "gone")), (portfolio, ("everything",)),
        (alerts, ("decide",)),
    ],
)  # fmt: skip
def test_an_unknown_word_is_wrong_usage(
    command: ModuleType, typed: tuple[str, ...], capsys: Any
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(command, *typed)
    assert ended.value.code == 2


def test_what_forbids_a_contact_is_said_on_the_terminal(
    late: Lent, terminal: Terminal, capsys: Any
) -> None:
    typed = ("note", str(late.loan.ref), "--key", str(uuid4()), "--kind", "call",
             "--at", str(call(late)["at"]), "--said", "不还就曝光", "--party", "other")  # fmt: skip
    assert collections_.run(parse(collections_, *typed)) == 1
    err = capsys.readouterr().err
    assert "collection.not_allowed" in err
    assert "party: " in err
    wrong = (
        "note",
        str(late.loan.ref),
        "--key",
        str(uuid4()),
        "--promised",
        "some",
        "--at",
        str(call(late)["at"]),
    )
    assert collections_.run(parse(collections_, *wrong)) == 2
    assert "promised_yuan" in capsys.readouterr().err
    assert late.contacts() == 0


def test_alerts_and_the_book_on_the_terminal(late: Lent, terminal: Terminal, capsys: Any) -> None:
    one_card(late, "李大山")
    find()
    status, [row] = terminal.run(alerts, "list", "--json")
    assert (status, row["kind"]) == (0, "card")
    assert terminal.run(alerts, "list", "--json", "--state", "false_alarm") == (0, [])
    status, [shown] = terminal.run(alerts, "show", str(alert().ref), "--json")
    assert (status, len(shown["loans"])) == (0, 2)
    assert "2 borrowers within 730 days" in spoken(terminal, alerts, "show", str(alert().ref))[1]
    assert alerts.run(parse(alerts, "show", str(uuid4()))) == 1
    assert alerts.run(parse(alerts, "show")) == 2


def test_the_book_on_the_terminal(late: Lent, capsys: Any) -> None:
    for part in ("sums", "vintages", "flow", "months"):
        assert portfolio.run(read(portfolio, part, "--institution", LENDER)) == 0
    assert "total" in capsys.readouterr().out
    assert portfolio.run(read(portfolio, "--institution", LENDER, "--json")) == 0
    assert portfolio.run(read(portfolio, "--institution", "NOBODY")) == 2
    day = date(2001, 1, 31).isoformat()
    assert portfolio.run(read(portfolio, "--institution", LENDER, "--on", day)) == 2
    assert "no month end" in capsys.readouterr().err


def read(command: ModuleType, *typed: str) -> Any:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(typed)


def parse(command: ModuleType, *typed: str) -> Any:
    """The words as typed, in the name of the bank's program."""
    if "--client" in typed or command is portfolio:
        return read(command, *typed)
    return read(command, *typed, "--client", CLIENT)


def spoken(terminal: Terminal, command: ModuleType, *typed: str) -> tuple[int, str]:
    """The exit code and what a person reads."""
    terminal.capsys.readouterr()
    code = command.run(parse(command, *typed))
    return code, terminal.capsys.readouterr().out
