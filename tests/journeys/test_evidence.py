"""The proof of an entry on the page, as a file and over the API; the log for everybody at /log/."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.audit.logs import LOG_KEY, WITNESSES, public, register_all, sequence
from tests.factories import signed_in
from tests.people import NOW, People, client_of, settle
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.models import Cosignature, Entry
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.cli import witness as command
from xinnong.cli.witness_state import State, read_state, write_state
from xinnong.cli.witness_work import Log, LogKey, LogSilent, Unfit, Witness, watch_once
from xinnong.core.evidence import LogForked, LogOfAnother, LogShrank
from xinnong.core.merkle import consistency_holds
from xinnong.core.notes import (
    LOG,
    WITNESS,
    Checkpoint,
    Note,
    NoteKey,
    read_checkpoint,
    read_key,
    read_note,
    signed_by,
    to_be_signed,
)

pytestmark = pytest.mark.django_db
SECOND = 1_795_000_000


class AskedLog(Log):
    """The log's addresses, asked through Django's own client instead of over the network."""

    def _ask(self, what: str, body: bytes | None = None, *, none_is: int = 0) -> bytes:
        address = f"/log/{what}"
        browser = Client(enforce_csrf_checks=True)
        answer = (
            browser.get(address)
            if body is None
            else browser.post(address, body, content_type="text/plain")
        )
        if answer.status_code == none_is:
            return b""
        if answer.status_code >= 300:
            raise LogSilent(answer.status_code)
        return bytes(answer.content)


def log_key() -> NoteKey:
    (text,) = Client().get("/log/keys/").json()["log"]
    key = read_key(text)
    assert key is not None
    return key


def witness(name: str, folder: Path) -> Witness:
    return Witness(WITNESSES[name], public(name), folder / f"{name}.state")


def look(who: Witness, *, key: NoteKey | None = None, changed: bool = False) -> dict[str, Any]:
    return watch_once(who, AskedLog(""), log_key=LogKey(key, has_changed=changed), second=SECOND)


@pytest.fixture
def people() -> People:
    return settle()


def entry_of(people: People, at: Any = NOW) -> Entry:
    with scoped(people.zhou):
        return record(actor=people.zhou, action="sources.deliver", at=at, counts={"read": 3})


def test_three_witnesses_sign_and_the_page_shows_the_proof(
    people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register_all()
    entry = entry_of(people)
    browser = signed_in(people.shen)
    page = f"/oversight/audit/{entry.ref}/"
    assert "等编号" in browser.get("/oversight/audit/").content.decode()
    assert "还在等编号" in browser.get(page).content.decode()
    assert browser.get(f"{page}proof.json").status_code == 404
    size = sequence().size
    assert "只有 0 个联署，应有 3 个" in browser.get(page).content.decode()
    assert browser.get("/oversight/log/").content.decode().count("没有跟上") == len(WITNESSES)
    for name in WITNESSES:
        assert look(witness(name, tmp_path), key=log_key()) == {"size": size, "signed": True}
        assert look(witness(name, tmp_path)) == {"size": size, "signed": False}
    shown = browser.get(page).content.decode()
    assert "与签名时一致" in shown
    assert "医保局、公证处、公安" in shown
    assert "个联署" not in shown
    assert f'href="{page}"' in browser.get("/oversight/audit/").content.decode()
    overview = browser.get("/oversight/log/").content.decode()
    assert f"前 {size} 条" in overview
    assert overview.count("跟得上") == len(WITNESSES)
    assert_proof_holds(browser.get(f"{page}proof.json").content, tmp_path, capsys)
    assert signed_in(people.lin).get(page).status_code == 403


def assert_proof_holds(raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checked with public keys only; with one byte changed it does not hold."""
    told = json.loads(raw)
    file = tmp_path / "proof.json"
    keys = ["--log-key", log_key().text()]
    for name in WITNESSES:
        keys += ["--witness", public(name).text()]
    file.write_bytes(raw)
    assert command.run(parsed("check", str(file), *keys)) == 0
    assert json.loads(capsys.readouterr().out)["witnesses"] == list(WITNESSES)
    leaf = bytearray(base64.b64decode(told["leaf"]))
    leaf[-1] ^= 1
    for change in (
        {"leaf": base64.b64encode(leaf).decode()},
        {"index": told["index"] + 1},
        {"proof": told["proof"][1:]},
        {"checkpoint": told["checkpoint"].replace("time 2026", "time 2027")},
    ):
        file.write_text(json.dumps(told | change))
        assert command.run(parsed("check", str(file), *keys)) == 1
    for broken in ("", "[]", "{}", "[" * 9_000, '{"index": 1, "leaf": 3}'):
        file.write_text(broken)
        assert command.run(parsed("check", str(file), *keys)) == 2
    assert "Traceback" not in capsys.readouterr().err


