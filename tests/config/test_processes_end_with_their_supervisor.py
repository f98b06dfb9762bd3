from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xinnong.config import environment, processes

pytestmark = pytest.mark.slow

SUPERVISOR = """
import sys, time
from pathlib import Path
from xinnong.config import processes
data = Path(sys.argv[1])
with processes.sole_supervisor(data) as lock:
    # the child leaves a child of its own behind, as a web server does
    sleeper = "[sys.executable, '-c', 'import time; time.sleep(60)']"
    nested = f"import subprocess, sys; subprocess.Popen({sleeper}).wait()"
    processes.spawn([sys.executable, "-c", nested], data=data, log=data / "log", environment={})
    processes.announce(lock, "http://somewhere/")
    print("up", flush=True)
    time.sleep(60)
"""


def supervisor(data: Path) -> subprocess.Popen[str]:
    """A supervisor with a child and a grandchild."""
    started = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data)],
        cwd=environment.REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "up\n"
    return started


def wait_for(count: int, data: Path) -> None:
    give_up_at = time.monotonic() + 5
    while len(processes.supervised(data)) != count:
        assert time.monotonic() < give_up_at, processes.supervised(data)
        time.sleep(0.02)


def test_a_second_supervisor_hears_of_the_first(tmp_path: Path) -> None:
    with supervisor(tmp_path) as first:
        wait_for(2, tmp_path)
        with (
            pytest.raises(processes.AlreadyRunning) as refusal,
            processes.sole_supervisor(tmp_path),
        ):
            pass
        assert (refusal.value.pid, refusal.value.url) == (first.pid, "http://somewhere/")
        first.kill()
    processes.end(lambda: processes.supervised(tmp_path))


def test_what_a_killed_supervisor_leaves_is_found_and_ended(tmp_path: Path) -> None:
    with supervisor(tmp_path) as first:
        wait_for(2, tmp_path)
        os.kill(first.pid, signal.SIGKILL)
    wait_for(1, tmp_path)  # the child died with it, the grandchild did not
    with processes.sole_supervisor(tmp_path):
        assert processes.end(lambda: processes.supervised(tmp_path)) == 1
    assert processes.supervised(tmp_path) == []
    assert processes.supervisor_of(tmp_path) is None


def test_other_installations_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with supervisor(tmp_path / "a") as first:
        wait_for(2, tmp_path / "a")
        assert processes.supervised(tmp_path / "b") == []
        first.kill()
    processes.end(lambda: processes.supervised(tmp_path / "a"))
