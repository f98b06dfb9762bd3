"""What is really so: persons, households, planted errors, outcomes. Never read by the product."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from xinnong.analytics.county import families as f
from xinnong.analytics.county import people as p
from xinnong.analytics.county.crops import NAMES as CROP_NAMES
from xinnong.analytics.county.numbers import rid_text
from xinnong.analytics.county.outputs import Output
from xinnong.analytics.county.personas import BY_ROLE
from xinnong.analytics.county.rendering import list_sql, text_sql
from xinnong.analytics.county.world import World

_RID: Final = "CAST(body AS VARCHAR) || substr('0123456789X', \"check\" + 1, 1)"
_PERSONS: Final = f"""SELECT number AS person_no, {_RID} AS rid,
  chr(surname) || chr(first) || CASE WHEN second = 0 THEN '' ELSE chr(second) END AS name,
  CASE WHEN male THEN '男' ELSE '女' END AS sex,
  DATE '1970-01-01' + CAST(birth AS INTEGER) AS birth,
  NULLIF(household, 0) AS household_no, NULLIF(book, 0) AS book_no,
  {list_sql(p.KIND_NAMES)}[kind + 1] AS kind, native, adult FROM truth_rows"""
_HOUSEHOLDS: Final = f"""SELECT number AS household_no, lives AS area12, home AS book_area12,
  {list_sql(f.TYPE_NAMES)}[kind + 1] AS kind, book AS book_no,
  CAST(body AS VARCHAR) || substr('0123456789X', "check" + 1, 1) AS head_rid,
  wealth, honesty, {list_sql(CROP_NAMES)}[crop_1 + 1] AS crop_1, scale_1 / 100.0 AS scale_1,
  {list_sql(CROP_NAMES)}[crop_2 + 1] AS crop_2, scale_2 / 100.0 AS scale_2,
  CAST(income AS BIGINT) AS income_yuan, CAST(farm_income AS BIGINT) AS farm_income_yuan,
  CAST(assets AS BIGINT) AS assets_yuan, CAST(debt AS BIGINT) AS private_debt_yuan
FROM truth_rows"""
_OUTCOMES: Final = """SELECT number AS household_no, round(chance, 6) AS default_probability,
  defaults AS defaulted FROM truth_rows"""

_NO_ERRORS: Final = """SELECT '' AS file, 0 AS row, '' AS field, '' AS kind, '' AS outcome,
  '' AS code WHERE false"""


class Book:
    """Writes truth/ part by part."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.persons = 0
        self.planted = 0
        self._parts = 0
        self._known: list[dict[str, object]] = []

    def append(self, con: duckdb.DuckDBPyConnection, world: World) -> None:
        """Note the people and households of one part."""
        self.persons += int((world.people.kind != p.OUTSIDER).sum())
        self._piece(con, "persons", _PERSONS, _persons(world))
        self._piece(con, "households", _HOUSEHOLDS, _households(world))
        self._piece(con, "outcomes", _OUTCOMES, _outcomes(world))
        self._known += _known(world)
        self._parts += 1

    def finish(self, con: duckdb.DuckDBPyConnection, outputs: Sequence[Output]) -> None:
        """Merge the parts; write planted errors and the list of files."""
        for name in ("persons", "households", "outcomes"):
            pieces = [self._path(name, part) for part in range(self._parts)]
            listed = ", ".join(text_sql(str(piece)) for piece in pieces)
            _copy(con, f"SELECT * FROM read_parquet([{listed}])", self.folder / f"{name}.parquet")
            for piece in pieces:
                piece.unlink()
        self._errors(con, outputs)
        _write_json(self.folder / "files.json", _files(outputs))
        _write_json(self.folder / "personas.json", self._known)

    def _piece(
        self,
        con: duckdb.DuckDBPyConnection,
        name: str,
        query: str,
        arrays: Mapping[str, NDArray[np.generic]],
    ) -> None:
        con.register("truth_rows", dict(arrays))
        _copy(con, query, self._path(name, self._parts))
        con.unregister("truth_rows")

    def _path(self, name: str, part: int) -> Path:
        return self.folder / f".{name}.{part}.parquet"

    def _errors(self, con: duckdb.DuckDBPyConnection, outputs: Sequence[Output]) -> None:
        planted = [item for output in outputs for item in output.planted]
        sizes = [len(item.rows) for item in planted]
        self.planted = sum(sizes)
        columns = {
            "file": [item.file for item in planted],
            "field": [item.planted.field for item in planted],
            "kind": [item.planted.fault.kind for item in planted],
            "outcome": [item.planted.fault.outcome for item in planted],
            "code": [item.planted.fault.code for item in planted],
        }
        arrays = {
            name: np.repeat(np.array(values, dtype=object), sizes)
            for name, values in columns.items()
        }
        rows = np.concatenate([np.zeros(0, np.int64), *(item.rows for item in planted)])
        con.register("truth_rows", arrays | {"row": rows})
        query = (
            "SELECT file, CAST(row AS INTEGER) AS row, field, kind, outcome, code "
            "FROM truth_rows ORDER BY file, row"
        )
        _copy(con, query if planted else query.replace("truth_rows", f"({_NO_ERRORS})"),
              self.folder / "errors.parquet")  # fmt: skip
        con.unregister("truth_rows")


