"""xinnong refresh: one object about the run; what cannot be done leaves the published run alone."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.cli.conftest import County

pytestmark = pytest.mark.slow


def test_it_reports_the_run(county: County) -> None:
    (report,) = county.refreshed.objects
    assert list(report) == [
        "run", "as_of", "batches", "households", "persons", "stages", "status",
    ]  # fmt: skip
    assert report["status"] == "current"
    assert report["batches"] == 14
    assert report["households"] > 180
    assert report["persons"] > report["households"]
    assert [list(stage) for stage in report["stages"]] == [
        ["name", "seconds", "rows", "peak_mb"] for _ in report["stages"]
    ]
    assert county.refreshed.err == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--as-of", "2019-01-01"], 1, "refused: refresh.nothing_delivered"),
        (["--as-of", "2126-01-01"], 2, "lies in the future"),
        (["--as-of", "soon"], 2, "'soon' is not a date"),
        (["--known-at", "2026-10-31T20:00"], 2, "is not an instant with its zone"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    county: County, arguments: list[str], code: int, said: str
) -> None:
    before = county.run
    done = county.installation.run("refresh", "--json", *arguments, code=code)
    assert (done.out, said in done.err) == ("", True)
    assert county.run == before


def test_ctrl_c_leaves_the_run_people_see(county: County) -> None:
    before = county.run
    running = "SELECT count(*) FROM registry_run WHERE state = 'running'"
    with county.installation.start("refresh", "--json") as process:
        give_up_at = time.monotonic() + 60
        while county.installation.rows(running) == [(0,)]:
            assert time.monotonic() < give_up_at
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert county.run == before
    (report,) = county.installation.run("refresh", "--json").objects
    assert report["run"] == county.run > before
