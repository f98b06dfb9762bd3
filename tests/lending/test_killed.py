"""SIGKILL of what ends days, of the server's process that serves it, of the whole server."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.end_of_day_crashes import WRONG
from tests.lending.loans import nights
from tests.source_tree import REPOSITORY


@pytest.mark.slow
def test_no_day_is_lost_or_doubled_when_killed() -> None:
    """A few of the two hundred kills that benchmarks/end_of_day_crashes.py does."""
    kills = nights(3)
    done = subprocess.run(
        [sys.executable, "benchmarks/end_of_day_crashes.py", "--kills", str(kills)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300 + 10 * kills,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == kills
    assert {name: found[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
