"""Put a synthetic county straight into a lake, without files and checks, for engine benchmarks.

Rows are the clean ones of `xinnong demo-county`; keys are plain digests, vault segments are clear.
Use `xinnong import` for the real path; this one exists so that the engine can be measured alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from xinnong.analytics.contracts import Contract, Field, load_contracts
from xinnong.analytics.county.areas import areas
from xinnong.analytics.county.deliveries import Delivery, deliveries
from xinnong.analytics.county.generate import AS_OF, build_world
from xinnong.analytics.county.places import lay_out, parts
from xinnong.analytics.county.rendering import Style, clean_sql
from xinnong.analytics.county.tables import Table
from xinnong.analytics.county.truth import Book
from xinnong.analytics.linking.live import LakeFile

NAMING = ("person", "residence", "field_form.member", "hukou_member", "marriage")
LOADED_AT = "TIMESTAMP '2026-11-20 03:00:00'"


@dataclass(frozen=True, slots=True)
class StraightLake:
    """Where a county lies: its deliveries, its areas, and the truth beside it."""

    files: tuple[LakeFile, ...]
    areas: Path
    truth: Path
    as_of: date
    rows: int


def build(folder: Path, *, households: int, seed: int = 1) -> StraightLake:
    """Write the lake of a county once; the same folder again is read back."""
    index = folder / "index.json"
    if not index.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "truth").mkdir(exist_ok=True)
        entries = _write(folder, households, seed)
        index.write_text(json.dumps(entries))
    entries = json.loads(index.read_text())
    files = tuple(_lake_file(folder, entry) for entry in entries)
    return StraightLake(
        files, folder / "areas.parquet", folder / "truth", AS_OF, sum(e["rows"] for e in entries)
    )


def _lake_file(folder: Path, entry: dict[str, object]) -> LakeFile:
    name = str(entry["class"])
    path = folder / f"{entry['batch']}.parquet"
    vault = folder / f"{entry['batch']}.vault.parquet"
    as_of = date.fromisoformat(str(entry["as_of"]))
    return LakeFile(
        int(str(entry["batch"])), name, path, vault if vault.exists() else None, as_of,
        datetime(2026, 11, 20, 3), load_contracts()[name].mode,
    )  # fmt: skip


def _write(folder: Path, households: int, seed: int) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = []
    places = lay_out(households, seed)
    with duckdb.connect(config={"threads": "2", "memory_limit": "1500MB"}) as con:
        book = Book(folder / "truth")
        for part in parts(places):
            world = build_world(seed, places, part, AS_OF)
            book.append(con, world)
            for delivery in deliveries(AS_OF):
                entry = _deliver(con, folder, delivery, delivery.build(world), len(entries) + 1)
                entries.append(entry)
        book.finish(con, [])
        _write_areas(con, folder / "areas.parquet")
    return entries


def _deliver(
    con: duckdb.DuckDBPyConnection, folder: Path, delivery: Delivery, table: Table, batch: int
) -> dict[str, object]:
    contract = load_contracts()[delivery.class_name]
    con.register("clean_rows", table.arrays())
    text = ", ".join(
        f'{clean_sql(f, table.columns[f.name], Style())} AS "{f.name}"' for f in contract.fields
    )
    source = f"(SELECT {text}, row_number() OVER () AS row_no FROM clean_rows)"
    tail = {
        "as_of": f"DATE '{delivery.as_of}'", "batch": str(batch), "row": "CAST(row_no AS INTEGER)",
        "row_hash": "CAST(0 AS UBIGINT)", "loaded_at": LOADED_AT,
    }  # fmt: skip
    own = {f.lake_name: _typed(f) for f in contract.fields if f.lake_name is not None}
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in {**tail, **own}.items())
    _copy(con, f"SELECT {columns} FROM {source}", folder / f"{batch}.parquet")
    if contract.name in NAMING:
        _copy(con, _vault_sql(contract, source, tail), folder / f"{batch}.vault.parquet")
    con.unregister("clean_rows")
    return {
        "batch": batch,
        "class": contract.name,
        "as_of": str(delivery.as_of),
        "rows": table.rows,
    }


def _typed(field: Field) -> str:
    name = f'"{field.name}"'
    match field.kind:
        case "rid":
            return f"CAST(md5({name}) AS UUID)"
        case "money":
            scale = 1_000_000 if field.scale == "wan" else 100
            return f"CAST(CAST({name} AS DECIMAL(18, 6)) * {scale} AS BIGINT)"
        case "bool":
            return f"{name} = '是'"
        case _:
            return f"CAST({name} AS {field.lake_type})"


def _vault_sql(contract: Contract, source: str, tail: dict[str, str]) -> str:
    held = [f for f in contract.fields if f.name in ("rid", "name", "phone", "address")]
    values = ", ".join(f'CAST("{f.name}" AS VARCHAR) AS {f.name}' for f in held)
    return (
        f"SELECT CAST(md5(rid) AS UUID) AS person_key, {values}, {tail['as_of']} AS as_of, "
        f"CAST({tail['batch']} AS BIGINT) AS batch FROM {source} WHERE rid IS NOT NULL"
    )


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)").fetchall()


def _write_areas(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    con.execute(
        "CREATE TABLE area (code VARCHAR, parent VARCHAR, level VARCHAR, retired_to VARCHAR)"
    )
    con.executemany(
        "INSERT INTO area VALUES (?, ?, ?, ?)",
        [[row.code12, row.parent, row.level, row.retired_to] for row in areas()],
    )
    _copy(con, "SELECT * FROM area", path)
