"""Facts of one household, read from the lake: the only way pages see them.

Linked rows lie sorted by household number, one file a class, so that a reader touches a few row
groups. A row becomes one fact per filled field, with both times, its source, and whether it lost.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import duckdb

from xinnong.analytics.contracts.declarations import Contract, Field, load_contracts
from xinnong.analytics.engine import quoted
from xinnong.analytics.facts.sources import source_of
from xinnong.analytics.features.declared import FEATURES
from xinnong.analytics.linking.rows import linked_classes
from xinnong.analytics.results import INDEX_NAME

LENDERS_OWN: Final = frozenset({"loan_history", "review_result"})
NEVER_SHOWN: Final = frozenset({"sex"})
"""No feature reads it, so it stands behind no point."""
OWN_LOANS: Final = "loan_history"
MEMORY_LIMIT: Final = "256MB"
KEPT_INDEXES: Final = 4
TAIL: Final = ("batch", "row", "as_of", "loaded_at")

_local = threading.local()


@dataclass(frozen=True, slots=True)
class FactRow:
    """One statement about a household.

    `value` is written as text in `unit`; `as_of` is when it was true, `loaded_at` when it became
    known. `person_key` is whose row it is, where it is a person's. `won` is False for what another
    source or a newer delivery overruled; `lost_by` then says by which rule (superseded, rank, newer
    or order) and `beaten_by` which class won. `consent_scope` names the consent the field needs.
    """

    field: str
    value: str
    unit: str
    source_class: str
    batch: int
    row: int
    as_of: date
    loaded_at: datetime
    expires_on: date
    legal: str
    person_key: str | None
    won: bool
    confidence_percent: int
    consent_scope: str | None
    institution: str | None
    lost_by: str = ""
    beaten_by: str = ""


@dataclass(frozen=True, slots=True)
class Defeat:
    """Why a statement does not count: the rule of survivorship, and the class that won."""

    rule: str
    winner: str


SUPERSEDED: Final = "superseded"
Lost = Mapping[tuple[str, str], Defeat]


def household_facts(
    folder: Path,
    household_no: int,
    dimension: str | None = None,
    *,
    lender: str | None = None,
    subject: str | None = None,
) -> list[FactRow]:
    """Return the facts of a household, all or those behind one dimension, newest class first.

    `folder` is what a refresh left as its facts. Rows of a lender's own records are returned only
    to that `lender`; a person (`subject`, by key) also gets the own loans, whoever lent. Raises
    OSError where the folder does not exist.
    """
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    index = _index(folder / INDEX_NAME)
    lost = _lost(_rows(folder, index, "contested", household_no))
    facts: list[FactRow] = []
    for contract in _contracts_of(dimension):
        for prefix, current in (("", True), ("old_", False)):
            for row in _rows(folder, index, f"{prefix}{contract.name}", household_no):
                if _may_see(contract.name, row, lender, subject):
                    facts.extend(_facts_of(contract, row, lost, current=current))
    return facts


def classes_of(dimension: str) -> frozenset[str]:
    """Return the classes that the features of a dimension read.

    A total is followed into its parts only within the dimension: assets are shown with assets.
    """
    own = [feature for feature in FEATURES if feature.dimension == dimension]
    return frozenset(name for feature in own for name in feature.all_classes)


@cache
def _contracts_of(dimension: str | None) -> tuple[Contract, ...]:
    linked = linked_classes(load_contracts().values())
    wanted = None if dimension is None else classes_of(dimension)
    return tuple(contract for contract in linked if wanted is None or contract.name in wanted)


def _connection() -> duckdb.DuckDBPyConnection:
    """Keep one connection a thread, with the footers of the files it has read."""
    if getattr(_local, "pid", None) != os.getpid():
        _local.pid = os.getpid()
        _local.con = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": "1"})
        _local.con.execute("SET parquet_metadata_cache = true")
    connection: duckdb.DuckDBPyConnection = _local.con
    return connection


Index = Mapping[str, Sequence[tuple[int, int, str]]]


@lru_cache(maxsize=KEPT_INDEXES)
def _index(path: Path) -> Index:
    """Read which piece holds which households; the folder of a run never changes."""
    index: Index = json.loads(path.read_text())
    return index


def _rows(folder: Path, index: Index, name: str, household_no: int) -> list[dict[str, Any]]:
    places = index.get(name, ())
    pieces = [folder / file for first, last, file in places if first <= household_no <= last]
    if not pieces:
        return []
    files = ", ".join(quoted(piece) for piece in pieces)
    cursor = _connection().execute(
        f"SELECT * FROM read_parquet([{files}]) WHERE household_no = {household_no:d}"
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _lost(contested: Sequence[Mapping[str, Any]]) -> Lost:
    """Return by (class, field) what lost against another source, and why."""
    winners = {row["field"]: str(row["source_class"]) for row in contested if row["won"]}
    return {
        (row["source_class"], row["field"]): Defeat(row["rule"], winners.get(row["field"], ""))
        for row in contested
        if not row["won"]
    }


def _may_see(
    class_name: str, row: Mapping[str, Any], lender: str | None, subject: str | None
) -> bool:
    """Whether a row is open to the reader: a lender's own records are not everybody's."""
    if class_name not in LENDERS_OWN:
        return True
    if class_name == OWN_LOANS and subject is not None and str(row.get("person_key")) == subject:
        return True
    return lender is not None and row.get("institution") in (lender, None)


def _facts_of(
    contract: Contract,
    row: Mapping[str, Any],
    lost: Lost,
    *,
    current: bool,
) -> Iterator[FactRow]:
    source = source_of(contract)
    beaten = _beaten(contract.name, row, lost)
    for field, unit in _value_fields(contract):
        value = row.get(field.lake_name or "")
        if value is None:
            continue
        defeat = beaten.get(field.name) if current else Defeat(SUPERSEDED, contract.name)
        yield FactRow(
            field=field.name,
            value=_written(value),
            unit=unit,
            source_class=contract.name,
            **{name: row[name] for name in TAIL},
            expires_on=source.expires_on(row["as_of"]),
            legal=contract.legal,
            person_key=None if row.get("person_key") is None else str(row["person_key"]),
            won=defeat is None,
            lost_by=defeat.rule if defeat else "",
            beaten_by=defeat.winner if defeat else "",
            confidence_percent=source.confidence_percent,
            consent_scope=field.consent_scope if field.consent else None,
            institution=row.get("institution"),
        )


def _beaten(class_name: str, row: Mapping[str, Any], lost: Lost) -> Mapping[str, Defeat]:
    """Return the value fields of a row that another source overruled, and by what."""
    fields = {field: defeat for (source, field), defeat in lost.items() if source == class_name}
    kinds = {"交通工具": "vehicle_value", "农机具": "machine_value"}
    beaten = dict[str, Defeat]()
    if class_name == "field_form.asset" and (defeat := fields.get(kinds.get(row["kind"], ""))):
        beaten["value"] = defeat
    farmed = class_name == "field_form.income_expense" and row["kind"] in ("种植", "养殖")
    if farmed and (defeat := fields.get("farm_net_income")):
        beaten["last_year"] = defeat
    if defeat := fields.get(f"area_m2:{row.get('unit_no')}"):
        beaten["area_m2"] = defeat
    return beaten


@cache
def _value_fields(contract: Contract) -> Sequence[tuple[Field, str]]:
    """Return the fields that say something, with their units; names of people are not here."""
    said = [f for f in contract.fields if f.lake_name is not None and f.kind != "rid"]
    shown = [f for f in said if f.name not in NEVER_SHOWN]
    return tuple((field, "fen" if field.kind == "money" else field.unit or "") for field in shown)


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
