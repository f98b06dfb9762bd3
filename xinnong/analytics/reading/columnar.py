"""Parquet, through DuckDB, in slices of bounded size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb

from xinnong.analytics.contracts import Contract
from xinnong.analytics.reading.headers import Mapped, map_columns
from xinnong.analytics.reading.limits import (
    COLUMNS,
    LINE_CHARS,
    PARQUET_CHUNK_ROWS,
    PARQUET_ROW_BYTES,
    PARQUET_ROWS,
)
from xinnong.analytics.reading.marks import (
    CELL_END,
    CONTROL,
    LINE_BREAK,
    NESTED,
    NUL,
    ROW_PROBLEM,
)
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import Chunk, Facts, sha256_of

_PLAIN: Final = (
    "VARCHAR", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT",
    "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP",
    "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "UUID", "TIME", "ENUM",
)  # fmt: skip
_MEMORY: Final = "600MB"


class ParquetSource:
    """A Parquet file; every column becomes text."""

    def __init__(self, path: Path) -> None:
        """Read the schema; FileRefused where the file is damaged or absurd."""
        self.path = path
        self.duck = duckdb.connect(
            config={
                "threads": 2,
                "memory_limit": _MEMORY,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        described = self._ask(f"DESCRIBE SELECT * FROM {self._table}")
        self.types = {str(name): str(kind) for name, kind, *_ in described}
        if len(self.types) > COLUMNS:
            raise FileRefused("file.columns", columns=len(self.types), limit=COLUMNS)
        counted = self._ask(f"SELECT count(*) FROM {self._table}")
        self.rows = int(str(counted[0][0]))
        if self.rows > PARQUET_ROWS:
            raise FileRefused("parquet.bomb", rows=self.rows)
        self.facts = Facts("parquet", tuple(self.types), path.stat().st_size)

    def mapped(self, contract: Contract) -> Mapped:
        """Give each field its column."""
        return map_columns(contract, self.facts.header)

    @property
    def _table(self) -> str:
        return f"read_parquet({_lit(str(self.path))})"

    def _ask(self, query: str) -> list[tuple[object, ...]]:
        try:
            return self.duck.execute(query).fetchall()
        except duckdb.Error as broken:
            raise FileRefused("parquet.corrupt") from broken

    def chunks(self, folder: Path) -> Iterator[Chunk]:
        """Write the rows as canonical text, a fixed number at a time."""
        self.facts.sha256 = sha256_of(self.path)
        cells = ", ".join(_cell(name, kind) for name, kind in self.types.items())
        starts = range(0, max(self.rows, 1), PARQUET_CHUNK_ROWS)
        for number, start in enumerate(starts):
            slice_ = f"file_row_number BETWEEN {start} AND {start + PARQUET_CHUNK_ROWS - 1}"
            rows = min(PARQUET_CHUNK_ROWS, self.rows - start)
            self._refuse_bomb(slice_, rows)
            path = folder / f"chunk{number}.txt"
            long = f"{_lit(ROW_PROBLEM + 'l')} || substr(line, 1, 200)"
            self._ask(
                f"COPY (SELECT CASE WHEN length(line) > {LINE_CHARS} THEN {long} ELSE line END "
                f"FROM (SELECT concat_ws({_lit(CELL_END)}, {cells}) AS line FROM "
                f"read_parquet({_lit(str(self.path))}, file_row_number = true) WHERE {slice_})) "
                f"TO {_lit(str(path))} (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', "
                f"DELIMITER {_lit(chr(1))})"
            )
            done = self.facts.size_bytes * (start + rows) // max(self.rows, 1)
            yield Chunk(path, rows, done)
        self.duck.close()

    def _refuse_bomb(self, slice_: str, rows: int) -> None:
        """Refuse a slice whose text would be absurd; lengths cost little, dictionaries even less."""
        texts = [f"sum(strlen({_name(n)}))" for n, kind in self.types.items() if kind == "VARCHAR"]
        if not texts:
            return
        found = self._ask(
            f"SELECT {', '.join(texts)} FROM "
            f"read_parquet({_lit(str(self.path))}, file_row_number = true) WHERE {slice_}"
        )
        total = sum(int(str(value)) for value in found[0] if value is not None)
        if total > PARQUET_ROW_BYTES * max(rows, 1):
            raise FileRefused("parquet.bomb", bytes=total)


def _cell(column: str, kind: str) -> str:
    source = _name(column)
    if kind.split("(", maxsplit=1)[0] not in (*_PLAIN, "DECIMAL") or kind.endswith("]"):
        return f"CASE WHEN {source} IS NULL THEN '' ELSE {_lit(NESTED)} END"
    text = f"CAST({source} AS VARCHAR)"
    if kind == "BOOLEAN":
        text = f"CASE WHEN {source} THEN '是' WHEN NOT {source} THEN '否' END"
    elif kind.startswith("TIMESTAMP"):
        text = f"regexp_replace({text}, ' 00:00:00$', '')"
    elif kind in ("FLOAT", "DOUBLE"):
        text = f"regexp_replace({text}, '[.]0$', '')"
    elif kind == "VARCHAR":
        text = _marked(source)
    return f"coalesce({text}, '')"


def _marked(source: str) -> str:
    plain = f"replace(replace({source}, chr(13) || chr(10), chr(10)), chr(10), {_lit(LINE_BREAK)})"
    clear = (
        f"regexp_replace(regexp_replace({plain}, '\\x00', {_lit(NUL)}, 'g'), "
        f"'[\\x01-\\x08\\x0b-\\x1b\\x1d\\x1f\\x7f]', {_lit(CONTROL)}, 'g')"
    )
    odd = f"regexp_matches({source}, '[\\x00-\\x08\\x0a-\\x1f\\x7f]')"
    return f"CASE WHEN {odd} THEN {clear} ELSE {source} END"


def _lit(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
