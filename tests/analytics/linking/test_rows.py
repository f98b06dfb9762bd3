"""How rows find their household when they name a dwelling, a firm, a role or a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.analytics.lakes import key, write_delivery
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.live import add_live_view
from xinnong.analytics.linking.rows import SHARE_PARTS, link_class, linked_classes, prepare_links

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 20)
HUSBAND, WIFE, NEIGHBOUR, STRANGER = (key(number) for number in range(1, 5))
HOMES = {HUSBAND: 1, WIFE: 1, NEIGHBOUR: 2}
"""The stranger belongs to no household of the county."""
MEMBER = {"household_no": "BIGINT", "person_key": "UUID", "adult": "BOOLEAN", "grants_0": "BIGINT"}
Rows = Sequence[Mapping[str, Any]]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    with Engine(tmp_path / "work", memory_limit="500MB", threads=1) as made:
        members = [(home, who, "true", 7) for who, home in HOMES.items()]
        made.constants("member", MEMBER, members)
        yield made


def linked(engine: Engine, folder: Path, told: Mapping[str, Rows], asked: str) -> list[Any]:
    """Household and person of every linked row of a class, in order."""
    for batch, contract in enumerate(load_contracts().values(), start=1):
        rows = told.get(contract.name)
        files = (
            [write_delivery(folder, contract.name, rows, batch=batch, as_of=TODAY)] if rows else []
        )
        add_live_view(engine, contract, files)
    prepare_links(engine)
    contract = load_contracts()[asked]
    assert contract in linked_classes(load_contracts().values())
    link_class(engine, contract, ("grants_0",))
    name = asked.replace(".", "_")
    person = (
        "CAST(person_key AS VARCHAR)" if "person_key" in engine.columns(f"linked_{name}") else "''"
    )
    return engine.query(f"SELECT household_no, {person} FROM linked_{name} ORDER BY ALL")


def test_a_row_of_somebody_in_no_household_stays_in_the_lake(
    engine: Engine, tmp_path: Path
) -> None:
    told: dict[str, Rows] = {"vehicle": [{"plate": str(n), "person_key": who, "state": "正常", "kind": "其他"}
                        for n, who in enumerate((HUSBAND, STRANGER, NEIGHBOUR))]}  # fmt: skip
    assert linked(engine, tmp_path, told, "vehicle") == [(1, HUSBAND), (2, NEIGHBOUR)]


def test_a_pledge_finds_every_owner_of_the_dwelling(engine: Engine, tmp_path: Path) -> None:
    told: dict[str, Rows] = {
        "urban_flat": [{"unit_no": "U1", "person_key": who} for who in (HUSBAND, WIFE)],
        "real_estate": [{"unit_no": "U1", "person_key": who} for who in (HUSBAND, NEIGHBOUR)],
        "encumbrance": [{"unit_no": "U1", "kind": "查封"}, {"unit_no": "U9", "kind": "查封"}],
    }
    found = linked(engine, tmp_path, told, "encumbrance")
    assert found == [(1, HUSBAND), (1, WIFE), (2, NEIGHBOUR)]


def test_a_transfer_finds_both_sides(engine: Engine, tmp_path: Path) -> None:
    told: dict[str, Rows] = {"land_transfer": [
        {"transfer_no": "T1", "lessor_key": WIFE, "lessee_key": NEIGHBOUR},
        {"transfer_no": "T2", "lessor_key": HUSBAND, "lessee_key": None},
    ]}  # fmt: skip
    linked(engine, tmp_path, told, "land_transfer")
    sides = engine.query(
        "SELECT transfer_no, household_no, role FROM linked_land_transfer ORDER BY ALL"
    )
    assert sides == [("T1", 1, "lessor"), ("T1", 2, "lessee"), ("T2", 1, "lessor")]


def test_a_tax_grade_finds_who_runs_the_firm(engine: Engine, tmp_path: Path) -> None:
    told: dict[str, Rows] = {
        "business": [{"uscc": "F1", "person_key": NEIGHBOUR, "state": "存续",
                      "opened_on": date(2015, 1, 1)}],
        "farm_entity": [{"uscc": "F1", "person_key": HUSBAND, "role": "负责人"},
                        {"uscc": "F2", "person_key": WIFE, "role": "负责人"},
                        {"uscc": "F2", "person_key": HUSBAND, "role": "成员"}],
        "tax": [{"uscc": name, "year": 2025, "grade": "A"} for name in ("F1", "F2", "F3")],
    }  # fmt: skip
    assert linked(engine, tmp_path, told, "tax") == [(1, WIFE), (2, NEIGHBOUR)]


def test_a_penalty_finds_the_person_or_who_runs_the_firm(engine: Engine, tmp_path: Path) -> None:
    told: dict[str, Rows] = {
        "business": [{"uscc": "F1", "person_key": NEIGHBOUR, "state": "存续",
                      "opened_on": date(2015, 1, 1)}],
        "penalty": [{"doc_no": "1", "person_key": HUSBAND}, {"doc_no": "2", "uscc": "F1"},
                    {"doc_no": "3", "uscc": "F9"}],
    }  # fmt: skip
    assert linked(engine, tmp_path, told, "penalty") == [(1, HUSBAND), (2, NEIGHBOUR)]


def test_the_newest_form_speaks_for_the_household(engine: Engine, tmp_path: Path) -> None:
    members = [("f1", 1, HUSBAND, "户主"), ("f1", 2, STRANGER, "其他"), ("f2", 1, WIFE, "户主")]
    told: dict[str, Rows] = {
        "field_form.member": [
            {"form_no": form, "seq": seq, "person_key": who, "relation": relation}
            for form, seq, who, relation in members
        ],
        "field_form.debt": [{"form_no": form, "kind": "贷款", "amount_minor": 1}
                            for form in ("f1", "f2", "f3")],
    }  # fmt: skip
    linked(engine, tmp_path, told, "field_form.debt")
    assert engine.query("SELECT form_no, household_no FROM linked_field_form_debt") == [("f2", 1)]
    link_class(engine, load_contracts()["field_form.member"], ("grants_0",))
    assert engine.query("SELECT form_no FROM linked_field_form_member") == [("f2",)]


@pytest.mark.parametrize(
    ("share", "parts"),
    [
        ("1/2", 5_000), ("1/3", 3_333), ("50%", 5_000), ("33.33%", 3_333), ("单独所有", 10_000),
        ("共同共有", 10_000), (None, 10_000), ("", 10_000), ("1/0", 10_000), ("一半/二", 10_000),
        ("%", 10_000),
    ],
)  # fmt: skip
def test_a_share_is_read_in_ten_thousandths(engine: Engine, share: str | None, parts: int) -> None:
    engine.constants("r", {"share": "VARCHAR"}, [(share,)])
    assert engine.query(f"SELECT {SHARE_PARTS} FROM r") == [(parts,)]
