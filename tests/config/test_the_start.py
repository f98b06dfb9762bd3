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

from xinnong.analytics.county import generate
from xinnong.cli import start
from xinnong.config import demo, environment, processes

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
        (["--households", "1000001"], "1000001 is too many; a county has at most 1,000,000"),
        (["stop", "--port", "80"], "--port and --households belong to a start, not to stop"),
        (["test", "--households", "9"], "--port and --households belong to a start, not to test"),
        (["test", "--wheels", "/nowhere"], "--wheels: /nowhere is not a folder"),
        (["now"], "argument what: invalid choice: 'now' (choose from 'test', 'stop')"),
        (["--fast"], "unrecognized arguments: --fast"),
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


def test_it_knows_the_largest_county_everywhere(run: ModuleType) -> None:
    assert run.MOST_HOUSEHOLDS == demo.MOST_HOUSEHOLDS == generate.MAX_HOUSEHOLDS


def test_it_gives_up_a_service_that_ends_six_times_in_ten_minutes() -> None:
    restarts = processes.Restarts(allowed=5, within_seconds=600)
    assert [restarts.allows("web", at) for at in (0, 1, 2, 3, 599, 599.5)] == [True] * 5 + [False]
    assert restarts.allows("worker", 599.5)


def test_it_bears_a_service_that_ends_now_and_then_for_years() -> None:
    restarts = processes.Restarts(allowed=5, within_seconds=600)
    assert all(restarts.allows("web", hour * 3600) for hour in range(24 * 365))


def test_it_counts_a_restart_as_old_after_exactly_the_window() -> None:
    restarts = processes.Restarts(allowed=1, within_seconds=600)
    assert restarts.allows("web", 0)
    assert not restarts.allows("web", 599)
    assert not restarts.allows("web", 600)  # the refused one counts too
    assert restarts.allows("web", 1200)


def test_it_says_how_far_a_long_step_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "STILL_AT_WORK_SECONDS", 0.2)
    county = demo.county_folder(tmp_path)
    county.mkdir()
    for name in ("person_20260930.csv", "residence_20260930.csv", "vehicle_20260930.csv"):
        (county / name).touch()
    (county / "truth").mkdir()
    steps = demo.Steps(tmp_path)
    slow = "import time; print({}, flush=True); time.sleep(0.7)"
    with steps.log("import").open("wb") as log:
        steps.wait("import", subprocess.Popen([sys.executable, "-c", slow], stdout=log))
    said = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\[ +[0-9.]+ s\] import … 1 of about 3 files", said[-1])


def test_a_second_start_names_the_users_and_refuses_another_size(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"households": 2000}', encoding="utf-8")
    (tmp_path / "demo-users.txt").write_text("officer  password-7\n", encoding="utf-8")
    with processes.sole_supervisor(tmp_path) as lock:
        processes.announce(lock, "http://127.0.0.1:8031/")
        second = start_again(tmp_path, "--households", "2000")
        assert second.stdout is not None
        said = list(iter(second.stdout.readline, "READY http://127.0.0.1:8031/\n"))
        assert "officer  password-7\n" in said
        other = start_again(tmp_path, "--households", "3000")
        assert other.wait(30) == 3
        assert other.stdout is not None
        assert "the demo here has 2,000 households" in other.stdout.read()
    assert second.wait(30) == 0


def start_again(data: Path, *arguments: str) -> subprocess.Popen[str]:
    """A start beside one that runs already."""
    return subprocess.Popen(
        [sys.executable, "-m", "xinnong", "start", *arguments],
        cwd=environment.REPOSITORY,
        env=os.environ | {"XINNONG_DATA": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


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
