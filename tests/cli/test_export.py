"""xinnong export: three formats hold the same rows as the database, and open without surprises."""

from __future__ import annotations

import csv
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import County

pytestmark = pytest.mark.slow
LINES = ["household_id", "grade", "score", "kind", "line_yuan", "reason_codes",
         "scorecard_version", "policy_version"]  # fmt: skip
HOUSEHOLDS = ["household_id", "person_id", "rid", "area12"]


def read(path: Path) -> list[list[Any]]:
    """Header and rows, whatever the format."""
    if path.suffix == ".csv":
        return list(csv.reader(path.open(encoding="utf-8", newline="")))
    if path.suffix == ".xlsx":
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    with duckdb.connect() as duck:
        found = duck.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in found.description or ()]
        return [names, *map(list, found.fetchall())]


def as_stored(county: County) -> dict[tuple[str, str], tuple[str, int, Decimal]]:
    rows = county.installation.rows(
        "SELECT h.ref, l.kind, l.grade, s.points, l.line_minor FROM credit_line l"
        " JOIN registry_household h ON h.id = l.household_id"
        " JOIN scoring_score s ON s.run_id = l.run_id AND s.household_id = l.household_id"
        "  AND s.basis = l.kind AND s.lender = l.lender"
        f" WHERE l.run_id = {county.run} AND l.lender IN ('', 'BANK-01')"
    )
    return {(ref, kind): (grade, points, Decimal(minor) / 100)
            for ref, kind, grade, points, minor in rows}  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_lines_are_those_of_the_database(county: County, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"lines.{form}"
    done = county.installation.run(
        "export", "lines", "--out", out, "--format", form, "--purpose", "reporting"
    )
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    header, *rows = read(out)
    assert header == LINES
    found = {(r[0], r[3]): (r[1], int(r[2]), Decimal(str(r[4]))) for r in rows}
    assert found == as_stored(county)
    assert len(found) == len(rows) > 200
    (report,) = done.objects
    assert (report["rows"], report["run"]) == (len(rows), county.run)
    assert "granted by BANK-01; left out: BANK-02, FUND-01, SLC-01" in done.err


def test_resident_ids_leave_only_for_acceptance(county: County, tmp_path: Path) -> None:
    for purpose, shown in (("reporting", False), ("acceptance", True)):
        out = tmp_path / f"{purpose}.csv"
        county.installation.run(
            "export", "households", "--out", out, "--format", "csv", "--purpose", purpose
        )
        header, *rows = read(out)
        assert header == HOUSEHOLDS
        assert len(rows) > 500
        assert {bool(row[2]) for row in rows} == ({True} if shown else {False})


def test_a_spreadsheet_holds_no_formula(county: County, tmp_path: Path) -> None:
    out = tmp_path / "lines.xlsx"
    county.installation.run(
        "export", "lines", "--out", out, "--format", "xlsx", "--purpose", "reporting"
    )
    with ZipFile(out) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "/nowhere/lines.csv"], "the folder /nowhere does not exist"),
        (["--out", "/dev/full"], "/dev/full is not a regular file"),
        (["--out", "/"], "/ is a folder; name a file in it"),
        (["--purpose", "curiosity"], "there is no purpose 'curiosity'; the purposes are"),
        (["--purpose", "own-file"], "the purposes are acceptance, migration, oversight, reporting"),
        (["--lender", "BANK-99"], "there is no lender 'BANK-99'; the lenders are BANK-01"),
        (["--as-of", "31.10.2026"], "'31.10.2026' is not a date"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_two(
    county: County, tmp_path: Path, arguments: list[str], said: str
) -> None:
    usual = ["--out", str(tmp_path / "x.csv"), "--format", "csv", "--purpose", "reporting"]
    done = county.installation.run("export", "lines", *usual, *arguments, code=2)
    assert (done.out, said in done.err) == ("", True)


def test_a_full_disk_is_named_and_leaves_no_half_file(county: County, tmp_path: Path) -> None:
    (tmp_path / ".lines.csv.part").symlink_to("/dev/full")
    done = county.installation.run(
        "export", "lines", "--out", tmp_path / "lines.csv", "--format", "csv",
        "--purpose", "reporting", code=3,
    )  # fmt: skip
    assert "no space left on the disk; free some space and run the same command again" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_date_before_every_run_is_refused(county: County, tmp_path: Path) -> None:
    done = county.installation.run(
        "export", "lines", "--out", tmp_path / "x.csv", "--format", "csv",
        "--purpose", "reporting", "--as-of", "2019-01-01", code=1,
    )  # fmt: skip
    assert "refused: export.no_run: " in done.err
    assert list(tmp_path.iterdir()) == []
