"""SIGKILL of a client, of the server's process that serves it, of the whole server."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.source_tree import REPOSITORY


@pytest.mark.slow
def test_it_loses_and_doubles_nothing_when_killed() -> None:
    """Three of the two hundred kills that benchmarks/ledger_crashes.py does."""
    done = subprocess.run(
        [sys.executable, "benchmarks/ledger_crashes.py", "--kills", "3"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["clients"], found["backends"], found["servers"]) == (1, 1, 1)
    wrong = ("lost", "doubled", "trial_difference_minor", "balances_differ")
    assert [found[name] for name in wrong] == [0, 0, 0, 0]
