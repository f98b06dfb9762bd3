"""The demo's witnesses: one that is killed comes back, one that cannot go on stays away, nothing else stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinnong.cli.witness_work import new_key
from xinnong.config import demo, demo_witnesses, processes
from xinnong.core.notes import LOG, NoteKey

pytestmark = pytest.mark.slow
NOBODY_LISTENS = "http://127.0.0.1:9/"
PATIENCE_SECONDS = 60


def _keys(data: Path) -> None:
    point = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    demo_witnesses.log_key_file(data).write_text(NoteKey("xinnong/test", LOG, point).text())
    for name in demo_witnesses.NAMES:
        new_key(demo_witnesses.key_file(data, name), name)


def _made(code: int) -> subprocess.Popen[bytes]:
    making = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({code})"])
    making.wait()
    return making


def _until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, "it took too long"
        time.sleep(0.2)


def _ids(data: Path, name: str) -> list[int]:
    def is_it(pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return b"witness" in words and name.encode() in words

    return [pid for pid in processes.supervised(data) if is_it(pid)]


def test_a_killed_one_comes_back_and_an_unfit_one_stays_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keys(tmp_path)
    (demo_witnesses.folder(tmp_path) / "notary.state").write_text("no state", encoding="utf-8")
    steps = demo.Steps(tmp_path)
    witnesses = demo_witnesses.Witnesses(steps, NOBODY_LISTENS, _made(0))
    try:
        witnesses.look()
        log = steps.log("witness-police")
        _until(lambda: b"does not answer" in log.read_bytes())
        (first,) = _ids(tmp_path, "police")
        os.kill(first, signal.SIGKILL)

        def is_back() -> bool:
            witnesses.look()
            return bool(_ids(tmp_path, "police")) and first not in _ids(tmp_path, "police")

        _until(is_back)
        _until(lambda: not _ids(tmp_path, "notary"))
        witnesses.look()
        assert "witness-notary ended with 2; see" in capsys.readouterr().out
        assert not _ids(tmp_path, "notary")
    finally:
        processes.end(lambda: processes.supervised(tmp_path))


def test_without_keys_there_are_none_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    witnesses = demo_witnesses.Witnesses(demo.Steps(tmp_path), NOBODY_LISTENS, _made(3))
    for _look in range(2):
        witnesses.look()
    assert capsys.readouterr().out.count("There are no witnesses; see") == 1
    assert processes.supervised(tmp_path) == []
