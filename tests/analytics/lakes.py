"""Small lakes for tests: rows given in Python, written as the import writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from xinnong.analytics.contracts.declarations import load_contracts
from xinnong.analytics.linking.live import LakeFile

Row = Mapping[str, Any]
LOADED_AT = datetime(2026, 11, 20, 3, 0)  # noqa: DTZ001 - the lake keeps UTC without a zone


def key(number: int) -> str:
    """The person key of test person `number`."""
    return str(UUID(int=number))


def write_rows(path: Path, columns: Sequence[tuple[str, str]], rows: Sequence[Row]) -> None:
    """Write rows with these columns and DuckDB types as Parquet; a missing value is NULL."""
    source = path.with_suffix(".jsonl")
    names = [name for name, _ in columns]
    with source.open("w", encoding="utf-8") as out:
        for row in rows:
            assert set(row) <= set(names), sorted(set(row) - set(names))
            out.write(json.dumps({n: _plain(row.get(n)) for n in names}, ensure_ascii=False) + "\n")
    typed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns)
    read = f"read_json('{source}', format = 'newline_delimited', columns = {{{typed}}})"
    empty = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns)
    query = f"SELECT * FROM {read}" if rows else f"SELECT {empty} WHERE FALSE"
    with duckdb.connect() as con:
        con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()
    source.unlink()


def _plain(value: object) -> object:
    if isinstance(value, date | Decimal | UUID):
        return str(value)
    return value


def write_delivery(
    folder: Path,
    class_name: str,
    rows: Sequence[Row],
    *,
    batch: int,
    as_of: date,
    loaded_at: datetime = LOADED_AT,
) -> LakeFile:
    """Write one accepted delivery of a class; batch, row and as-of are filled in."""
    contract = load_contracts()[class_name]
    path = folder / f"{class_name}_{batch}.parquet"
    tail = {"as_of": as_of, "batch": batch, "loaded_at": str(loaded_at), "row_hash": 0}
    filled = [{**tail, "row": n, **row} for n, row in enumerate(rows, start=1)]
    write_rows(path, contract.lake_columns(), filled)
    return LakeFile(batch, class_name, path, None, as_of, loaded_at, contract.mode)


AREAS: list[Row] = [
    {"code": "339981000000", "parent": None, "level": "county"},
    {"code": "339981101000", "parent": "339981000000", "level": "town"},
    *(
        {"code": f"339981101{n:03d}", "parent": "339981101000", "level": "village"}
        for n in range(201, 206)
    ),
]
AREA_COLUMNS = (
    ("code", "VARCHAR"), ("parent", "VARCHAR"), ("level", "VARCHAR"), ("retired_to", "VARCHAR"),
)  # fmt: skip


def write_areas(folder: Path) -> Path:
    """Write a county of one town and five villages."""
    path = folder / "areas.parquet"
    write_rows(path, AREA_COLUMNS, AREAS)
    return path