def _files(outputs: Sequence[Output]) -> list[dict[str, object]]:
    return [
        {
            "file": file.path.name, "class": file.class_name, "as_of": file.as_of,
            "rows": file.rows, "repeats": file.repeats, "zip": output.delivery.zipped,
        }
        for output in outputs for file in output.files
    ]  # fmt: skip


def _known(world: World) -> list[dict[str, object]]:
    """Describe the known people of one part: who, where, what the page tells, which line."""
    people = world.people
    found = []
    for role, house in world.cast.items():
        known, head = BY_ROLE[role], int(world.head[house])
        members = np.flatnonzero(people.household == house).tolist()
        found.append({
            "role": role, "page_name": known.page_name, "name": known.name, "story": known.story,
            "household_no": world.households.first + house,
            "area12": str(world.places.codes[world.households.lives[house]]),
            "rid": rid_text(int(people.body[head]), int(people.check[head])),
            "members": [rid_text(int(people.body[m]), int(people.check[m])) for m in members],
            "line_yuan": known.line_yuan, "custody_yuan": known.custody_yuan,
        })  # fmt: skip
    return found


def _write_json(path: Path, value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def _copy(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    con.execute(f"COPY ({query}) TO {text_sql(str(path))} (FORMAT PARQUET)").fetchall()


def _persons(world: World) -> dict[str, NDArray[np.generic]]:
    people = world.people
    number = np.where(people.household >= 0, world.household_number(people.household), 0)
    book = np.where(people.book >= 0, world.household_number(people.book), 0)
    return {
        "number": people.number, "body": people.body, "check": people.check,
        "surname": people.names.surname, "first": people.names.first,
        "second": people.names.second, "male": people.male, "birth": people.birth,
        "household": number, "book": book, "kind": people.kind, "native": people.native,
        "adult": world.adult,
    }  # fmt: skip


def _households(world: World) -> dict[str, NDArray[np.generic]]:
    households, state, head = world.households, world.economy, world.head
    return {
        "number": world.household_number(np.arange(len(households))),
        "lives": world.places.codes[households.lives], "home": world.places.codes[households.home],
        "kind": households.kind, "book": world.household_number(households.book),
        "body": world.people.body[head], "check": world.people.check[head],
        "wealth": state.wealth, "honesty": state.honesty, "income": state.income,
        "crop_1": state.crop[:, 0], "scale_1": state.scale[:, 0],
        "crop_2": state.crop[:, 1], "scale_2": state.scale[:, 1],
        "farm_income": state.farm_income, "assets": state.assets, "debt": state.private_debt,
    }  # fmt: skip


def _outcomes(world: World) -> dict[str, NDArray[np.generic]]:
    number = world.household_number(np.arange(len(world.households)))
    state = world.economy
    return {"number": number, "chance": state.default_chance, "defaults": state.defaults}
