"""What `run.py` does before anything is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from xinnong.cli import start
from xinnong.config import environment

RUN: Path = environment.REPOSITORY / "run.py"


@pytest.fixture
def run() -> ModuleType:
    """The script as a module."""
    spec = spec_from_file_location("run_py", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-test.txt"])
def test_the_pips_together_install_every_line_with_its_hashes(run: ModuleType, lock: str) -> None:
    source = environment.REPOSITORY / lock
    found = run.requirements_of(source)
    names = re.findall(
        r"^[A-Za-z0-9][^ =]*==[^ ]+", source.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [one.split(" ")[0] for one in found] == names
    hashes = sum(one.count("--hash=sha256:") for one in found)
    assert hashes == source.read_text(encoding="utf-8").count("--hash=sha256:")
    assert all(not one.rstrip().endswith("\\") for one in found)


def test_a_pip_that_fails_stops_the_start_in_words(
    run: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"nothing-here==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    with pytest.raises(SystemExit, match="could not be installed"):
        run.fill(lock, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--households", "0"], "--households: '0' is not a whole number from 1 on"),
        (["--households", "-5"], "--households: '-5' is not a whole number from 1 on"),
        (["--port", "0"], "--port: '0' is not a whole number from 1 on"),
        (["--port", "99999"], "--port: 99999 is no port; ports end at 65535"),
        (["--purge"], "--purge goes with stop: run.py stop --purge"),
        (["--wheels", "/nowhere"], "--wheels: /nowhere is not a folder"),
    ],
)
def test_options_that_cannot_work_are_refused_before_anything_is_done(
    run: ModuleType, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        run.parsed(arguments)
    assert refused.value.code == 2
    assert capsys.readouterr().err.rstrip().endswith(said)


def test_options_of_pytest_pass_through(run: ModuleType) -> None:
    options, rest = run.parsed(["test", "tests/core", "-q"])
    assert (options.what, rest) == ("test", ["tests/core", "-q"])


def test_a_server_given_by_half_is_refused_at_once_and_by_name(tmp_path: Path) -> None:
    given = dict.fromkeys(environment.ROLE_VARIABLES.values(), "")
    given |= {"DATABASE_URL": "postgresql://xinnong_app@127.0.0.1:9/xinnong"}
    given |= {"XINNONG_DATA": str(tmp_path), "XINNONG_DEMO": "1"}
    started = subprocess.run(
        [sys.executable, "-m", "xinnong", "start"],
        cwd=environment.REPOSITORY,
        env=os.environ | given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode == 3
    assert "Xinnong did not start: DATABASE_OWNER_URL must be set too" in started.stderr
    assert not (tmp_path / "demo").exists()


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(start, "SCARCE_MEGABYTES", 0)
    assert start._full(tmp_path) == ""
    monkeypatch.setattr(start, "SCARCE_MEGABYTES", 1 << 40)
    assert f"The disk of {tmp_path} is full: " in start._full(tmp_path)
