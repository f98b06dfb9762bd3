"""Compare what an import said with the errors that were planted: met, missed, invented."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks.checked_lake import Account

Place = tuple[str, str, tuple[str, int]]
"""Outcome, code, and where: file and row, or file and NO_ROW."""
NO_ROW = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """One kind of error: how many were planted, met as declared, missed, and seen unplanted."""

    outcome: str
    code: str
    planted: int
    met: int
    found: int

    @property
    def missed(self) -> int:
        """Planted and not met as declared."""
        return self.planted - self.met

    @property
    def invented(self) -> int:
        """Said by the import and not planted."""
        return self.found - self.met


def tally(county: Path, accounts: Sequence[Account]) -> list[Tally]:
    """Answer one line per outcome and code; a quarantine counts by row, all others by file."""
    planted, found = _planted(county), _found(county, accounts)
    kinds = sorted({(outcome, code) for outcome, code, _ in (*planted, *found)})
    totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for outcome, code, place in {*planted, *found}:
        mine = planted[outcome, code, place], found[outcome, code, place]
        for position, number in enumerate((mine[0], min(mine), mine[1])):
            totals[outcome, code][position] += number
    return [Tally(*kind, *totals[kind]) for kind in kinds]


def _planted(county: Path) -> Counter[Place]:
    told = duckdb.execute(
        f"SELECT file, row, outcome, code FROM '{county}/truth/errors.parquet'"
    ).fetchall()
    counted: Counter[Place] = Counter()
    for file, row, outcome, code in told:
        if outcome == "accepted" and not code:
            continue  # another way to write a date: accepted, nothing to say
        counted[outcome, code, (file, row if outcome == "quarantined" else NO_ROW)] += 1
    return counted


def _found(county: Path, accounts: Sequence[Account]) -> Counter[Place]:
    counted: Counter[Place] = Counter()
    repeats = {entry["file"] for entry in files_told(county) if entry["repeats"]}
    for account in accounts:
        name, report = account.name, account.report
        if name in repeats:
            continue
        for row, codes in account.reasons.items():
            for code in codes:
                counted["quarantined", code, (name, row)] += 1
        for code, number in report.repairs.items():
            counted["repaired", code, (name, NO_ROW)] += number
        if report.duplicate:
            counted["duplicate", "", (name, NO_ROW)] += report.duplicate
        unknown = report.remarks.get("area.unknown", 0)
        if unknown:
            counted["accepted", "area.unknown", (name, NO_ROW)] += unknown
    return counted


def files_told(county: Path) -> list[dict[str, str]]:
    """Entries of truth/files.json."""
    told: list[dict[str, str]] = json.loads((county / "truth" / "files.json").read_text("utf-8"))
    return told


def unaccounted(accounts: Sequence[Account]) -> list[str]:
    """Files whose rows do not add up, or whose lake holds another number of rows than was told."""
    return [
        account.name for account in accounts
        if account.report.refused is not None
        or account.report.read != (
            account.report.accepted + account.report.repaired + account.report.quarantined
            + account.report.duplicate
        )
        or account.kept != account.report.accepted + account.report.repaired
    ]  # fmt: skip


def differing(dirty: Sequence[Account], clean: Sequence[Account]) -> list[tuple[str, int, int]]:
    """Compare what the lake holds with the same county without errors, file by file.

    Answers (file, rows of the dirty lake that the clean one does not hold, rows it should lack or
    hold otherwise) wherever the two numbers differ: every value that was repaired, or written in
    another notation, must come out as if it had been written well.
    """
    told = {account.name: account for account in clean}
    found = []
    for account in dirty:
        if account.name not in told or account.file is None:
            continue
        other = told[account.name].file
        assert other is not None, account.name
        extra = _not_in(account.file.path, other.path)
        altered = account.report.remarks.get("area.unknown", 0)
        if extra != altered:
            found.append((account.name, extra, altered))
    return found


def _not_in(mine: Path, other: Path) -> int:
    """Rows of one lake file that the other does not hold, whatever their number and batch."""
    values = "SELECT * EXCLUDE (batch, row, row_hash, loaded_at)"
    sql = f"""SELECT count(*) FROM ({values} FROM read_parquet('{mine}')
      EXCEPT ALL {values} FROM read_parquet('{other}'))"""
    return int(duckdb.execute(sql).fetchall()[0][0])