def parsed(*arguments: str) -> Any:
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(arguments)


def test_a_program_takes_the_proof_of_its_own_entry(people: People) -> None:
    client = client_of("BANK-01")
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client, scopes=[Permission.READ_AUDIT],
            lifetime=timedelta(days=1), now=timezone.now(),
        )  # fmt: skip
        own = record(actor=SYSTEM_ACTOR, action="a.b", at=NOW)
    with scoped(client):
        mine = record(actor=client, action="lending.draw", at=NOW)
    headers = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/log/entries/{mine.ref}/proof"
    assert Client().get(address, headers=headers).status_code == 404
    sequence()
    told = Client().get(address, headers=headers).json()
    assert (told["entry"]["action"], told["witnesses"]) == ("lending.draw", [])
    assert told["witnesses_wanted"] == 3
    others = f"/api/v1/log/entries/{own.ref}/proof"
    assert Client().get(others, headers=headers).status_code == 404


def test_it_proves_to_everybody_that_the_log_only_grows(people: People) -> None:
    entry_of(people)
    sequence()
    first = Client().get("/log/checkpoint/").content.decode()
    for number in range(300):
        entry_of(people, NOW + timedelta(seconds=number))
    sequence(NOW + timedelta(minutes=9))
    second = Client().get("/log/checkpoint/").content.decode()
    old, new = (read_checkpoint(read_note(text).body) for text in (first, second))  # type: ignore[union-attr]
    assert old is not None
    assert new is not None
    told = Client().get(f"/log/consistency/{old.size}/{new.size}/").json()
    proof = [base64.b64decode(each) for each in told["proof"]]
    assert consistency_holds(
        old=old.size, new=new.size, proof=proof, old_root=old.root, new_root=new.root
    )
    assert Client().get(f"/log/checkpoint/{old.size}/").content.decode() == first
    for path in ("consistency/5/3/", "consistency/1/99999/", "consistency/0/3/", f"checkpoint/{10**30}/",
                 f"consistency/1/{10**30}/", "checkpoint/7777/"):  # fmt: skip
        assert Client().get(f"/log/{path}").status_code == 404, path


def test_it_takes_no_line_of_anybody_else(people: People, tmp_path: Path) -> None:
    register_all()
    entry_of(people)
    sequence()
    note = read_note(Client().get("/log/checkpoint/").content.decode())
    assert note is not None
    body = note.body
    good = WITNESSES["police"].sign(to_be_signed(WITNESS, body, SECOND))
    other = Checkpoint("xinnong/other", 4, b"x" * 32).body()
    forged = WITNESSES["police"].sign(to_be_signed(WITNESS, other, SECOND))
    own = LOG_KEY.sign(to_be_signed(WITNESS, body, SECOND))
    for said, signature in (
        (body, own),
        (body, forged),
        (body, good[:-1] + bytes([good[-1] ^ 1])),
        (other, forged),
    ):
        text = Note(said, (signed_by(public("police"), signature, SECOND),)).text()
        answer = Client().post("/log/cosignatures/", text, content_type="text/plain")
        assert (answer.status_code, answer.json()) == (422, {"code": "witness.signature"})
    for text in ("", "\0", "x" * 10_000, note.text()):
        assert (
            Client().post("/log/cosignatures/", text, content_type="text/plain").status_code == 422
        )
    large = Client().post("/log/cosignatures/", "x" * 20_000, content_type="text/plain")
    assert large.status_code == 413
    assert Cosignature.objects.count() == 0
    text = Note(body, (signed_by(public("police"), good, SECOND),)).text()
    answers = [Client().post("/log/cosignatures/", text, content_type="text/plain") for _ in "ab"]
    assert [answer.status_code for answer in answers] == [201, 200]


