"""xinnong badge: a key, a badge and its check, as three people would do it; its code read back from pixels."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp

from tests.pixels import drawn
from xinnong.cli.dispatch import dispatch

pytestmark = pytest.mark.slow
CLAIMS = {
    "issuer": "339981", "number": 7, "channel": 1, "team": 2, "name": "测试甲",
    "villages": ["339981101201"], "activity": 5, "not_before": "2026-11-26T08:00+08:00",
    "hours": 9, "status": 7, "photo": "0011223344556677",
}  # fmt: skip
NOON = "2026-11-26T12:00+08:00"

Said = pytest.CaptureFixture[str]


def badge(said: Said, *arguments: str, code: int = 0) -> str:
    """What the command prints."""
    assert dispatch(["badge", *arguments]) == code
    return said.readouterr().out.strip()


@pytest.fixture
def key(tmp_path: Path, capsys: Said) -> tuple[str, str]:
    path = str(tmp_path / "key.pem")
    return path, badge(capsys, "keygen", "--out", path)


def issued(
    tmp_path: Path, capsys: Said, key: str, *more: str, code: int = 0, **changes: Any
) -> str:
    claims = tmp_path / "claims.json"
    claims.write_text(json.dumps(CLAIMS | changes))
    return badge(capsys, "issue", str(claims), "--key", key, "--key-id", "0a01", *more, code=code)


def test_a_badge_is_signed_and_checked(tmp_path: Path, capsys: Said, key: tuple[str, str]) -> None:
    assert stat.S_IMODE(Path(key[0]).stat().st_mode) == 0o600
    text = issued(tmp_path, capsys, key[0], "--svg", str(tmp_path / "code.svg"))
    assert (tmp_path / "code.svg").read_text().startswith("<?xml")
    known = ["--key", f"0a01:{key[1]}"]
    told = json.loads(badge(capsys, "verify", text, *known, "--at", NOON))
    assert (told["colour"], told["wrong"], told["badge"]["name"]) == ("amber", None, "测试甲")
    late = json.loads(
        badge(capsys, "verify", text, *known, "--at", "2026-11-26T17:00+08:00", code=1)
    )
    assert (late["colour"], late["wrong"]) == ("red", "over")
    other = json.loads(
        badge(capsys, "verify", text, "--key", f"0a01:{'00' * 32}", "--at", NOON, code=1)
    )
    assert (other["colour"], other["wrong"], other["badge"]) == ("red", "signature", None)


COUNTY = {
    "issuer": "339981", "sequence": 12, "as_of": "2026-11-26T07:00+08:00", "call": "0579-12345",
    "teams": [{"number": 2, "channel": 1, "name": "医保服务二队"}],
    "roster": [{"number": 7, "team": 2, "photo": "0011223344556677"}],
    "activities": [{"number": 5, "team": 2, "from": "2026-11-26T09:00+08:00",
                    "until": "2026-11-26T16:00+08:00", "villages": ["339981101201"], "agents": [7]}],
    "issued": 100, "revoked": [8], "villages": {"339981101201": "莲花村"},
}  # fmt: skip


def bundled(
    tmp_path: Path, capsys: Said, key: str, point: str, code: int = 0, **changes: Any
) -> str:
    """The county's bundle by the command, signed with one key and naming it as that of badges."""
    signs = {"id": "0a01", "algorithm": "ed25519", "point": point,
             "from": "2026-01-01T00:00+08:00", "until": "2027-01-01T00:00+08:00"}  # fmt: skip
    county = tmp_path / "county.json"
    county.write_text(json.dumps(COUNTY | {"keys": [signs]} | changes))
    return badge(capsys, "bundle", str(county), "--key", key, "--key-id", "0b01",
                 "--out", str(tmp_path / "county.xnb"), code=code)  # fmt: skip


def test_a_badge_is_checked_by_the_countys_bundle(tmp_path: Path, capsys: Said) -> None:
    path = str(tmp_path / "es.pem")
    point = badge(capsys, "keygen", "--out", path, "--algorithm", "es256")
    signs = {"id": "0a01", "algorithm": "es256", "point": point,
             "from": "2026-01-01T00:00+08:00", "until": "2027-01-01T00:00+08:00"}  # fmt: skip
    made = json.loads(bundled(tmp_path, capsys, path, point, keys=[signs]))
    assert (made["sequence"], made["activities"], made["roster"]) == (12, 1, 1)
    text = issued(tmp_path, capsys, path)

    def asked(at: str = NOON, village: str = "339981101201", code: int = 1) -> list[Any]:
        told = json.loads(
            badge(capsys, "verify", text, "--key", f"0b01:{point}", "--bundle",
                  str(tmp_path / "county.xnb"), "--village", village, "--at", at, code=code)
        )  # fmt: skip
        return [told["colour"], told["reason"], told["age_seconds"]]

    assert asked(code=0) == ["green", None, 5 * 3600]
    assert asked(village="339981101299")[:2] == ["red", "other_village"]
    assert asked("2026-11-26T16:30+08:00")[:2] == ["red", "outside_hours"]
    bundled(tmp_path, capsys, path, point, keys=[signs], sequence=13, revoked=[7])
    assert asked()[:2] == ["red", "revoked"]
    bundled(
        tmp_path, capsys, path, point, keys=[signs], sequence=12, code=2
    )  # older: kept as it was
    assert asked()[:2] == ["red", "revoked"]


