"""Exports by the operator: rows stream from PostgreSQL into CSV, Parquet or XLSX.

Every export names its purpose and is recorded with the households in it. Resident ids leave only
for acceptance of the system or migration to another. The file carries who made it, when and why:
in Parquet's metadata and XLSX's properties; a CSV has no place for it, its audit entry has.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Literal

import duckdb
import xlsxwriter
from django.db import connection

from xinnong.accounts.models import Institution, Operator, User
from xinnong.analytics.engine import quoted
from xinnong.audit.services import record
from xinnong.core.errors import Refused
from xinnong.core.money import yuan
from xinnong.journeys.services import as_operator
from xinnong.privacy.purposes import WITH_IDENTITY, check_purpose
from xinnong.privacy.queries import canary_households
from xinnong.privacy.services import record_listing
from xinnong.privacy.vault import unseal
from xinnong.registry.models import Run, RunState

Format = Literal["csv", "parquet", "xlsx"]
Row = Sequence[object]

LINE_COLUMNS: Final = (
    "household_id",
    "grade",
    "score",
    "kind",
    "line_yuan",
    "reason_codes",
    "scorecard_version",
    "policy_version",
)
HOUSEHOLD_COLUMNS: Final = ("household_id", "person_id", "rid", "area12")
XLSX_ROWS: Final = 1_048_575
FETCH_ROWS: Final = 20_000
OWNER_ONLY: Final = 0o600

LINES_SQL: Final = """
    SELECT h.id, h.ref, l.grade, s.points, l.kind, l.line_minor,
           array_to_string(s.reason_codes, ';'), c.version, p.version
    FROM credit_line l
    JOIN registry_household h ON h.id = l.household_id
    JOIN scoring_score s ON s.run_id = l.run_id AND s.household_id = l.household_id
        AND s.basis = l.kind AND s.lender = l.lender
    JOIN scoring_publishedscorecard c ON c.id = s.scorecard_id
    JOIN credit_publishedpolicy p ON p.id = l.policy_id
    WHERE l.run_id = %s AND l.lender IN ('', %s)
    ORDER BY h.id, l.kind DESC
"""
HOUSEHOLDS_SQL: Final = """
    SELECT h.id, h.ref, p.ref, p.key, i.sealed, i.key_id, h.area12
    FROM registry_membership m
    JOIN registry_person p ON p.id = m.person_id
    JOIN registry_household h ON h.id = m.household_id
    LEFT JOIN registry_identity i ON i.person_id = p.id
    WHERE m.since_run_id <= %s AND (m.until_run_id IS NULL OR m.until_run_id > %s)
    ORDER BY h.id, p.id
"""


class NoRunPublished(Refused):
    """No refresh was published by that date."""

    code = "export.no_run"


class TooManyRows(Refused):
    """An XLSX sheet ends at 1,048,576 rows; CSV and Parquet do not."""

    code = "export.too_many_rows"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote."""

    rows: int
    households: int
    run: int


def export_lines(
    *, out: Path, form: Format, purpose: str, lender: str, as_of: date | None, now: datetime
) -> Exported:
    """Write the pre-approved lines, and those granted by one lender, of a published run.

    Refuses `purpose.missing`, `operator.unknown`, `export.no_run` and `export.too_many_rows`.
    """
    check_purpose(purpose)
    with as_operator() as reader:
        run = _run(as_of)
        seen: list[int] = []
        rows = _line_rows(run, lender, seen)
        written = _write(rows, LINE_COLUMNS, out, form, _note(purpose, run, now))
        return _recorded(reader, "lines", written, seen, run, purpose, now)


def export_households(
    *, out: Path, form: Format, purpose: str, as_of: date | None, now: datetime
) -> Exported:
    """Write who belonged to which household in a published run.

    Resident ids only under acceptance or migration.

    Refuses `purpose.missing`, `operator.unknown`, `export.no_run` and `export.too_many_rows`.
    """
    with_identity = check_purpose(purpose) in WITH_IDENTITY
    with as_operator() as reader:
        run = _run(as_of)
        seen: list[int] = []
        rows = _household_rows(run, seen, with_identity=with_identity)
        written = _write(rows, HOUSEHOLD_COLUMNS, out, form, _note(purpose, run, now))
        return _recorded(reader, "households", written, seen, run, purpose, now)


def lenders() -> list[str]:
    """Codes of the lenders whose granted lines can be exported, one lender at a time, in order."""
    found = Institution.objects.filter(operator__kind=Operator.Kind.LENDER, parent__isnull=True)
    return list(found.order_by("code").values_list("code", flat=True))


