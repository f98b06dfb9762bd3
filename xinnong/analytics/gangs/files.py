"""Event and activity files: Parquet in the columns of the feeds, read in pieces and written whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from xinnong.analytics.engine import quoted
from xinnong.analytics.gangs.simulate import Simulation, Truth
from xinnong.core.detection.events import Activity, Event

EVENT_COLUMNS: Final = (
    "event_id", "at", "kind", "source", "platform", "phone", "device", "ip", "address", "agent",
    "village", "own_handset", "activity", "ok",
)  # fmt: skip
ACTIVITY_COLUMNS: Final = ("activity", "village", "from", "to", "agents")
INSTANTS: Final = frozenset({"at", "from", "to"})
FLAGS: Final = frozenset({"own_handset", "ok"})
PIECE: Final = 20_000
LONGEST_ID: Final = 200


class BrokenFile(Exception):
    """A file that holds no events or activities; `why` names the column and what it must be."""

    def __init__(self, path: Path, why: str) -> None:
        """Keep the file's name and the reason."""
        super().__init__(f"{path.name}: {why}")


class EventFile:
    """Events of a Parquet file, in the file's order, a piece in memory at a time.

    `rows` is how many the file holds; `broken` counts, once all were read, the rows without a number, an
    instant or a kind, or with an id of more than 200 letters.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises BrokenFile where it is none, or a column is missing or wrong."""
        self.path = path
        self.rows = _opened(path, EVENT_COLUMNS)
        self.broken = 0

    def __iter__(self) -> Iterator[Event]:
        """The events."""
        columns = ", ".join(_read(name) for name in EVENT_COLUMNS)
        with duckdb.connect() as connection:
            try:
                connection.execute(f"SELECT {columns} FROM read_parquet(?)", [str(self.path)])
                while rows := connection.fetchmany(PIECE):
                    yield from self._whole(rows)
            except duckdb.Error as error:
                raise BrokenFile(self.path, _first_line(error)) from None

    def _whole(self, rows: Sequence[tuple[Any, ...]]) -> Iterator[Event]:
        for row in rows:
            if row[0] is None or row[1] is None or row[2] is None or len(row[0]) > LONGEST_ID:
                self.broken += 1
            else:
                yield Event(*row)


def read_activities(path: Path) -> list[Activity]:
    """The approved activities of a Parquet file. Raises BrokenFile."""
    _opened(path, ACTIVITY_COLUMNS)
    columns = ", ".join(_read(name) for name in ACTIVITY_COLUMNS)
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                f"SELECT {columns} FROM read_parquet(?)", [str(path)]
            ).fetchall()
        except duckdb.Error as error:
            raise BrokenFile(path, _first_line(error)) from None
    for row in rows:
        if any(value is None for value in row[:4]) or row[2] >= row[3]:
            raise BrokenFile(
                path, "an activity needs its number, a village, and an end after its start"
            )
    return [
        Activity(number, village, starts, ends, frozenset(filter(None, agents or ())))
        for number, village, starts, ends, agents in rows
    ]


def write_simulation(simulation: Simulation, folder: Path) -> tuple[Path, Path, Path]:
    """Write events.parquet, activities.parquet and truth.json into a folder; answers their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    events, activities, truth = (
        folder / name for name in ("events.parquet", "activities.parquet", "truth.json")
    )
    _write_events(simulation.events, events)
    write_activities(simulation.activities, activities)
    truth.write_text(json.dumps(asdict(simulation.truth), ensure_ascii=False), encoding="utf-8")
    return events, activities, truth


def read_truth(path: Path) -> Truth:
    """The truth as it was written."""
    told = json.loads(path.read_text(encoding="utf-8"))
    return Truth(
        {phone: (gang, at) for phone, (gang, at) in told["victims"].items()},
        tuple((at, phone, platform) for at, phone, platform in told["accounts"]),
        tuple((at, village, gang) for at, village, gang in told["arrivals"]),
        told["legitimate"],
    )


def write_activities(activities: Sequence[Activity], path: Path) -> None:
    """Write activities as replays read them."""
    with duckdb.connect() as connection:
        connection.execute(
            'CREATE TABLE listed(activity TEXT, village TEXT, "from" BIGINT, "to" BIGINT, agents TEXT[])'
        )
        for each in activities:
            connection.execute(
                "INSERT INTO listed VALUES (?, ?, ?, ?, ?)",
                [each.activity, each.village, each.starts, each.ends, sorted(each.agents)],
            )
        listed = ", ".join(_written(name) for name in ACTIVITY_COLUMNS)
        connection.execute(f"COPY (SELECT {listed} FROM listed) TO {quoted(path)} (FORMAT parquet)")


# ---------------------------------------------------------------- inside


def _opened(path: Path, columns: Sequence[str]) -> int:
    """Hold a file to its columns; answers its rows."""
    if not path.is_file():
        raise BrokenFile(path, "there is no such file")
    with duckdb.connect() as connection:
        try:
            told = connection.execute(
                "DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]
            ).fetchall()
            rows = connection.execute(
                "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(path)]
            ).fetchone()
        except duckdb.Error as error:
            raise BrokenFile(path, f"it is no Parquet file ({_first_line(error)})") from None
    types = {row[0]: str(row[1]) for row in told}
    for name in columns:
        if name not in types:
            raise BrokenFile(path, f"the column {name} is missing; it needs {', '.join(columns)}")
        if name in INSTANTS and not types[name].startswith("TIMESTAMP"):
            raise BrokenFile(path, f"the column {name} must be a timestamp, it is {types[name]}")
        if name in FLAGS and types[name] not in {"BOOLEAN", '"NULL"', "INTEGER"}:
            raise BrokenFile(path, f"the column {name} must be true or false, it is {types[name]}")
        if name == "agents" and types[name] != "VARCHAR[]":
            raise BrokenFile(
                path, f"the column agents must be a list of texts, it is {types[name]}"
            )
    return int(rows[0]) if rows and rows[0] else 0


def _read(name: str) -> str:
    if name in INSTANTS:
        return f'epoch_us("{name}")'
    if name in FLAGS:
        return f'CAST("{name}" AS BOOLEAN)'
    return f'"{name}"' if name == "agents" else f'CAST("{name}" AS VARCHAR)'


def _write_events(events: Sequence[Event], path: Path) -> None:
    columns = {name: _column(events, name) for name in EVENT_COLUMNS}
    listed = ", ".join(_written(name) for name in EVENT_COLUMNS)
    with duckdb.connect() as connection:
        connection.register("columns", columns)
        connection.execute(
            f"COPY (SELECT {listed} FROM columns) TO {quoted(path)} (FORMAT parquet)"
        )


def _column(events: Sequence[Event], name: str) -> Any:
    values = [getattr(each, name) for each in events]
    if name in INSTANTS:
        return np.array(values, dtype=np.int64)
    if name in FLAGS:
        return np.array([-1 if value is None else int(value) for value in values], dtype=np.int8)
    return np.array(values, dtype=object)


def _written(name: str) -> str:
    if name in INSTANTS:
        return f'make_timestamptz("{name}") AS "{name}"'
    if name in FLAGS:
        return f'CASE "{name}" WHEN 1 THEN true WHEN 0 THEN false END AS "{name}"'
    return f'"{name}"' if name == "agents" else f'CAST("{name}" AS VARCHAR) AS "{name}"'


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:200]
