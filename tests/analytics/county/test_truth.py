"""Truth and files agree, and the county has the proportions of the one it stands for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from tests.analytics.county.files import rows_of, told
from xinnong.analytics.county.classes.lending import INDICATORS, PRODUCTS, Product
from xinnong.analytics.county.personas import KNOWN

pytestmark = pytest.mark.slow

Rows = list[dict[str, str]]


def query(sql: str) -> list[tuple[object, ...]]:
    return duckdb.execute(sql).fetchall()


def number(sql: str) -> float:
    return float(str(query(sql)[0][0]))


@pytest.fixture(scope="module")
def rows(clean: Path) -> dict[str, Rows]:
    wanted = ("person", "hukou_member", "residence", "marriage", "loan_history", "consent",
              "dishonest", "litigation", "penalty", "bank_return", "land_contract")  # fmt: skip
    found: dict[str, Rows] = {}
    for file in told(clean):
        if file.class_name in wanted:
            found.setdefault(file.class_name, []).extend(rows_of(clean, file))
    return found


@pytest.fixture(scope="module")
def kinds(clean: Path) -> dict[str, str]:
    return {
        str(rid): str(kind)
        for rid, kind in query(f"SELECT rid, kind FROM '{clean}/truth/persons.parquet'")
    }


def test_people_in_the_files_are_people_of_the_truth(
    rows: dict[str, Rows], kinds: dict[str, str]
) -> None:
    for name in ("person", "hukou_member", "residence", "marriage", "loan_history", "consent"):
        assert {row["rid"] for row in rows[name]} <= set(kinds), name


def test_the_register_knows_natives_only_once(rows: dict[str, Rows], kinds: dict[str, str]) -> None:
    counted = Counter(row["rid"] for row in rows["person"])
    assert set(counted.values()) == {1}
    assert {kinds[rid] for rid in counted} == {"member", "deceased", "moved"}


def test_every_book_has_one_head_and_nobody_two_books(rows: dict[str, Rows]) -> None:
    heads = Counter(row["hukou_no"] for row in rows["hukou_member"] if row["relation"] == "户主")
    assert set(heads.values()) == {1}
    assert max(Counter(row["rid"] for row in rows["hukou_member"]).values()) == 1


def test_books_lag_behind_life(clean: Path, rows: dict[str, Rows], kinds: dict[str, str]) -> None:
    listed = {row["rid"] for row in rows["hukou_member"] if not row["out_on"]}
    dead = sum(kinds[rid] == "deceased" for rid in listed)
    assert 0 < dead < 0.03 * len(listed)
    elsewhere = number(
        f"SELECT avg(CAST(book_no <> household_no AS INTEGER)) FROM '{clean}/truth/persons.parquet' "
        "WHERE household_no IS NOT NULL AND book_no IS NOT NULL"
    )
    assert 0.01 < elsewhere < 0.04


def test_households_and_ages_are_those_of_a_rural_county(clean: Path) -> None:
    persons = f"'{clean}/truth/persons.parquet' WHERE household_no IS NOT NULL"
    years = "date_diff('day', birth, DATE '2026-09-30') / 365.25"
    assert 3.4 < number(f"SELECT count(*) / 8000 FROM {persons}") < 4.0
    assert 0.14 < number(f"SELECT avg(CAST({years} < 15 AS INTEGER)) FROM {persons}") < 0.20
    assert 0.18 < number(f"SELECT avg(CAST({years} >= 60 AS INTEGER)) FROM {persons}") < 0.25


def test_each_town_has_households(clean: Path) -> None:
    towns = f"SELECT count(DISTINCT area12 // 1000) FROM '{clean}/truth/households.parquet'"
    assert number(towns) == 23


@pytest.mark.parametrize("product", PRODUCTS[:4], ids=lambda product: product.name)
def test_loans_match_the_founding_page(rows: dict[str, Rows], product: Product) -> None:
    """Households that draw and their mean ticket, within sampling error."""
    tickets = [
        float(row["principal"])
        for row in rows["loan_history"]
        if row["product"] == product.name
        and row["as_of"] == "2026-09-30"
        and row["balance"] != "0.00"
    ]
    expected = product.share * 8_000
    assert abs(len(tickets) - expected) < 4 * expected**0.5
    assert abs(sum(tickets) / len(tickets) / product.mean_yuan - 1) < 4 * 0.55 / len(tickets) ** 0.5


def test_five_to_eight_percent_have_a_blemish(clean: Path, rows: dict[str, Rows]) -> None:
    bad = {row["rid"] for row in rows["dishonest"] + rows["penalty"] if row["rid"]}
    bad |= {row["rid"] for row in rows["litigation"] if row["role"] == "被告"}
    bad |= {row["rid"] for row in rows["loan_history"] if int(row["days_past_due_max"]) > 0}
    households = query(f"SELECT rid, household_no FROM '{clean}/truth/persons.parquet'")
    blemished = {house for rid, house in households if rid in bad}
    assert 0.05 < len(blemished) / 8_000 < 0.08


def test_returns_add_up_to_the_county_figures(rows: dict[str, Rows]) -> None:
    months = sorted({row["month"] for row in rows["bank_return"]})
    assert len(months) == 24
    for indicator in INDICATORS[:4]:
        total = sum(
            float(row["value"])
            for row in rows["bank_return"]
            if row["indicator"] == indicator.name and row["month"] == months[-1]
        )
        assert total == pytest.approx(indicator.value * 8_000 / 260_000, rel=0.01)


def test_a_part_of_the_households_consents(clean: Path, rows: dict[str, Rows]) -> None:
    recipients = Counter(row["recipient"] for row in rows["consent"])
    assert recipients["GOV-339981"] > recipients["BANK-01"] > recipients["BANK-02"] > 0
    signed = {row["rid"] for row in rows["consent"]}
    adults = f"SELECT rid FROM '{clean}/truth/persons.parquet' WHERE adult"
    share = sum(rid in signed for (rid,) in query(adults)) / len(query(adults))
    assert 0.6 < share < 0.8


def test_bad_loans_follow_the_latent_risk(clean: Path) -> None:
    sql = f"""SELECT corr(o.default_probability, -h.honesty) FROM '{clean}/truth/outcomes.parquet' o
      JOIN '{clean}/truth/households.parquet' h USING (household_no)"""
    assert number(sql) > 0.3
    share = f"SELECT avg(CAST(defaulted AS INTEGER)) FROM '{clean}/truth/outcomes.parquet'"
    assert 0.02 < number(share) < 0.05


def test_the_three_known_households_are_there(clean: Path, rows: dict[str, Rows]) -> None:
    known = json.loads((clean / "truth" / "personas.json").read_text(encoding="utf-8"))
    assert [person["name"] for person in known] == [person.name for person in KNOWN]
    names = {row["rid"]: row["name"] for row in rows["person"]}
    for person in known:
        assert names[person["rid"]] == person["name"]
        assert set(person["members"]) <= set(names)
    borrowers = {row["rid"] for row in rows["loan_history"]}
    assert not borrowers & {person["rid"] for person in known}


def test_known_households_stay_clean(dirty: Path) -> None:
    known = json.loads((dirty / "truth" / "personas.json").read_text(encoding="utf-8"))
    members = {rid for person in known for rid in person["members"]}
    errors = query(f"SELECT DISTINCT file, row FROM '{dirty}/truth/errors.parquet'")
    for file in told(dirty):
        found = rows_of(dirty, file)
        for row in (found[int(str(n)) - 1] for name, n in errors if name == file.name):
            assert row.get("rid") not in members
