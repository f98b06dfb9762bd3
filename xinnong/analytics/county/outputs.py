"""Output files of one delivery: dirt goes in, rows go out, every planted error is noted."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from xinnong.analytics.contracts import Contract, load_contracts
from xinnong.analytics.county.deliveries import Delivery
from xinnong.analytics.county.faults import CONFLICT, DUPLICATE, Planted, eligible, planned, plant
from xinnong.analytics.county.places import Places
from xinnong.analytics.county.randomness import Ints, Random, chance, stream
from xinnong.analytics.county.tables import NOTHING, Table
from xinnong.analytics.county.writing import Layout, Sink, layout, open_sink

ROWS_PER_FILE: Final = 1_000_000
REPEAT_WITHIN: Final = 60.0  # a repeated row follows within so many rows
CONFLICT_KINDS: Final = ("money", "decimal", "mu")


@dataclass(frozen=True, slots=True)
class PlantedRows:
    """Planted errors of one kind in one file; `rows` count data rows from 1."""

    file: str
    planted: Planted
    rows: Ints


@dataclass(slots=True)
class OutputFile:
    """What one finished or growing file holds."""

    path: Path
    class_name: str
    as_of: str
    rows: int = 0
    repeats: str = ""  # name of the file it repeats byte for byte
    zipped: str = ""


@dataclass(slots=True)
class Output:
    """The files of one delivery, in the order they were written."""

    delivery: Delivery
    folder: Path
    seed: int
    dirty: bool
    files: list[OutputFile] = field(default_factory=list)
    planted: list[PlantedRows] = field(default_factory=list)
    _sink: Sink | None = None
    _layout: Layout | None = None
    _sums: dict[str, int] = field(default_factory=dict)

    def append(
        self, con: duckdb.DuckDBPyConnection, table: Table, places: Places, part: int
    ) -> None:
        """Write the rows of one part, with dirt unless a clean county was asked for."""
        contract = load_contracts()[self.delivery.class_name]
        _match(contract, table)
        rng = stream(self.seed, "dirt", self.delivery.key, part)
        plan, table, chosen = self._soil(rng, contract, table, places)
        if not table.rows:
            return
        sink, shape = self._room(con, contract, table.rows)
        file = self.files[-1]
        con.register("part_rows", table.arrays() | {"fault": chosen})
        sink.append(shape.select(table, plan, "part_rows"))
        con.unregister("part_rows")
        for place, item in enumerate(plan, start=1):
            rows = np.flatnonzero(chosen == place)
            if len(rows):
                self.planted.append(PlantedRows(file.path.name, item, rows + file.rows + 1))
        file.rows += table.rows
        self._add_up(table)

    def _soil(
        self, rng: Random, contract: Contract, table: Table, places: Places
    ) -> tuple[list[Planted], Table, Ints]:
        if not self.dirty:
            return [], table, np.zeros(table.rows, dtype=np.int64)
        iso = self.delivery.form.style.dates == "iso"
        plan = planned(contract, iso_dates=iso)
        chosen = plant(rng, table, plan, places.retired)
        table, chosen = _repeat(rng, contract, table, plan, chosen)
        return plan, table, chosen

    def _room(
        self, con: duckdb.DuckDBPyConnection, contract: Contract, rows: int
    ) -> tuple[Sink, Layout]:
        """Return the open file, a new one when the last one is full."""
        full = self.files and self.files[-1].rows + rows > ROWS_PER_FILE
        if self._sink is None or self._layout is None or (full and not self.delivery.single):
            self.finish_file()
            self._layout = layout(
                stream(self.seed, "layout", self.delivery.key), contract, self.delivery.form
            )
            path = self._next_path(self.delivery.form.extension)
            self._sink = open_sink(con, path, self._layout)
            as_of = self.delivery.as_of.isoformat()
            self.files.append(OutputFile(path, self.delivery.class_name, as_of))
        return self._sink, self._layout

    def _add_up(self, table: Table) -> None:
        """Keep the sums for the totals row at the bottom."""
        for name, column in table.columns.items():
            if column.kind in ("money", "hundredths"):
                parts = next(iter(column.arrays.values()))
                filled = np.where(parts == NOTHING, 0, parts).astype(np.int64)
                self._sums[name] = self._sums.get(name, 0) + int(filled.sum())

    def _next_path(self, extension: str) -> Path:
        number = self.delivery.first_number + len(self.files)
        return self.folder / f"{self.delivery.stem}{f'_{number}' if number > 1 else ''}.{extension}"

    def finish_file(self) -> None:
        """Close the file that is open, after a totals row where the department writes one."""
        if self._sink is not None and self._layout is not None:
            if self.delivery.form.totals:
                self._sink.append_totals(self._layout.totals_row(self._sums))
            self._sink.finish()
            self._sink = None
            self._sums.clear()

    def finish(self) -> None:
        """Close the last file, and send it a second time where the department does so."""
        self.finish_file()
        if self.delivery.repeated and self.dirty and self.files:
            last = self.files[-1]
            again = self._next_path(self.delivery.form.extension)
            shutil.copyfile(last.path, again)
            self.files.append(
                OutputFile(again, last.class_name, last.as_of, last.rows, last.path.name)
            )


def _match(contract: Contract, table: Table) -> None:
    names = [item.name for item in contract.fields]
    assert set(names) == set(table.columns), (contract.name, set(names) ^ set(table.columns))


def _repeat(
    rng: Random, contract: Contract, table: Table, plan: list[Planted], chosen: Ints
) -> tuple[Table, Ints]:
    """Let some clean rows come twice, and some again under the same key with another amount."""
    clean = (chosen == 0) & ~table.spared
    kinds = [Planted("", DUPLICATE)]
    changed = [item.name for item in contract.fields if item.kind in CONFLICT_KINDS]
    changed = [name for name in changed if table.columns[name].kind in ("money", "hundredths")]
    if changed:
        kinds.append(Planted(changed[0], CONFLICT))
    index, place, mark = [np.arange(table.rows)], [np.arange(table.rows) * 1.0], [chosen]
    for kind in kinds:
        plan.append(kind)
        again = np.flatnonzero(clean & chance(rng, kind.fault.rate, table.rows))
        if kind.field:  # an empty cell cannot be changed, so its row would only come twice
            again = again[eligible(kind.fault, table.columns[kind.field].take(again), {})]
        index.append(again)
        place.append(again + rng.uniform(0.1, REPEAT_WITHIN, len(again)))
        mark.append(np.full(len(again), len(plan)))
    order = np.argsort(np.concatenate(place), kind="stable")
    return table.take(np.concatenate(index)[order]), np.concatenate(mark)[order]
