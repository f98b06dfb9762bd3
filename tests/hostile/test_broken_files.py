"""Every broken file ends with all its rows accounted for, or refused whole by a known code."""

from __future__ import annotations

import resource
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hostile.broken import CASES
from xinnong.analytics.checking.codes import load_codes
from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.lake import LakePaths
from xinnong.analytics.reading.delivery import identify, open_delivery
from xinnong.analytics.sealing import Keys

pytestmark = pytest.mark.slow

KEYS = Keys(b"h" * 32, b"s" * 32, "test")
LONGEST_SECONDS = 60
MOST_MEMORY_KIB = 2_500_000


def delivered(path: Path, work: Path) -> IngestReport:
    """Import the only file of a delivery as persons."""
    (file,) = open_delivery(path, workdir=work)
    (item,) = identify(file)
    if item.refused:
        return IngestReport(
            file.name,
            "person",
            item.as_of,
            refused=item.refused,
            refused_params=item.refused_params,
        )
    assert item.as_of is not None
    return ingest(
        item.file,
        contract=load_contracts()["person"],
        as_of=item.as_of,
        batch=1,
        keys=KEYS,
        out=LakePaths(work / "lake"),
        loaded_at=datetime(2026, 11, 2, tzinfo=UTC),
    )


def seconds_used() -> float:
    """Processor time of this process and its children, the same however busy the machine is."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def test_the_set_is_large_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_it_ends_well(name: str, tmp_path: Path) -> None:
    made, work = tmp_path / "made", tmp_path / "work"
    made.mkdir()
    work.mkdir()
    path, expected = CASES[name](made)
    started = seconds_used()
    report = delivered(path, work)
    assert seconds_used() - started < LONGEST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_MEMORY_KIB
    assert report.refused == expected.refused
    if report.refused:
        assert load_codes()[report.refused].kind == "refusal"
        assert not report.staged
        assert not list((work / "lake").rglob("*.*"))
        return
    told = report.accepted + report.repaired + report.quarantined + report.duplicate
    assert told == report.read
    if expected.read < 0:
        return
    assert Counter(report.reasons) == Counter(expected.reasons)
    outcome = (report.read, report.accepted, report.repaired, report.quarantined, report.duplicate)
    assert outcome == (
        expected.read, expected.accepted, expected.repaired, expected.quarantined,
        expected.duplicate,
    )  # fmt: skip