def _run(as_of: date | None) -> Run:
    """The run people see now, or the newest one of a business date up to the one given."""
    runs = Run.objects.filter(state__in=[RunState.CURRENT, RunState.PAST])
    if as_of is None:
        run = runs.filter(state=RunState.CURRENT).first()
    else:
        run = runs.filter(as_of__lte=as_of).order_by("-as_of", "-pk").first()
    if run is None:
        raise NoRunPublished
    return run


def _line_rows(run: Run, lender: str, seen: list[int]) -> Iterator[Row]:
    planted = canary_households()
    for number, ref, grade, points, kind, minor, reasons, card, policy in _fetched(
        LINES_SQL, [run.pk, lender]
    ):
        if number in planted:
            continue
        _note_seen(seen, number)
        yield ref, grade, points, kind, yuan(minor), reasons, card, policy


def _household_rows(run: Run, seen: list[int], *, with_identity: bool) -> Iterator[Row]:
    planted = canary_households()
    found = _fetched(HOUSEHOLDS_SQL, [run.pk, run.pk])
    for number, ref, person, key, sealed, key_id, area12 in found:
        if number in planted:
            continue
        _note_seen(seen, number)
        rid = ""
        if with_identity and sealed is not None:
            rid = unseal(bytes(sealed), person=key, key_id=key_id)["rid"]
        yield ref, str(person), rid, area12


def _note_seen(seen: list[int], number: int) -> None:
    """Households come in order, so each is noted once."""
    if not seen or seen[-1] != number:
        seen.append(number)


def _fetched(sql: str, params: Sequence[int | str]) -> Iterator[tuple]:  # type: ignore[type-arg]
    """Rows of a server-side cursor, a bounded number at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(FETCH_ROWS):
            yield from rows


def _write(
    rows: Iterable[Row], columns: Sequence[str], out: Path, form: Format, note: dict[str, str]
) -> int:
    """Write under a temporary name and rename, so that a half file never bears the asked name.

    The file is closed to everybody but its owner: it tells of people.
    """
    draft = out.with_name(f".{out.name}.part")
    writers = {"csv": _write_csv, "parquet": _write_parquet, "xlsx": _write_xlsx}
    try:
        draft.touch(mode=OWNER_ONLY)
        written = writers[form](rows, columns, draft, note)
        draft.chmod(OWNER_ONLY)  # a writer may have put another file in its place
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return written


def _write_csv(
    rows: Iterable[Row], columns: Sequence[str], out: Path, _note: dict[str, str]
) -> int:
    written = 0
    with out.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            written += 1
    return written


def _write_parquet(
    rows: Iterable[Row], columns: Sequence[str], out: Path, note: dict[str, str]
) -> int:
    kinds = {"score": "SMALLINT", "line_yuan": "DECIMAL(18,2)"}
    declared = ", ".join(f"'{name}': '{kinds.get(name, 'VARCHAR')}'" for name in columns)
    metadata = ", ".join(f"{name}: {quoted(text)}" for name, text in note.items())
    with _beside(out) as plain, duckdb.connect() as duck:
        written = _write_csv(rows, columns, plain, note)
        duck.execute(
            f"COPY (SELECT * FROM read_csv({quoted(plain)}, header = true, auto_detect = false, "
            f"columns = {{{declared}}})) TO {quoted(out)} "
            f"(FORMAT parquet, KV_METADATA {{{metadata}}})"
        ).fetchall()
    return written


def _write_xlsx(
    rows: Iterable[Row], columns: Sequence[str], out: Path, note: dict[str, str]
) -> int:
    with _beside(out) as spill:
        options = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": spill.parent}
        written = 0
        with xlsxwriter.Workbook(out, options) as book:
            book.set_properties({"comments": "; ".join(f"{k}={v}" for k, v in note.items())})
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, columns)
            for written, row in enumerate(rows, 1):
                if written > XLSX_ROWS:
                    raise TooManyRows(limit=XLSX_ROWS)
                sheet.write_row(written, 0, row)
    return written


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A private file in the folder of the export, removed afterwards."""
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        yield Path(folder) / "rows.csv"


def _note(purpose: str, run: Run, now: datetime) -> dict[str, str]:
    """The watermark: which run, for what, when."""
    return {"purpose": purpose, "run": str(run.pk), "as_of": str(run.as_of), "made": str(now)}


def _recorded(
    reader: User,
    what: str,
    rows: int,
    seen: Sequence[int],
    run: Run,
    purpose: str,
    now: datetime,
) -> Exported:
    record_listing(actor=reader, at=now, asked="export", households=seen, purpose=purpose)
    record(
        actor=reader,
        action=f"journeys.export-{what}",
        at=now,
        run_id=run.pk,
        counts={"rows": rows, "households": len(seen)},
    )
    return Exported(rows, len(seen), run.pk)
