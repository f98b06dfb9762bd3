"""The live view of a class: what its deliveries say today, or said at an earlier moment.

A full delivery replaces everything before it. Delta deliveries are united: for a key that came
more than once the newest as-of date wins, then the larger batch number, never the arrival. What
was not yet loaded at the moment asked for does not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from xinnong.analytics.contracts.declarations import Contract, Field
from xinnong.analytics.engine import Engine


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One accepted delivery in the lake."""

    batch: int
    class_name: str
    path: Path
    vault_path: Path | None
    as_of: date
    loaded_at: datetime
    mode: Literal["full", "delta"]


def table_name(class_name: str) -> str:
    """Write a class name as an SQL name: field_form.asset is field_form_asset."""
    return class_name.replace(".", "_")


def live_files(
    files: Sequence[LakeFile], *, as_of: date, known_at: datetime | None = None
) -> tuple[LakeFile, ...]:
    """Choose the deliveries of one class that count on a date, as known at a moment."""
    seen = [file for file in files if file.as_of <= as_of]
    if known_at is not None:
        seen = [file for file in seen if file.loaded_at <= known_at]
    fulls = [file.as_of for file in seen if file.mode == "full"]
    newest_full = max(fulls, default=date.min)
    return tuple(sorted((f for f in seen if f.as_of >= newest_full), key=lambda f: f.batch))


def quoted_name(field: Field) -> str:
    """Write the lake column of a field, quoted because some are words of SQL."""
    return f'"{field.lake_name}"'


def add_live_view(engine: Engine, contract: Contract, files: Sequence[LakeFile]) -> None:
    """Make `live_<class>` readable, and `old_<class>` where deliveries overlap.

    Without any delivery the view is empty but has the contract's columns.
    """
    name = table_name(contract.name)
    if not files:
        engine.step(f"live_{name}", _empty(contract))
        return
    engine.source(f"raw_{name}", [file.path for file in files])
    days = {file.as_of for file in files}
    if len(days) == 1 or not contract.key or not _repeated_keys(engine, contract, name):
        engine.view(f"live_{name}", f"SELECT * FROM raw_{name}")
        return
    _dated(engine, name, files)
    _set_older_apart(engine, contract, name)


def _empty(contract: Contract) -> str:
    columns = ", ".join(
        f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in contract.lake_columns()
    )
    return f"SELECT {columns} WHERE FALSE"


def _key_hash(contract: Contract) -> str:
    """One number for a whole key; two keys may share one, which costs a look, never a row."""
    return f"HASH({', '.join(map(quoted_name, contract.key))})"


def _repeated_keys(engine: Engine, contract: Contract, name: str) -> int:
    """Make `repeated_<class>`: hashes of keys that came more than once; return how many."""
    return engine.step(
        f"repeated_{name}",
        f"SELECT key_hash FROM (SELECT {_key_hash(contract)} AS key_hash FROM raw_{name}) AS keys"
        " GROUP BY key_hash HAVING COUNT(*) > 1",
    )


def _dated(engine: Engine, name: str, files: Sequence[LakeFile]) -> None:
    ordered = sorted(files, key=lambda file: (file.as_of, file.batch))
    engine.constants(
        f"batches_{name}",
        {"batch": "BIGINT", "turn": "INTEGER"},
        [(file.batch, turn) for turn, file in enumerate(ordered)],
    )


def _set_older_apart(engine: Engine, contract: Contract, name: str) -> None:
    """Decide only among rows whose key came again; all others are live as they stand."""
    keys = ", ".join(f"k.{quoted_name(field)}" for field in contract.key)
    again = f"""SELECT r.*, b.turn, {_key_hash(contract)} IN (SELECT key_hash FROM repeated_{name}) AS again
FROM raw_{name} AS r JOIN batches_{name} AS b ON b.batch = r.batch"""
    engine.step(
        f"older_{name}",
        f"""SELECT batch, "row" FROM (SELECT k.batch, k."row", k.turn,
    MAX(k.turn) OVER (PARTITION BY {keys}) AS newest FROM ({again}) AS k WHERE again) AS ranked
WHERE turn < newest""",
    )
    joined = f"""FROM raw_{name} AS r LEFT JOIN older_{name} AS n
ON n."row" = r."row" AND n.batch = r.batch"""
    engine.view(f"live_{name}", f"SELECT r.* {joined} WHERE n.batch IS NULL")
    engine.view(f"old_{name}", f"SELECT r.* {joined} WHERE n.batch IS NOT NULL")
