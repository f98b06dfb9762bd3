"""The tables of the algorithm pages say what the rules do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.core.cards import policy
from tests.core.pages import WRITTEN, result, table
from tests.core.persons import PERSONS, Person
from xinnong.core.cleaning import Cleaned
from xinnong.core.ids import clean_phone, clean_rid, clean_uscc, household_ref
from xinnong.core.money import FEN_PER_YUAN
from xinnong.core.policy import LineInputs, closed_gates, decide_line


@pytest.mark.parametrize("person", PERSONS, ids=lambda person: person.name)
def test_the_three_persons_come_out_as_worked_by_hand(person: Person) -> None:
    score = result(person)
    assert (score.points, score.grade) == (person.points, person.grade)
    line = decide_line(policy(), person.line)
    assert (line.line_minor, line.closed_gates) == (person.line_minor, ())


@pytest.mark.parametrize("name", WRITTEN)
def test_the_card_tables_are_those_of_the_card(name: str) -> None:
    assert table("score", name) == WRITTEN[name](), "run: python -m tests.core.publish"


def test_the_steps_of_the_three_lines_are_as_worked() -> None:
    expected = []
    for person in PERSONS:
        line = decide_line(policy(), person.line)
        amounts = [(f"`{step.code}`", step.amount_minor) for step in line.steps]
        for code, minor in (*amounts, ("line", line.line_minor)):
            assert minor % FEN_PER_YUAN == 0
            expected.append(
                {"person": person.name, "step": code, "yuan": f"{minor // FEN_PER_YUAN:,}"}
            )
    assert table("line", "steps") == expected


def test_base_and_rate_are_those_of_the_policy() -> None:
    for row in table("line", "base and rate"):
        base = int(row["base yuan"].replace(",", "")) * FEN_PER_YUAN
        assert policy().base_minor[row["grade"]] == base
        assert policy().rates.of(row["grade"]) == Decimal(row["rate percent"])
    assert [row["grade"] for row in table("line", "base and rate")] == list(policy().base_minor)


def test_the_gates_are_those_of_the_policy() -> None:
    rows = table("line", "gates")
    nothing = closed_gates(policy(), LineInputs(kind="granted", grade="C"))
    assert [row["gate"] for row in rows] == [f"`{gate.name}`" for gate in nothing]
    assert [row["closed when missing"] for row in rows] == [f"`{gate.code}`" for gate in nothing]


@pytest.mark.parametrize("kind", ["rid", "uscc", "phone"])
def test_identifiers_clean_as_the_page_says(kind: str) -> None:
    clean = {"rid": clean_rid, "uscc": clean_uscc, "phone": clean_phone}[kind]
    for row in table("identifiers", kind):
        cleaned: Cleaned[str] = clean(row["written"].strip("`"))
        assert (cleaned.value or "") == row["value"].strip("`"), row
        assert (cleaned.problem or "") == row["problem"], row
        if "repairs" in row:
            assert ", ".join(cleaned.repairs) == row["repairs"], row


def test_household_references_are_as_the_page_says() -> None:
    for row in table("identifiers", "household"):
        assert f"`{household_ref(int(row['number']))}`" == row["reference"]
