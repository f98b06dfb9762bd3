"""Rows that wait for their person: put aside only because their resident id is broken or missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from xinnong.analytics.engine import quoted
from xinnong.analytics.lake import seal_context
from xinnong.analytics.linking.live import LakeFile, live_files
from xinnong.analytics.sealing import unseal_file
from xinnong.sources.keys import lake_keys

COLUMNS = "class_name VARCHAR, batch BIGINT, row INTEGER, reason VARCHAR"
WAITING = """INSERT INTO pending SELECT ?, batch, row, split_part(split_part(reasons, ';', 1), '=', 2)
FROM read_parquet({clear})"""


def write_pending(
    batches: Sequence[tuple[LakeFile, Path]],
    target: Path,
    *,
    as_of: date,
    known_at: datetime | None,
) -> None:
    """Write class_name, batch, row and reason of every waiting row of live deliveries as Parquet.

    `batches` name each delivery with its sealed pending segment, where it has one. Segments are opened beside
    `target`, one at a time, and removed as soon as they are read.
    """
    clear = target.with_name("pending.clear.parquet")
    with duckdb.connect() as duck:
        duck.execute(f"CREATE TABLE pending ({COLUMNS})").fetchall()
        for file, sealed in _live(batches, as_of=as_of, known_at=known_at):
            _unseal(file, sealed, clear)
            try:
                duck.execute(WAITING.format(clear=quoted(clear)), [file.class_name]).fetchall()
            finally:
                clear.unlink()
        duck.execute(f"COPY pending TO {quoted(target)} (FORMAT parquet)").fetchall()


def _live(
    batches: Sequence[tuple[LakeFile, Path]], *, as_of: date, known_at: datetime | None
) -> list[tuple[LakeFile, Path]]:
    """Choose the deliveries that count, as the engine does: a full one replaces those before."""
    by_class: dict[str, list[LakeFile]] = defaultdict(list)
    for file, _ in batches:
        by_class[file.class_name].append(file)
    live = {
        file.batch
        for files in by_class.values()
        for file in live_files(files, as_of=as_of, known_at=known_at)
    }
    return [(file, sealed) for file, sealed in batches if file.batch in live and sealed.is_file()]


def _unseal(file: LakeFile, sealed: Path, clear: Path) -> None:
    context = seal_context("pending", class_name=file.class_name, batch=file.batch)
    unseal_file(sealed, clear, keys=lake_keys(), context=context)
