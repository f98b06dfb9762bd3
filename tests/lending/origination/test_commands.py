"""xinnong apply and xinnong loan: what a lender's program hands in and takes, on the terminal."""

from __future__ import annotations

import argparse
import io
import json
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import LENDER
from tests.lending.origination.story import Story, counts
from tests.lending.origination.test_api import (
    DEVICE,
    LATER,
    Clock,
    in_force,
    on_the_day,
    post,
    program,
    wish,
)
from tests.people import client_of
from xinnong.accounts.models import ApiToken
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import VerbMissing
from xinnong.cli import apply, loan
from xinnong.privacy.models import Read

assert on_the_day


@pytest.fixture
def bank(story: Story) -> Client:
    return program(story, LENDER, Permission.READ_LOANS, Permission.SEND_LOANS)


class Terminal:
    """Runs a command as typed; the exit code and the objects it printed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def run(self, command: ModuleType, *typed: str, stdin: str = "") -> tuple[int, list[Any]]:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with scoped(SYSTEM):
            code = client_of(LENDER).code
        client = () if "--client" in typed else ("--client", code)
        self.capsys.readouterr()
        status = command.run(parser.parse_args([*typed, *client]))
        out = self.capsys.readouterr().out
        return status, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def terminal(bank: Client, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Terminal:
    return Terminal(monkeypatch, capsys)


def line(story: Story, **changes: object) -> str:
    return json.dumps(wish(story) | {"key": str(uuid4())} | changes)


def test_it_hands_in_line_by_line_and_says_what_is_wrong(
    story: Story, terminal: Terminal, tmp_path: Path
) -> None:
    good = line(story)
    lines = "\n".join([
        good, "no json", "[1]", line(story, months=0), line(story, person=str(uuid4())),
        line(story, method="magic"), "",
    ])  # fmt: skip
    status, said = terminal.run(apply, stdin=lines)
    assert (status, said[0]["state"]) == (1, "approved")
    assert [each.get("refused") for each in said] == [
        None, "request.invalid", "request.invalid", "request.invalid", "request.not_found",
        "application.wish",
    ]  # fmt: skip
    assert "months" in said[3]["says"]
    assert "amount" not in said[5]["says"]
    assert "method" in said[5]["says"]
    before = counts()
    file = tmp_path / "lines.jsonl"
    file.write_text(good, encoding="utf-8")
    assert terminal.run(apply, str(file)) == (0, said[:1])
    assert counts() == before
    status, listed = terminal.run(apply, "--list", "--state", "approved")
    assert (status, [each["ref"] for each in listed]) == (0, [said[0]["ref"]])


def test_it_knows_its_own_words(terminal: Terminal, tmp_path: Path) -> None:
    assert terminal.run(apply, str(tmp_path / "none"))[0] == 2
    assert terminal.run(apply, "--client", "nobody")[0] == 2
    ref = str(uuid4())
    assert terminal.run(loan, "repay", ref, "--amount", "5")[0] == 2
    assert terminal.run(loan, "quote", ref, "--amount", "x")[0] == 2
    assert terminal.run(loan, "show", ref, "--format", "csv")[0] == 2
    status, said = terminal.run(loan, "show", ref)
    assert (status, said[0]["refused"]) == (1, "loan.unknown")


def test_a_program_does_what_its_tokens_allow_and_no_more(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    program(story, LENDER, Permission.READ_LOANS)
    terminal, ref = Terminal(monkeypatch, capsys), str(uuid4())
    assert terminal.run(loan, "show", ref)[1][0]["refused"] == "loan.unknown"
    typed = ("repay", ref, "--amount", "5", "--key", str(uuid4()))
    for command, words in ((loan, typed), (apply, ())):
        with pytest.raises(VerbMissing) as refusal:
            terminal.run(command, *words, stdin=line(story))
        assert refusal.value.params == {"client": client_code(), "verb": "loans.send"}
    with scoped(SYSTEM):
        ApiToken.objects.update(revoked_at=timezone.now())
    with pytest.raises(VerbMissing):
        terminal.run(loan, "show", ref)


def client_code() -> str:
    with scoped(SYSTEM):
        return client_of(LENDER).code


def test_a_loan_is_shown_quoted_repaid_and_stated(
    story: Story, bank: Client, terminal: Terminal, on_the_day: Clock, tmp_path: Path
) -> None:
    contract, card = in_force(story, bank)
    post(bank, f"loan-contracts/{contract}/devices", {"device": DEVICE})
    on_the_day.move_to(LATER)
    asked = {"amount_yuan": "10000.00", "card": card, "device": DEVICE}
    ref = post(bank, f"loan-contracts/{contract}/draws", asked)[1]["loan"]
    status, (shown,) = terminal.run(loan, "show", ref)
    assert (status, shown["principal_left_yuan"]) == (0, "10000.00")
    _status, (quoted,) = terminal.run(loan, "quote", ref, "--amount", "4000")
    assert (quoted["prepays_yuan"], quoted["holds_yuan"]) == ("0.00", "4000.00")
    ahead = ("--amount", "4000", "--excess", "reduce_installment")
    _status, (quoted,) = terminal.run(loan, "quote", ref, *ahead)
    assert (quoted["prepays_yuan"], quoted["holds_yuan"]) == ("4000.00", "0.00")
    typed = (
        "repay", ref, "--amount", "4000", "--key", str(uuid4()), "--excess", "reduce_installment",
    )  # fmt: skip
    first = terminal.run(loan, *typed)
    assert (first[0], first[1][0]["prepaid_yuan"]) == (0, "4000.00")
    assert terminal.run(loan, *typed) == first
    until = datetime(2026, 12, 31).date().isoformat()  # noqa: DTZ001 - a day
    status, stated = terminal.run(loan, "statement", ref, "--until", until)
    assert [each.get("kind") for each in stated] == ["draw", "repayment", None]
    for form, head in (("csv", b"\xef\xbb\xbfon,kind"), ("xlsx", b"PK")):
        out = tmp_path / f"statement.{form}"
        status, (written,) = terminal.run(
            loan, "statement", ref, "--until", until, "--format", form, "--out", str(out)
        )
        assert (status, written["rows"]) == (0, 2)
        assert out.read_bytes().startswith(head)
    with scoped(SYSTEM):
        assert Read.objects.filter(kind="api", case=ref).count() >= 6
