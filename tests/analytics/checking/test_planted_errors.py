"""Every error planted in the synthetic county is caught or repaired as declared, none invented."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks import planted
from benchmarks.checked_lake import Account, take_in
from xinnong.analytics.county.generate import generate

pytestmark = pytest.mark.slow

HOUSEHOLDS = 300
SEEDS = (11,)


@dataclass(frozen=True)
class Imported:
    """A county with its dirt, the same one without, and what became of every file of both."""

    county: Path
    dirty: list[Account]
    clean: list[Account]


@pytest.fixture(scope="module", params=SEEDS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("county")
    for name in ("dirty", "clean"):
        generate(
            households=HOUSEHOLDS, seed=request.param, out=folder / name, clean=name == "clean"
        )
    return Imported(
        folder / "dirty",
        take_in(folder / "dirty", folder / "dirty_lake"),
        take_in(folder / "clean", folder / "clean_lake"),
    )


def test_it_accounts_for_every_row(imported: Imported) -> None:
    assert len(imported.dirty) == len(planted.files_told(imported.county))
    assert planted.unaccounted(imported.dirty) == []


def test_it_meets_every_planted_error_and_invents_none(imported: Imported) -> None:
    tallies = planted.tally(imported.county, imported.dirty)
    assert [t for t in tallies if t.missed or t.invented] == []
    assert len([t for t in tallies if t.planted]) >= 30


def test_repaired_and_restyled_values_are_those_of_the_clean_county(imported: Imported) -> None:
    assert planted.differing(imported.dirty, imported.clean) == []


def test_the_clean_county_passes_untouched(imported: Imported) -> None:
    assert planted.unaccounted(imported.clean) == []
    assert [a.name for a in imported.clean if a.report.accepted != a.report.read] == []


def test_a_file_sent_twice_holds_nothing_new(imported: Imported) -> None:
    repeats = {e["file"]: e["repeats"] for e in planted.files_told(imported.county) if e["repeats"]}
    accounts = {account.name: account for account in imported.dirty}
    assert len(repeats) == 1
    for again, first in repeats.items():
        report, spoilt = accounts[again].report, accounts[again].reasons
        assert report.accepted == report.repaired == accounts[again].kept == 0
        assert spoilt == accounts[first].reasons
        assert report.duplicate == report.read - report.quarantined
