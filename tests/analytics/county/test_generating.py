"""Same seed, same bytes; any size from one household on; refusals before anything is written."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.analytics.county.files import rows_of, told
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.county.generate import generate

pytestmark = pytest.mark.slow


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


def test_it_writes_the_same_bytes_for_the_same_seed(dirty: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    generate(households=300, seed=5, out=again)
    generate(households=300, seed=6, out=other)
    assert digests(again) == digests(dirty)
    assert digests(other) != digests(dirty)


def test_it_writes_every_class(clean: Path) -> None:
    assert {file.class_name for file in told(clean)} == set(load_contracts())


def test_it_writes_every_form_of_file(dirty: Path) -> None:
    suffixes = {path.suffix for path in dirty.iterdir() if path.is_file()}
    assert suffixes == {".csv", ".xlsx", ".parquet", ".jsonl", ".zip"}


@pytest.mark.parametrize("households", [1, 2, 3, 23, 41])
def test_it_writes_counties_of_any_size(households: int, tmp_path: Path) -> None:
    done = generate(households=households, seed=3, out=tmp_path / "county")
    truth = tmp_path / "county" / "truth" / "households.parquet"
    counted = duckdb.execute(f"SELECT count(*), max(household_no) FROM '{truth}'").fetchall()
    assert counted == [(households, households)]
    assert done.rows == sum(file.rows for file in told(tmp_path / "county"))


@pytest.mark.parametrize("households", [0, -1, 1_000_001])
def test_it_refuses_other_sizes(households: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="households must lie between"):
        generate(households=households, seed=1, out=tmp_path / "county")
    assert list(tmp_path.iterdir()) == []


def test_it_refuses_a_folder_with_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="not empty"):
        generate(households=5, seed=1, out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_it_tells_its_progress(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    generate(households=5, seed=1, out=tmp_path / "c", progress=lambda *step: steps.append(step))
    total = steps[-1][1]
    assert steps == [(step, total) for step in range(1, total + 1)]


@pytest.mark.parametrize("as_of", [date(2025, 1, 31), date(2028, 2, 29)])
def test_it_writes_for_other_dates(as_of: date, tmp_path: Path) -> None:
    generate(households=60, seed=1, out=tmp_path / "c", as_of=as_of)
    files = told(tmp_path / "c")
    assert max(file.as_of for file in files) == as_of.isoformat()
    counted = {file.name: len(rows_of(tmp_path / "c", file)) for file in files}
    assert counted == {file.name: file.rows for file in files}