def test_a_witness_refuses_another_past_loudly(people: People, tmp_path: Path) -> None:
    register_all()
    entry_of(people)
    sequence()
    who = witness("police", tmp_path)
    with pytest.raises(Unfit, match="--log-key"):
        look(who)
    with pytest.raises(LogOfAnother):
        look(who, key=NoteKey(log_key().name, LOG, b"k" * 32))
    look(who, key=log_key())
    kept = read_state(who.state)
    assert kept is not None
    note = read_note(kept.note)
    said = read_checkpoint(note.body) if note else None
    assert said is not None
    for changed, refusal in (
        (Checkpoint(said.origin, said.size, b"x" * 32), LogForked),
        (Checkpoint(said.origin, said.size - 1, b"x" * 32), LogForked),
        (Checkpoint(said.origin, said.size + 5, said.root), LogShrank),
    ):
        line = signed_by(log_key(), LOG_KEY.sign(changed.body().encode()))
        write_state(who.state, State(kept.log_key, Note(changed.body(), (line,)).text()))
        with pytest.raises(refusal):
            look(who)
    refused = [json.loads(line) for line in who.evidence.read_text().splitlines()]
    assert [each["code"] for each in refused] == [
        "log.of_another", "log.forked", "log.forked", "log.shrank",
    ]  # fmt: skip
    write_state(who.state, kept)
    new_key = NoteKey(log_key().name, LOG, WITNESSES["police"].public_key().public_bytes_raw())
    with pytest.raises(Unfit, match="a new key"):
        look(who, key=new_key)
    with pytest.raises(LogOfAnother):
        look(who, key=new_key, changed=True)  # the log signs with its old one still
    who.state.write_text("{")
    with pytest.raises(Unfit, match="do not begin anew"):
        look(who, key=log_key())


def test_what_was_signed_and_not_delivered_is_delivered_later(
    people: People, tmp_path: Path
) -> None:
    """Killed between remembering and delivering; and while nobody has registered the witness."""
    entry_of(people)
    sequence()
    who = witness("notary", tmp_path)
    with pytest.raises(LogSilent):
        look(who, key=log_key())
    kept = read_state(who.state)
    assert kept is not None
    assert (bool(kept.note), kept.is_delivered) == (True, False)
    register_all()
    assert look(who) == {"size": kept_size(kept), "signed": True}
    assert Cosignature.objects.count() == 1


def kept_size(state: State) -> int:
    note = read_note(state.note)
    said = read_checkpoint(note.body) if note else None
    assert said is not None
    return said.size


def test_one_address_asks_so_often_a_minute_and_another_still_gets_through(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    entry_of(people)
    register_all()
    sequence()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    paths = ("checkpoint/", "keys/", "consistency/1/1/", "checkpoint/7777/")
    found = [Client().get(f"/log/{paths[turn % 4]}").status_code for turn in range(244)]
    assert set(found[:240]) <= {200, 404}
    assert found[240:] == [429] * 4
    over = Client().get("/log/keys/")
    assert (over.json(), 0 < int(over["Retry-After"]) <= 60) == ({"code": "request.too_many"}, True)
    assert Client(REMOTE_ADDR="203.0.113.9").get("/log/keys/").status_code == 200
    sent = [
        Client().post("/log/cosignatures/", "", content_type="text/plain").status_code
        for _ in range(61)
    ]
    assert sent == [422] * 60 + [429]
