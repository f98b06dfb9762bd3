"""A small lake for one household: what its departments and its own form said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import duckdb

from xinnong.analytics.results import INDEX_NAME

WHEN = "DATE '2026-09-30' AS as_of, TIMESTAMP '2026-10-02 02:00:00' AS loaded_at"
LATER = "DATE '2026-10-31' AS as_of, TIMESTAMP '2026-11-02 02:00:00' AS loaded_at"
LONG_AGO = "DATE '2024-01-31' AS as_of, TIMESTAMP '2024-02-02 02:00:00' AS loaded_at"


def vehicle(plate: str, fen: int, when: str, row: int) -> str:
    """A car of the register."""
    return (
        f"4::BIGINT AS batch, {row} AS row, {when}, '{plate}' AS plate, '小型客车' AS kind,"
        f" DATE '2019-05-01' AS registered_on, {fen}::BIGINT AS price_minor, '正常' AS state"
    )


def form_asset(fen: int) -> str:
    """A vehicle as the family wrote it into the field form."""
    return (
        f"9::BIGINT AS batch, 3 AS row, {WHEN}, 'F1' AS form_no, 1 AS seq, '交通工具' AS kind,"
        f" 1.0 AS quantity, {fen}::BIGINT AS value_minor"
    )


def loan(lender: str, fen: int) -> str:
    """A loan of one lender."""
    return (
        f"7::BIGINT AS batch, 5 AS row, {WHEN}, '{lender}' AS institution, 'C1' AS contract_no,"
        f" '普惠贷' AS product, {fen}::BIGINT AS principal_minor, {fen}::BIGINT AS balance_minor"
    )


def contested(winner: str, loser: str, rule: str) -> str:
    """Two classes that disagree about the value of the vehicles."""
    rows = [
        f"SELECT 'vehicle_value' AS field, '{name}' AS source_class, {won} AS won, '{rule}' AS rule"
        for name, won in ((winner, True), (loser, False))
    ]
    return f"* FROM ({' UNION ALL '.join(rows)})"


def lay(folder: Path, household: int, person: UUID, rows: Mapping[str, Sequence[str]]) -> None:
    """Write rows of classes (`old_` before what was superseded) as the refresh leaves them."""
    folder.mkdir(parents=True)
    index = {}
    with duckdb.connect() as duck:
        for name, selects in rows.items():
            own = f"{household}::BIGINT AS household_no, '{person}' AS person_key"
            union = " UNION ALL ".join(f"SELECT {own}, {select}" for select in selects)
            duck.execute(f"COPY ({union}) TO '{folder / name}.parquet' (FORMAT parquet)")
            index[name] = [[household, household, f"{name}.parquet"]]
    (folder / INDEX_NAME).write_text(json.dumps(index))
