"""The worked tables of docs/algorithms/households.md are what the statements do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.analytics.lakes import Row, key, write_delivery
from tests.analytics.linking.test_numbering import by_statements
from tests.core.pages import Rows, table
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.engine import Engine
from xinnong.analytics.features.windows import Windows
from xinnong.analytics.linking.groups import group_people
from xinnong.analytics.linking.live import LakeFile, add_live_view
from xinnong.analytics.linking.people import find_people

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 20)
VILLAGE = {"A": "339981101201", "B": "339981101202", "C": "339981101203"}
READ = ("person", "hukou_member", "residence", "marriage", "land_contract")


def deliveries(told: Rows) -> dict[str, list[Row]]:
    """What the registers would hold of the people of a table."""
    keys = {row["person"]: key(place) for place, row in enumerate(told, start=1)}
    registered = [row for row in told if row["registered"]]
    return {
        "person": [
            {"person_key": keys[r["person"]], "sex": r["sex"], "area": VILLAGE[r["registered"]],
             "birth": date(TODAY.year - int(r["age"]), 3, 1), "state": "正常"}
            for r in registered
        ],
        "hukou_member": [
            {"hukou_no": r["book"], "person_key": keys[r["person"]], "relation": r["relation"]}
            for r in told if r["book"]
        ],
        "residence": [
            {"person_key": keys[r["person"]], "area": VILLAGE[r["lives in"]],
             "from_on": date(2020, 1, 1)}
            for r in told if r["lives in"]
        ],
        "marriage": [
            {"person_key": keys[r["person"]], "spouse_key": keys[r["spouse"]], "state": "已婚",
             "on": date(2010, 5, 1)}
            for r in told if r["spouse"]
        ],
        "land_contract": [
            {"contract_no": r["person"], "person_key": keys[r["person"]], "area12": VILLAGE["A"],
             "area_mu": "2.5"}
            for r in told if r["land"]
        ],
    }  # fmt: skip


def grouped(folder: Path, told: Rows) -> dict[str, tuple[str, str]]:
    """Group and evidence of every person of a table."""
    rows = deliveries(told)
    with Engine(folder / "work", memory_limit="500MB", threads=1) as engine:
        for batch, name in enumerate(READ, start=1):
            file: LakeFile = write_delivery(folder, name, rows[name], batch=batch, as_of=TODAY)
            add_live_view(engine, load_contracts()[name], [file])
        literals = Windows(TODAY, "339981").sql()
        find_people(engine, today=literals["today"])
        group_people(engine, literals=literals)
        found = engine.query("SELECT CAST(person_key AS VARCHAR), group_key, evidence FROM groups")
    by_key = {str(person): (str(group), str(how)) for person, group, how in found}
    return {row["person"]: by_key[key(place)] for place, row in enumerate(told, start=1)}


def test_people_are_grouped_as_the_page_says(tmp_path: Path) -> None:
    told = table("households", "grouping")
    found = grouped(tmp_path, told)
    assert {person: how for person, (_, how) in found.items()} == {
        row["person"]: row["evidence"] for row in told
    }
    names = {found[row["person"]][0]: row["household"] for row in told}
    assert {row["person"]: names[found[row["person"]][0]] for row in told} == {
        row["person"]: row["household"] for row in told
    }
    assert len(names) == len({row["household"] for row in told})


def test_numbers_survive_as_the_page_says() -> None:
    told = table("households", "numbers")
    now = {key(int(row["person"])): row["group"] for row in told if row["group"]}
    before = {key(int(row["person"])): int(row["before"]) for row in told if row["before"]}
    found = by_statements(now, before, 6)
    for row in told:
        assert row["number"] == str(found.numbers.get(row["group"], "")), row
    ended = [
        {"household": str(number), "status": status, "successor": str(successor or "")}
        for number, (status, successor) in sorted(found.ended.items())
    ]
    assert table("households", "tombstones") == ended
