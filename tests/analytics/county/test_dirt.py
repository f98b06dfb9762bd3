"""Planted errors stand where the truth says, spoil what they say, and nothing else is spoilt."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.analytics.county.files import Told, data_of, rows_of, text_of, told
from xinnong.analytics.checking.codes import load_codes
from xinnong.analytics.checking.reference import Surroundings, Verdict, check_row
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.county.areas import areas
from xinnong.analytics.county.faults import BY_KIND

pytestmark = pytest.mark.slow

Planted = tuple[str, str, str]  # kind, outcome, code
LENGTHS = {"county": 6, "town": 9, "village": 12}
AREAS = {row.code12[: LENGTHS[row.level]]: row.retired_to for row in areas()}


def planted(out: Path) -> dict[str, dict[int, Planted]]:
    found: dict[str, dict[int, Planted]] = defaultdict(dict)
    query = f"SELECT file, row, kind, outcome, code FROM '{out}/truth/errors.parquet'"
    for file, row, *what in duckdb.execute(query).fetchall():
        assert row not in found[file], "one error a row"
        found[file][row] = (what[0], what[1], what[2])
    return found


def outcome_of(verdict: Verdict, file: Told, seen: dict[object, object]) -> tuple[str, set[str]]:
    """What should come of a row, given the rows before it."""
    if verdict.problems:
        return "quarantined", {code for _, code in verdict.problems}
    key = tuple(verdict.values[f.name] for f in load_contracts()[file.class_name].key)
    content = tuple(verdict.values.values())
    if key in seen:
        return ("duplicate", {""}) if seen[key] == content else ("quarantined", {"key.conflict"})
    seen[key] = content
    if verdict.repairs:
        return "repaired", {code for _, code in verdict.repairs}
    return "accepted", {"", *(code for _, code in verdict.remarks)}


def test_every_row_comes_out_as_the_truth_says(dirty: Path) -> None:
    truth = planted(dirty)
    for file in told(dirty):
        if file.repeats:
            continue
        contract, seen = load_contracts()[file.class_name], dict[object, object]()
        around = Surroundings(as_of=date.fromisoformat(file.as_of), areas=AREAS)
        for number, row in enumerate(rows_of(dirty, file), start=1):
            verdict = check_row(contract, row, around)
            outcome, codes = outcome_of(verdict, file, seen)
            _, wanted, code = truth[file.name].get(number, ("", "accepted", ""))
            assert outcome == wanted, (file.name, number, codes)
            assert code in codes or not code, (file.name, number, code, codes)


def test_row_counts_are_told_exactly(dirty: Path) -> None:
    for file in told(dirty):
        assert len(rows_of(dirty, file)) == file.rows, file.name


def test_codes_are_those_of_the_import(dirty: Path) -> None:
    codes = {code for rows in planted(dirty).values() for _, _, code in rows.values()}
    assert codes - {""} <= set(load_codes())


def test_errors_come_at_realistic_rates(dirty: Path) -> None:
    truth = planted(dirty)
    shares = {
        file.name: len(truth[file.name]) / file.rows for file in told(dirty) if file.rows >= 500
    }
    assert len(shares) > 20
    assert {name: share for name, share in shares.items() if share > 0.05} == {}


def test_many_kinds_of_error_occur(dirty: Path) -> None:
    kinds = Counter(what[0] for rows in planted(dirty).values() for what in rows.values())
    usual = {
        "15to18", "apostrophe", "check", "chinese", "conflict", "duplicate", "fullwidth",
        "impossible", "lowercase", "missing", "scientific", "serial", "spaces", "unknown",
    }  # fmt: skip
    assert usual <= set(kinds)


def test_one_department_sends_one_part_twice(dirty: Path) -> None:
    names = {file.name: file for file in told(dirty)}
    repeats = [file for file in names.values() if file.repeats]
    assert len(repeats) == 1
    for file in repeats:
        assert data_of(dirty, file) == data_of(dirty, names[file.repeats])


def test_files_carry_the_habits_of_their_departments(dirty: Path) -> None:
    files = {file.class_name: file for file in told(dirty)}
    assert data_of(dirty, files["village_house"]).startswith(b"\xef\xbb\xbf")
    with pytest.raises(UnicodeDecodeError):
        data_of(dirty, files["person"]).decode()
    assert "\t" in text_of(data_of(dirty, files["vehicle"])).split("\n")[0]
    assert "|" in text_of(data_of(dirty, files["residence"])).split("\n")[0]
    assert text_of(data_of(dirty, files["subsidy"])).splitlines()[-1].startswith("合计")


def test_a_clean_county_has_no_error(clean: Path) -> None:
    assert planted(clean) == {}
    assert [file.name for file in told(clean) if file.repeats] == []


def test_a_retired_code_is_one_whose_village_now_has_the_code_it_spoils() -> None:
    """Small counties use no merged village, so the writing is looked at alone."""
    (retired,) = (fault for fault in BY_KIND["area12"] if fault.code == "area.retired")
    merged = {row.retired_to: row.code12 for row in areas() if row.retired_to}
    assert len(merged) == 8
    for living in merged:
        written = duckdb.execute(f"SELECT {retired.text.format(x=repr(living))}").fetchall()[0][0]
        assert AREAS[written] == living
