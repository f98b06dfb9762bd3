"""Files as a steward makes them with a spreadsheet, and their way through the checks and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from openpyxl import Workbook

from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import Contract, Field, load_contracts
from xinnong.analytics.lake import LakePaths, seal_context
from xinnong.analytics.reading.delivery import identify, open_delivery
from xinnong.analytics.sealing import Keys, open_sealed
from xinnong.core.ids import rid_check, uscc_check

AS_OF = date(2026, 10, 31)
KEYS = Keys(b"h" * 32, b"s" * 32, "test")
BATCH = 1
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPOUSE = 500
"""Added to the number of a row for its second person."""


def rid(number: int) -> str:
    """A valid id of the invented county."""
    first = f"339981{1960 + number // 1000}{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    return first + rid_check(first)


def uscc(number: int) -> str:
    """A valid credit code of the invented county."""
    organisation = f"MA{number:06d}"
    weights = zip(map(ALPHABET.index, organisation), (3, 7, 9, 10, 5, 8, 4, 2), strict=True)
    check = 11 - sum(value * weight for value, weight in weights) % 11
    first = f"92339981{organisation}{'0123456789X0'[check]}"
    return first + uscc_check(first) if "X" not in first else uscc(number + 1000)


def sound_rows(contract: Contract, count: int = 3) -> list[list[str]]:
    """Rows of any class that nothing is wrong with, each with a key of its own."""
    return [[_sound(field, n) for field in contract.fields] for n in range(1, count + 1)]


def _sound(field: Field, number: int) -> str:
    born = rid(number)[6:14]
    if field.name == "birth":
        return f"{born[:4]}-{born[4:6]}-{born[6:]}"
    if field.name == "sex":
        return "男" if int(rid(number)[16]) % 2 else "女"
    if field.register:
        return "BANK-01"
    own = {
        "rid": rid(number if field.name == "rid" else number + SPOUSE),
        "uscc": uscc(number),
        "enum": field.values[number % len(field.values)] if field.values else "",
        "text": field.words[0] if field.words else f"文字{number}",
        "code": f"C-{number}",
        "int": str(int(field.minimum or 0) + number),
        "phone": f"1980000{number:04d}",
        "decimal": "0.5",
    }
    return own.get(field.kind, field.kind_details.example)


def header(class_name: str) -> list[str]:
    """The proper headers of a class."""
    return [field.header for field in load_contracts()[class_name].fields]


def csv_of(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    """Rows as text without any quoting."""
    return "".join(separator.join(row) + "\r\n" for row in rows)


def book_of(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    """Rows as a workbook of one or more sheets."""
    book = Workbook()
    first = book.active
    assert first is not None
    for number, rows in enumerate(sheets):
        sheet = first if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def deliver(
    path: Path, work: Path, *, class_name: str | None = None, previous_rows: int | None = None
) -> IngestReport:
    """Check the one file a path holds."""
    work.mkdir(exist_ok=True)
    (file,) = open_delivery(path, workdir=work)
    (found,) = identify(file, class_name=class_name, as_of=AS_OF)
    assert not found.refused, found.refused
    return ingest(
        found.file,
        contract=load_contracts()[found.class_name],
        as_of=AS_OF,
        batch=BATCH,
        keys=KEYS,
        out=LakePaths(work / "lake"),
        loaded_at=datetime(2026, 11, 2, tzinfo=UTC),
        previous_rows=previous_rows,
    )


def counts(report: IngestReport) -> tuple[int, int, int, int, int]:
    """Read, accepted, repaired, quarantined, duplicate."""
    assert report.refused is None, report.refused
    return (
        report.read, report.accepted, report.repaired, report.quarantined, report.duplicate,
    )  # fmt: skip


def error_file(report: IngestReport, folder: Path) -> Path:
    """What the steward downloads after a report."""
    (sealed,) = [staged for staged in report.staged if staged.part == "errors"]
    context = seal_context("errors", class_name=report.class_name, batch=BATCH)
    path = folder / f"{report.class_name}_{AS_OF:%Y%m%d}.errors.{report.error_format}"
    path.write_bytes(b"".join(open_sealed(sealed.temporary, keys=KEYS, context=context)))
    return path


def mended(row: Mapping[str, str], right: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """A row of an error file with its own cells put right and the added columns left in place."""
    return {**row, **right[int(row["数据行号"]) - 1]}
