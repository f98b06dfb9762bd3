"""One DuckDB connection that materialises every step to Parquet, bounded in memory.

A step is one SELECT. Its result is written under a temporary name and renamed, with a fingerprint
of its text and of everything it reads; a later run with the same fingerprint reads the file
instead of computing it again, so a killed refresh continues where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import re
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import duckdb

ENGINE_VERSION = 2
WHOLE_OPTIONS = "ROW_GROUP_SIZE 24576"
NUMBERS_OPTIONS = f"{WHOLE_OPTIONS}, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1"
"""Delta encoding instead of dictionaries: wide tables of numbers are written once and read once."""
PIECE_OPTIONS = "ROW_GROUP_SIZE 20480, FILE_SIZE_BYTES '1500KB'"
"""A piece holds a few row groups: opening one household costs a footer and one or two groups."""
KIB_PER_MB = 1024
_WORD = re.compile(r"[a-z_][a-z0-9_]*")
_SUM = re.compile(r"\bSUM\(")

OnStage = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of a refresh cost: wall seconds, rows written, peak resident memory."""

    name: str
    seconds: float
    rows: int
    peak_mb: int


def quoted(path: Path | str) -> str:
    """Write a file name as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"


def coded(values: Iterable[str]) -> str:
    """Name the type of a text that is one of a few codes: stored as places in a list, not hashed."""
    listed = ", ".join(f"'{value}'" for value in dict.fromkeys(values))
    return f"ENUM({listed})" if listed else "VARCHAR"


class Engine:
    """Named steps over Parquet in `workdir`; close it, or use it as a context manager.

    `memory_limit` is DuckDB's own ("3GB"); what does not fit spills into `workdir`/tmp.
    """

    def __init__(self, workdir: Path, *, memory_limit: str, threads: int) -> None:
        self.workdir = workdir
        self.steps = workdir / "steps"
        self.steps.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.stages: list[Stage] = []
        self.timings: dict[str, float] = {}
        self._fingerprints: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._rows = 0
        self.con = duckdb.connect(
            config={
                "memory_limit": memory_limit,
                "threads": str(threads),
                "temp_directory": str(workdir / "tmp"),
                "preserve_insertion_order": "false",
            }
        )

    def __enter__(self) -> Self:
        """Return the open engine."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the connection and drop what was spilled."""
        self.close()

    def close(self) -> None:
        """Close the connection and drop what was spilled; finished steps stay for the next run."""
        self.con.close()
        shutil.rmtree(self.workdir / "tmp", ignore_errors=True)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Run one statement and fetch all of its result."""
        return self.con.execute(sql).fetchall()

    def count(self, name: str) -> int:
        """Rows of a step or source."""
        counted = self.query(f"SELECT COUNT(*) FROM {name}")[0][0]
        assert isinstance(counted, int)
        return counted

    def columns(self, name: str) -> dict[str, str]:
        """Column names of a step, source or SELECT, with their DuckDB types."""
        return {str(row[0]): str(row[1]) for row in self.query(f"DESCRIBE {name}")}

    def whole_numbers(self, sql: str) -> tuple[str, list[str]]:
        """Rewrite a SELECT so that its sums are BIGINT, and return it with its column names.

        Parquet has no wider integer and would turn sums into doubles.
        """
        columns = self.columns(sql)
        if "HUGEINT" not in columns.values():
            return sql, list(columns)
        cast = ", ".join(
            f'CAST("{name}" AS BIGINT) AS "{name}"' if kind == "HUGEINT" else f'"{name}"'
            for name, kind in columns.items()
        )
        return f"SELECT {cast} FROM ({sql}) AS summed", list(columns)

    def has(self, name: str) -> bool:
        """Whether a step or source of this name exists."""
        return name in self._fingerprints

    def source(self, name: str, paths: Sequence[Path], *, read: str | None = None) -> None:
        """Make immutable files readable as `name`: Parquet, or whatever `read` says to scan."""
        assert paths, name
        parts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
        self._fingerprints[name] = _digest(["source", json.dumps(parts)])
        self._view(name, paths, read)

    def constants(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[object]]
    ) -> int:
        """Write a small table given in Python; `columns` maps names to DuckDB types."""
        typed = ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in columns.items())
        named = ", ".join(columns)
        cells = ", ".join(
            "("
            + ", ".join(
                f"CAST({_literal(v)} AS {kind})"
                for v, kind in zip(row, columns.values(), strict=True)
            )
            + ")"
            for row in rows
        )
        body = (
            f"SELECT {named} FROM (VALUES {cells}) AS given ({named})"
            if rows
            else f"SELECT {typed} WHERE FALSE"
        )
        return self.step(name, body)

    def view(self, name: str, sql: str) -> None:
        """Name a SELECT without storing it, for what a single later step reads."""
        assert not _SUM.search(sql), f"{name}: only a step or what is held knows its sums"
        self._fingerprints[name] = self._fingerprint(sql)
        self.query(f"CREATE OR REPLACE VIEW {name} AS {sql}")

    @contextmanager
    def holding(self, selects: Mapping[str, str]) -> Iterator[None]:
        """Keep named SELECTs, each of which may name those before it, in memory for some steps.

        Each is computed when the first unfinished step inside reads it, and never if all are
        finished. Memory is bounded as in any statement: what does not fit spills.
        """
        for name, sql in selects.items():
            self._fingerprints[name] = self._fingerprint(sql)
            self._texts[name] = sql
            self._waiting.add(name)
        yield
        for name in selects:
            if name not in self._waiting:
                self.query(f"DROP TABLE {name}")
            self._waiting.discard(name)
            del self._fingerprints[name], self._texts[name]

    def step(
        self, name: str, sql: str, *, sorted_pieces: bool = False, of_numbers: bool = False
    ) -> int:
        """Materialise one SELECT as `name` and return its rows; reuse it if nothing changed.

        With `sorted_pieces` the rows, which the SELECT must sort, lie in small files one after the
        other, so that a reader of one household opens one of them. `of_numbers`: few of the
        columns are texts.
        """
        started = time.perf_counter()
        path = self.pieces(name) if sorted_pieces else self.path(name)
        note = self.steps / f"{name}.json"
        fingerprint = self._fingerprint(sql)
        rows = _finished_rows(path, note, fingerprint)
        if rows is None:
            whole = NUMBERS_OPTIONS if of_numbers else WHOLE_OPTIONS
            rows = self._write(path, sql, PIECE_OPTIONS if sorted_pieces else whole)
            note.write_text(json.dumps({"fingerprint": fingerprint, "rows": rows}))
        self._fingerprints[name] = fingerprint
        self._view(name, sorted(path.glob("*.parquet")) if sorted_pieces else [path])
        self._rows += rows
        self.timings[name] = time.perf_counter() - started
        return rows

    def pieces(self, name: str) -> Path:
        """Folder of a step stored in sorted pieces."""
        return self.steps / name

    def path(self, name: str) -> Path:
        """Where a step is stored."""
        return self.steps / f"{name}.parquet"

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure the steps inside as one stage."""
        started, self._rows = time.perf_counter(), 0
        reset_peak()
        yield
        seconds = time.perf_counter() - started
        self.stages.append(Stage(name, round(seconds, 3), self._rows, peak_mb()))

    def _write(self, path: Path, sql: str, options: str) -> int:
        self._fill(sql)
        text = self.whole_numbers(sql)[0] if _SUM.search(sql) else sql
        temporary = path.with_suffix(".part")
        _remove(temporary)
        copied = self.query(
            f"COPY ({text}) TO {quoted(temporary)} (FORMAT parquet, COMPRESSION snappy, {options})"
        )
        _remove(path)
        temporary.rename(path)
        rows = copied[0][0]
        assert isinstance(rows, int)
        return rows

    def _fill(self, sql: str) -> None:
        """Compute what a statement reads of the held SELECTs, those they are made of first."""
        for name in sorted(set(_WORD.findall(sql)) & self._waiting):
            if name not in self._waiting:
                continue  # one before it was made of it
            self._waiting.discard(name)
            text = self._texts[name]
            self._fill(text)
            self.query(f"CREATE TABLE {name} AS {text}")

    def _view(self, name: str, paths: Sequence[Path], read: str | None = None) -> None:
        files = ", ".join(quoted(path) for path in paths)
        scan = read or f"read_parquet([{files}], union_by_name = true)"
        self.query(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {scan}")

    def _fingerprint(self, sql: str) -> str:
        """Digest a statement together with every step or source it names."""
        words = sorted(set(_WORD.findall(sql)) & self._fingerprints.keys())
        reads = [f"{word}={self._fingerprints[word]}" for word in words]
        return _digest([str(ENGINE_VERSION), duckdb.__version__, sql, *reads])


def _finished_rows(path: Path, note: Path, fingerprint: str) -> int | None:
    """Rows of a finished step with the same inputs, or None."""
    if not path.exists() or not note.exists():
        return None
    stored = json.loads(note.read_text())
    return int(stored["rows"]) if stored["fingerprint"] == fingerprint else None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else quoted(str(value))


def reset_peak() -> None:
    """Start a new peak of resident memory, where the system allows it (Linux)."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def peak_mb() -> int:
    """Peak resident memory in MB since `reset_peak`, or of the whole process."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KIB_PER_MB
    return int(status.split("VmHWM:")[1].split()[0]) // KIB_PER_MB
