"""Carry result tables from DuckDB into PostgreSQL, set-based, inside the caller's transaction.

PostgreSQL refuses COPY FROM into a table under row-level security, so rows are copied into a
temporary table first and the app that owns the target moves them with one INSERT … SELECT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    import duckdb

CHUNK_BYTES = 1 << 20


class CopyWriter(Protocol):
    """What psycopg's COPY object offers."""

    def write(self, buffer: bytes, /) -> None:
        """Send bytes to the server."""

    def write_row(self, row: Sequence[object], /) -> None:
        """Send one row."""

    def __iter__(self) -> Iterator[bytes]:
        """Chunks of a COPY to the client."""

    def __enter__(self) -> Self:
        """Begin the COPY."""

    def __exit__(self, *exc: object) -> None:
        """End it, or cancel it when an exception passes."""


class Cursor(Protocol):
    """The part of a psycopg cursor (also through Django's wrapper) that loading needs."""

    @property
    def rowcount(self) -> int:
        """Rows touched by the last statement."""

    def execute(self, sql: str, params: Sequence[object] | Mapping[str, object] = ...) -> object:
        """Run one statement."""

    def fetchall(self) -> list[tuple[object, ...]]:
        """All rows of the last statement."""

    def copy(self, statement: str) -> CopyWriter:
        """Open a COPY."""


class Loader:
    """One publish: a DuckDB connection to read from, a PostgreSQL cursor to write to.

    `folder` holds the hand-over files (CSV, removed as soon as they are read); it must be private
    to the process, because names pass through it.
    """

    def __init__(self, duck: duckdb.DuckDBPyConnection, cursor: Cursor, folder: Path) -> None:
        self.duck = duck
        self.cursor = cursor
        self.folder = folder

    def stage(self, name: str, columns: Mapping[str, str], query: str) -> int:
        """Create temporary table `name` and fill it with `query`; return its row count.

        `columns` maps column name to PostgreSQL type, in the order `query` returns them.
        """
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.cursor.execute(f"CREATE TEMPORARY TABLE {name} ({declared}) ON COMMIT DROP")
        self.append(name, tuple(columns), query)
        self.cursor.execute(f"ANALYZE {name}")
        self.cursor.execute(f"SELECT count(*) FROM {name}")
        counted = self.cursor.fetchall()[0][0]
        assert isinstance(counted, int)
        return counted

    def append(self, name: str, columns: Sequence[str], query: str) -> None:
        """Copy the rows of `query` into the staging table `name`."""
        path = self.folder / f"{name}.csv"
        try:
            self.duck.execute(
                f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER false, NULLSTR '', "
                "QUOTE '\"', ESCAPE '\"')"
            ).fetchall()
            self._send(path, f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT csv)")
        finally:
            path.unlink(missing_ok=True)

    def stage_rows(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[object]]
    ) -> int:
        """Create temporary table `name` and fill it from Python; return its row count."""
        declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.cursor.execute(f"CREATE TEMPORARY TABLE {name} ({declared}) ON COMMIT DROP")
        copied = 0
        with self.cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for copied, row in enumerate(rows, 1):  # noqa: B007 - the count is what stays
                copy.write_row(row)
        self.cursor.execute(f"ANALYZE {name}")
        return copied

    def fetch(self, name: str, query: str) -> Path:
        """Write the rows of a PostgreSQL query to a CSV file in the folder and return its path."""
        path = self.folder / f"{name}.csv"
        with (
            path.open("wb") as target,
            self.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as rows,
        ):
            for chunk in rows:
                target.write(chunk)
        return path

    def _send(self, path: Path, statement: str) -> None:
        with path.open("rb") as source, self.cursor.copy(statement) as copy:
            while chunk := source.read(CHUNK_BYTES):
                copy.write(chunk)

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run one statement in PostgreSQL; return the rows it touched."""
        self.cursor.execute(sql, params)
        return self.cursor.rowcount


def array_literal(column: str) -> str:
    """DuckDB expression that writes a list column as a PostgreSQL array literal."""
    return f"'{{' || array_to_string({column}, ',') || '}}'"


def array_of(columns: Sequence[str]) -> str:
    """DuckDB expression that writes columns, without those that are NULL, as an array literal."""
    return f"'{{' || concat_ws(',', {', '.join(columns)}) || '}}'"
