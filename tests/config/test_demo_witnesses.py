"""The demo's witnesses begin late, are started again, and are left out where they cannot live."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from xinnong.accounts import demo as invented
from xinnong.areas.models import Area
from xinnong.audit.models import NoteKind
from xinnong.audit.queries.log import note_key, signers
from xinnong.cli import demo_witnesses as command
from xinnong.cli.witness_work import read_private
from xinnong.config import demo_witnesses
from xinnong.config.demo import Steps
from xinnong.config.demo_witnesses import BEGIN_AFTER_SECONDS, NAMES, Witnesses, key_file
from xinnong.core.notes import LOG, WITNESS, NoteKey, read_key


class Walk(Steps):
    """Steps whose commands are short programs; what was started is kept by name."""

    started: list[str]
    processes: dict[str, subprocess.Popen[bytes]]
    prepares = "raise SystemExit(0)"
    witness = "import time; time.sleep(30)"

    def spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:  # noqa: ARG002
        self.started.append(name)
        code = self.prepares if name == "demo-witnesses" else self.witness
        process = subprocess.Popen([sys.executable, "-c", code])
        self.processes[name] = process
        return process


@pytest.fixture
def walk(tmp_path: Path) -> Walk:
    made = Walk(tmp_path)
    made.started, made.processes = [], {}
    for name in NAMES:
        key_file(tmp_path, name).touch()
    demo_witnesses.log_key_file(tmp_path).write_text("log+0+0")
    return made


def looks(witnesses: Witnesses, walk: Walk, seconds: Sequence[float]) -> None:
    for second in seconds:
        witnesses.look(second)
        if "demo-witnesses" in walk.processes:
            walk.processes["demo-witnesses"].wait()


def test_nobody_waits_for_them_and_each_has_its_own_second(walk: Walk) -> None:
    witnesses = Witnesses(walk, "http://127.0.0.1:1/", at_seconds=0)
    looks(witnesses, walk, [0, 5, BEGIN_AFTER_SECONDS - 0.5])
    assert walk.started == []
    looks(witnesses, walk, [10, 10.5, 11])
    assert walk.started == ["demo-witnesses", "witness-police"]
    looks(witnesses, walk, [11.5, 12, 13, 14, 15])
    assert walk.started[1:] == [f"witness-{name}" for name in NAMES]
    for process in walk.processes.values():
        process.kill()
    witnesses.end()


def test_one_that_ends_comes_back_and_one_that_refuses_stays_away(
    walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    witnesses = Witnesses(walk, "http://127.0.0.1:1/", at_seconds=0)
    looks(witnesses, walk, range(10, 16))
    walk.processes["witness-police"].kill()
    walk.processes["witness-police"].wait()
    walk.witness = "raise SystemExit(1)"
    looks(witnesses, walk, [20])
    assert walk.started.count("witness-police") == 2
    walk.processes["witness-police"].wait()
    looks(witnesses, walk, range(30, 40))
    assert walk.started.count("witness-police") == 2
    said = capsys.readouterr().out
    assert "Witness police ended with -9; starting it again." in said
    assert said.count("Witness police refuses to sign this log") == 1
    for process in walk.processes.values():
        process.kill()
    witnesses.end()


def test_one_that_keeps_ending_is_left_out_and_the_supervisor_goes_on(
    walk: Walk, capsys: pytest.CaptureFixture[str]
) -> None:
    walk.witness = "raise SystemExit(2)"
    witnesses = Witnesses(walk, "http://127.0.0.1:1/", at_seconds=0)
    for second in range(10, 60):
        looks(witnesses, walk, [second])
        for process in walk.processes.values():
            process.wait()
    for name in NAMES:
        assert walk.started.count(f"witness-{name}") == demo_witnesses.RESTARTS_ALLOWED + 1
    assert capsys.readouterr().out.count("keeps ending and is left out") == len(NAMES)


def test_without_keys_the_demo_does_without(walk: Walk, capsys: pytest.CaptureFixture[str]) -> None:
    walk.prepares = "raise SystemExit(3)"
    looks(Witnesses(walk, "http://127.0.0.1:1/", at_seconds=0), walk, range(10, 20))
    assert walk.started == ["demo-witnesses"]
    assert "No witnesses here" in capsys.readouterr().out


def run_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINNONG_DATA", str(data))
    assert command.run(argparse.Namespace()) == 0


@pytest.mark.django_db
def test_keys_are_made_and_registered_once_and_another_s_witness_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(invented.NotTheDemoCounty):
        run_command(tmp_path, monkeypatch)
    Area.objects.create(
        code=invented.COUNTY, level="county", name="县", valid_from=invented.AREAS_VALID_FROM
    )
    run_command(tmp_path, monkeypatch)
    first = {each.name: note_key(each) for each in signers(NoteKind.WITNESS)}
    assert set(first) == set(NAMES)
    for name, key in first.items():
        point = read_private(key_file(tmp_path, name)).public_key().public_bytes_raw()
        assert NoteKey(name, WITNESS, point) == key
        assert key_file(tmp_path, name).stat().st_mode & 0o077 == 0
    told = read_key(demo_witnesses.log_key_file(tmp_path).read_text())
    assert told is not None
    assert told.kind == LOG
    run_command(tmp_path, monkeypatch)
    run_command(tmp_path / "elsewhere", monkeypatch)
    assert {each.name: note_key(each) for each in signers(NoteKind.WITNESS)} == first
    assert not key_file(tmp_path / "elsewhere", "police").exists()
    assert '"witnesses": []' in capsys.readouterr().out
