"""xinnong credential: an issuer, a holder and a verifier, each with a key in a file."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest

from xinnong.cli.dispatch import dispatch

pytestmark = pytest.mark.slow
Said = pytest.CaptureFixture[str]
URI = "https://county.example/status/1"
ASKED = ["--audience", "https://clinic.example", "--nonce", "n-1"]


def said(capsys: Said, *arguments: str, code: int = 0) -> str:
    assert dispatch(arguments) == code
    return capsys.readouterr().out.strip()


def test_a_credential_is_issued_shown_and_verified(tmp_path: Path, capsys: Said) -> None:
    now = int(time.time())
    issuer, holder, claims = (str(tmp_path / name) for name in ("i.pem", "h.pem", "claims.json"))
    key = f"0c01:{said(capsys, 'badge', 'keygen', '--out', issuer, '--algorithm', 'es256')}"
    holds = f"0000:{said(capsys, 'badge', 'keygen', '--out', holder)}"
    told = {"iss": "https://county.example", "vct": "xinnong:badge", "iat": now - 5, "exp": now + 600,
            "name": "测试甲", "team": 2, "status": {"status_list": {"idx": 7, "uri": URI}}}  # fmt: skip
    Path(claims).write_text(json.dumps(told))
    by = ["--key", issuer, "--key-id", "0c01"]
    issue = ["credential", "issue", claims, "--key", issuer, "--key-id", "0c01", "--holder", holds]
    text = said(capsys, *issue, "--hide", "name", "--hide", "team")
    assert said(capsys, *issue, "--hide", "exp", code=2) == ""
    assert said(capsys, *issue, "--hide", "age", code=2) == ""

    proof = said(capsys, "credential", "show", text, "--show", "team", "--holder", holder, *ASKED)

    def verified(
        *more: str, code: int = 0, what: str = proof, asked: list[str] = ASKED
    ) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(
            said(capsys, "credential", "verify", what, "--key", key, *asked, *more, code=code)
        )
        return told

    found = verified()
    assert (found["holds"], found["claims"]["team"], "name" in found["claims"]) == (True, 2, False)
    assert verified(code=1, asked=["--audience", "x", "--nonce", "n-1"])["wrong"] == "binding"
    assert verified(code=1, what=text)["wrong"] == "binding_missing"
    assert verified(code=1, what="nothing")["wrong"] == "malformed"
    assert verified("--at", "2020-01-01T00:00+08:00", code=1)["wrong"] == "not_yet"

    for revoked, state in [([8], None), ([7], "revoked")]:
        Path(claims).write_text(
            json.dumps({"sub": URI, "size": 100, "revoked": revoked, "exp": now + 600})
        )
        listed = tmp_path / "list.jwt"
        listed.write_text(said(capsys, "credential", "status", claims, *by))
        assert verified("--status", str(listed), code=1 if state else 0)["wrong"] == state
    listed.write_text("a.b.c")
    assert verified("--status", str(listed), code=1)["wrong"] == "status_list"
    Path(claims).write_text(json.dumps({"sub": URI, "size": 100, "revoked": [100], "exp": now}))
    assert said(capsys, "credential", "status", claims, *by, code=2) == ""
    Path(claims).write_text(json.dumps({"sub": URI}))
    assert said(capsys, "credential", "status", claims, *by, code=2) == ""

    Path(claims).write_text(json.dumps({"sub": "\ud800", "size": 9, "revoked": [], "exp": now}))
    assert said(capsys, "credential", "status", claims, *by, code=2) == ""
    for nothing in ("", "a.b.c", "a.b.c~", "\u5b57~", "~" * 9):
        show = ["credential", "show", "--show", "team", "--holder", holder, *ASKED, "--", nothing]
        assert said(capsys, *show, code=2) == ""


def test_bytes_that_are_no_text_are_no_credential(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = said(capsys, "badge", "keygen", "--out", str(tmp_path / "k.pem"))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), "utf-8"))
    told = said(capsys, "credential", "verify", "-", "--key", f"0c01:{key}", *ASKED, code=1)
    assert json.loads(told)["wrong"] == "malformed"