@pytest.mark.parametrize("change", [
    {"issuer": "x"}, {"as_of": "today"}, {"villages": {"330381101201": "a"}}, {"revoked": [100]}, {"issued": 0}, {"call": ""},
    {"roster": [{"number": 7}]}, {"activities": 5}, {"keys": [{"id": "0a01", "algorithm": "rsa", "point": "00"}]}, {"teams": None},
    {"fresh_hours": 100}, {"issued": "10**9"},
])  # fmt: skip
def test_a_county_that_cannot_be_told_is_refused(
    tmp_path: Path, capsys: Said, key: tuple[str, str], change: dict[str, Any]
) -> None:
    assert bundled(tmp_path, capsys, *key, code=2, **change) == ""
    assert not (tmp_path / "county.xnb").exists()


def test_a_bundle_of_others_is_refused(tmp_path: Path, capsys: Said, key: tuple[str, str]) -> None:
    text = issued(tmp_path, capsys, key[0])
    bundled(tmp_path, capsys, *key)
    wrong = ["--key", f"0b01:{'00' * 32}", "--bundle", str(tmp_path / "county.xnb"), "--at", NOON]
    assert badge(capsys, "verify", text, *wrong, "--village", "339981101201", code=2) == ""
    assert badge(capsys, "verify", text, *wrong, code=2) == ""  # and without a village


def test_a_live_badge_is_alive_now(tmp_path: Path, capsys: Said, key: tuple[str, str]) -> None:
    holder = str(tmp_path / "holder.pem")
    badge(capsys, "keygen", "--out", holder)
    text = issued(tmp_path, capsys, key[0], "--holder", holder)
    told = json.loads(
        badge(capsys, "verify", text, "--key", f"0a01:{key[1]}", "--at", NOON, code=1)
    )
    assert told["wrong"] == "stale_proof"  # made now, shown as of another moment


@pytest.mark.parametrize(("claim", "value"), [
    ("hours", 25), ("hours", "many"), ("hours", 0), ("villages", ["330381101201"]), ("villages", []),
    ("villages", "339981101201"), ("photo", "xx"), ("photo", []), ("not_before", "tomorrow"),
    ("not_before", 5), ("not_before", "0001-01-01T00:00+08:00"), ("number", None), ("number", -1),
    ("number", 10**30), ("team", 1.5), ("team", True), ("channel", {}), ("issuer", ""),
    ("issuer", 339981), ("name", ""), ("name", "a\0b"), ("name", "\ud800"), ("name", "字" * 65),
])  # fmt: skip
def test_claims_that_cannot_be_signed_are_refused_by_name(
    tmp_path: Path, capsys: Said, key: tuple[str, str], claim: str, value: object
) -> None:
    path = tmp_path / "claims.json"
    path.write_text(json.dumps(CLAIMS | {claim: value}))
    assert dispatch(["badge", "issue", str(path), "--key", key[0], "--key-id", "0a01"]) == 2
    told = capsys.readouterr()
    assert (told.out, f"the claim {claim}" in told.err) == ("", True)


def test_bytes_that_are_no_text_are_no_badge(
    capsys: Said, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\n"), "utf-8"))
    told = badge(capsys, "verify", "-", "--key", f"0a01:{key[1]}", code=1)
    assert json.loads(told)["wrong"] == "not_a_badge"


def test_a_key_is_never_overwritten(capsys: Said, key: tuple[str, str]) -> None:
    badge(capsys, "keygen", "--out", key[0], code=2)


@pytest.mark.parametrize("pixels", [320, 480])
@pytest.mark.parametrize("live", [False, True])
def test_its_code_is_read_back_from_turned_and_blurred_pixels(
    tmp_path: Path, capsys: Said, key: tuple[str, str], pixels: int, *, live: bool
) -> None:
    holder = str(tmp_path / "holder.pem")
    badge(capsys, "keygen", "--out", holder)
    text = issued(tmp_path, capsys, key[0], *(["--holder", holder] if live else []))
    read = sum(
        seen(drawn(text, pixels, degrees, noise)) == text
        for degrees in range(-12, 13, 3)
        for noise in range(12)
    )
    assert read >= 0.99 * 9 * 12


def seen(image: np.ndarray[Any, Any]) -> str | None:
    """What a reader of codes makes of an image."""
    found = zxingcpp.read_barcode(image)
    return found.text if found else None


def test_a_published_bundle_lies_where_the_page_finds_it(
    tmp_path: Path, capsys: Said, key: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XINNONG_DATA", str(tmp_path / "data"))
    bundled(tmp_path, capsys, *key)
    for sequence, code in [(12, 0), (13, 0), (11, 2)]:
        county = tmp_path / "county.json"
        county.write_text(json.dumps(json.loads(county.read_text()) | {"sequence": sequence}))
        badge(capsys, "bundle", str(county), "--key", key[0], "--key-id", "0b01", "--publish", code=code)  # fmt: skip
    folder = tmp_path / "data" / "badges"
    assert (folder / "keys.txt").read_text() == f"0b01:{key[1]}\n"
    assert len((folder / "county.xnb").read_bytes()) > 100
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    other = str(tmp_path / "next.pem")  # the key is changed: phones learn the new one with the page
    point = badge(capsys, "keygen", "--out", other, "--algorithm", "es256")
    county.write_text(json.dumps(json.loads(county.read_text()) | {"sequence": 14}))
    badge(capsys, "bundle", str(county), "--key", other, "--key-id", "0b02", "--publish")
    assert (folder / "keys.txt").read_text() == f"0b01:{key[1]}\n0b02:{point}\n"
