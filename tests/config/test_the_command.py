from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from xinnong.cli import dispatch
from xinnong.config import environment
from xinnong.core.errors import Refused


class TooSmall(Refused):
    code = "number.too_small"


def dispatch_to(
    monkeypatch: pytest.MonkeyPatch, outcome: int | BaseException | None, *arguments: str
) -> int:
    """Dispatch to a command that returns the outcome or raises it."""

    def add_arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--number", type=int)

    def run(_args: argparse.Namespace) -> int | None:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    module = ModuleType("xinnong.cli.try_")
    vars(module).update(add_arguments=add_arguments, run=run)
    monkeypatch.setitem(sys.modules, "xinnong.cli.try_", module)
    command = dispatch.Command("try", "xinnong.cli.try_", "try", "nothing", "app", service=False)
    monkeypatch.setattr(dispatch, "commands", lambda: {"try": command})
    return dispatch.dispatch(["try", *arguments])


@pytest.mark.parametrize(
    ("outcome", "arguments", "code"),
    [
        (0, [], 0),
        (None, [], 0),
        (1, [], 1),
        (TooSmall(least=3), [], 1),
        (0, ["--number", "x"], 2),
        (ValueError("unforeseen"), [], 3),
        (KeyboardInterrupt(), [], 130),
    ],
)
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch,
    outcome: int | BaseException | None,
    arguments: Sequence[str],
    code: int,
) -> None:
    assert dispatch_to(monkeypatch, outcome, *arguments) == code


def test_a_refusal_is_said_by_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    dispatch_to(monkeypatch, TooSmall(least=3))
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "xinnong try: refused: number.too_small\n")


def test_a_fault_shows_its_id_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("XINNONG_DATA", str(tmp_path))
    monkeypatch.delenv("XINNONG_LOG_FILE", raising=False)
    dispatch_to(monkeypatch, ValueError("unforeseen"))
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    log = (tmp_path / "log" / "xinnong.log").read_text(encoding="utf-8")
    entry = json.loads(log.splitlines()[-1])
    assert f"fault {entry['fault']};" in shown.err
    assert "unforeseen" in entry["exception"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web", "--port", "99999"], "'99999' is not a whole number from 1 to 65,535"),
        (["web", "--workers", "0"], "'0' is not a whole number from 1 to 64"),
        (["worker", "--jobs", "-1"], "'-1' is not a whole number from 1 to 64"),
        (["start", "--households", "0"], "'0' is not a whole number from 1 to 1,000,000"),
        (["demo-county", "--out", "x", "--households", "1000001"], "from 1 to 1,000,000"),
    ],
)
def test_it_refuses_numbers_that_cannot_work(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    module = import_module(f"xinnong.cli.{arguments[0].replace('-', '_')}")
    module.add_arguments(parser)
    with pytest.raises(SystemExit) as refused:
        parser.parse_args(arguments[1:])
    assert refused.value.code == 2
    assert said in capsys.readouterr().err


def test_it_says_that_the_data_folder_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XINNONG_DATA", str(tmp_path / "file" / "data"))
    assert dispatch_to(monkeypatch, 0) == 3
    said = capsys.readouterr().err
    assert said.startswith(
        f"xinnong try: the data folder {tmp_path}/file/data (XINNONG_DATA) cannot"
    )
    assert "Traceback" not in said


def test_every_command_is_listed_and_says_what_it_does() -> None:
    known = dispatch.commands()
    assert {"migrate", "manage", "start", "web", "worker"} <= known.keys()
    assert [name for name, command in known.items() if not command.help] == []


@pytest.mark.slow
def test_help_needs_no_database_and_no_django() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "xinnong", "--help"],
        cwd=environment.REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "| django" not in done.stderr
    assert "commands:" in done.stdout


@pytest.mark.slow
def test_it_does_not_run_without_assertions() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-m", "xinnong", "--help"],
        cwd=environment.REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "assertions are part of its design" in done.stderr
