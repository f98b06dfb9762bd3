"""Write a synthetic county: the files of eight departments and the truth behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from xinnong.analytics.county import economy, people, personas, truth
from xinnong.analytics.county.deliveries import deliveries
from xinnong.analytics.county.outputs import Output
from xinnong.analytics.county.places import Part, Places, lay_out, parts
from xinnong.analytics.county.world import World
from xinnong.analytics.county.writing import zip_together

Progress = Callable[[int, int], None]
MAX_HOUSEHOLDS: Final = 1_000_000
EPOCH: Final = date(1970, 1, 1)
AS_OF: Final = date(2026, 9, 30)
"""The data date of a county that names none: end of September, as in the founding page."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written: rows count data rows, repeated files included."""

    files: tuple[Path, ...]
    households: int
    persons: int
    rows: int
    planted: int


def generate(
    *,
    households: int,
    seed: int,
    out: Path,
    as_of: date = AS_OF,
    clean: bool = False,
    progress: Progress | None = None,
) -> Generated:
    """Write the files of a county of `households` into `out`, and the truth into out/truth.

    The same arguments give the same bytes. `out` is made if needed and must hold no files.
    `progress` is told (steps done, steps in all). Raises ValueError for a size outside
    1 … 1,000,000 or a folder that is not empty.
    """
    _check(households, out)
    (out / "truth").mkdir(parents=True, exist_ok=True)
    places = lay_out(households, seed)
    outputs = [Output(item, out, seed, not clean) for item in deliveries(as_of)]
    with duckdb.connect(config={"threads": "2", "memory_limit": "1200MB"}) as con:
        book = truth.Book(out / "truth")
        steps = _Steps(len(parts(places)) * (len(outputs) + 1), progress)
        for part in parts(places):
            world = build_world(seed, places, part, as_of)
            book.append(con, world)
            steps.next()
            _write_part(con, outputs, world, steps)
        for output in outputs:
            output.finish()
        book.finish(con, outputs)
    files = _pack(out, outputs)
    return Generated(
        files, households, book.persons,
        sum(file.rows for output in outputs for file in output.files), book.planted,
    )  # fmt: skip


def build_world(seed: int, places: Places, part: Part, as_of: date) -> World:
    """Return one part of the county with its people and their latent economy."""
    today = (as_of - EPOCH).days
    households, families = people.settle(seed, places, part)
    cast = personas.choose(places, part, households)
    personas.shape_families(cast, households, families)
    everyone = people.populate(seed, part, households, families, today)
    personas.name_heads(cast, everyone)
    jobs, state = economy.live(seed, part.number, places, households, everyone, today)
    personas.shape_economy(cast, everyone, jobs, state)
    spared = np.isin(everyone.household, list(cast.values()))
    return World(seed, part, places, today, households, everyone, jobs, state, spared, cast)


def _check(households: int, out: Path) -> None:
    if not 1 <= households <= MAX_HOUSEHOLDS:
        raise ValueError(f"households must lie between 1 and {MAX_HOUSEHOLDS}")
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"the folder is not empty: {out}")


def _write_part(
    con: duckdb.DuckDBPyConnection, outputs: Sequence[Output], world: World, steps: _Steps
) -> None:
    for output in outputs:
        table = output.delivery.build(world)
        output.append(con, table, world.places, world.part.number)
        steps.next()


def _pack(out: Path, outputs: Sequence[Output]) -> tuple[Path, ...]:
    """Put the files that travel together into their zip; return what lies in the folder."""
    members: dict[str, list[Path]] = {}
    for output in outputs:
        for file in output.files:
            if output.delivery.zipped:
                members.setdefault(output.delivery.zipped, []).append(file.path)
    for name, paths in members.items():
        zip_together(out / name, paths)
    return tuple(sorted(path for path in out.iterdir() if path.is_file()))


class _Steps:
    """Counts steps for a progress bar."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def next(self) -> None:
        """Report one more step done."""
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)
