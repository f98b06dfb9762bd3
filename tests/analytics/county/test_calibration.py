"""The synthetic county against the figures of the founding page, each with a named tolerance.

The page's figures are written out here, apart from the constants that the county is made from.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.analytics.county.files import rows_of, told

pytestmark = pytest.mark.slow

Rows = list[dict[str, str]]

PAGE_HOUSEHOLDS = 260_000
HOUSEHOLDS = 8_000
AS_OF = "2026-09-30"
SIGMAS = 4
"""Counts and means may lie this many standard errors from the page."""
TICKET_SPREAD = 0.55
"""Standard deviation of one ticket over its mean."""
RETURN_TOLERANCE = 0.01
"""Monthly returns are the page's totals, cut by town and rounded."""
FAVOURITE_LEAD = 1.2
"""What a town is known for is grown or kept by so many times more households than the next."""
AREA_OF_A_HECTARE_MU = 15


@dataclass(frozen=True)
class Figure:
    """A product of the page: how many households drew it, how much in 100 million yuan."""

    product: str
    drawn: int
    total_yi: float

    @property
    def mean_yuan(self) -> float:
        return self.total_yi * 100_000_000 / self.drawn


PAGE = (
    Figure("农民资产授托代管贷款", 20_500, 31.22),
    Figure("普惠贷", 13_500, 18.0),
    Figure("农户综合信息平台贷款", 6_836, 8.2),
    Figure("无忧贷款", 1_100, 1.56),
    Figure("农户信用贷款", 2_900, 3.15),
    Figure("互助金", 570, 0.9626),
)
RETURNS = {"涉农贷款余额（万元）": 1_297.0, "普惠型农户经营贷款余额（万元）": 250.0,
           "农民资产授托代管贷款余额（万元）": 31.22, "小额贷款保证保险规模（万元）": 4.18}  # fmt: skip
KNOWN_FOR = {
    "甘蔗": 339981101, "花椰菜": 339981102, "水稻": 339981103, "肉牛": 339981104,
    "茶叶": 339981105, "杨梅": 339981106, "生猪": 339981108, "大黄鱼": 339981202,
}  # fmt: skip
CHAINS = 4


@pytest.fixture(scope="module")
def rows(clean: Path) -> dict[str, Rows]:
    wanted = {"loan_history", "bank_return", "production", "sale", "village_house", "urban_flat",
              "farm_entity", "person", "real_estate", "review_result"}  # fmt: skip
    found: dict[str, Rows] = defaultdict(list)
    for file in told(clean):
        if file.class_name in wanted:
            found[file.class_name] += rows_of(clean, file)
    return found


@pytest.mark.parametrize("figure", PAGE, ids=lambda figure: figure.product)
def test_products_are_drawn_as_on_the_page(rows: dict[str, Rows], figure: Figure) -> None:
    tickets = [
        float(row["principal"])
        for row in rows["loan_history"]
        if (row["product"], row["as_of"]) == (figure.product, AS_OF) and row["balance"] != "0.00"
    ]
    expected = figure.drawn * HOUSEHOLDS / PAGE_HOUSEHOLDS
    assert abs(len(tickets) - expected) < SIGMAS * expected**0.5
    off = sum(tickets) / len(tickets) / figure.mean_yuan - 1
    assert abs(off) < SIGMAS * TICKET_SPREAD / len(tickets) ** 0.5


@pytest.mark.parametrize("indicator", RETURNS)
def test_monthly_returns_add_up_to_the_page(rows: dict[str, Rows], indicator: str) -> None:
    newest = max(row["month"] for row in rows["bank_return"])
    total_wan = sum(
        float(row["value"])
        for row in rows["bank_return"]
        if (row["indicator"], row["month"]) == (indicator, newest)
    )
    expected_wan = RETURNS[indicator] * 10_000 * HOUSEHOLDS / PAGE_HOUSEHOLDS
    assert total_wan == pytest.approx(expected_wan, rel=RETURN_TOLERANCE)


def test_each_product_of_the_land_has_its_town(clean: Path, rows: dict[str, Rows]) -> None:
    homes = dict(
        duckdb.execute(
            f"SELECT p.rid, h.area12 // 1000 FROM '{clean}/truth/persons.parquet' p "
            f"JOIN '{clean}/truth/households.parquet' h USING (household_no)"
        ).fetchall()
    )
    growers: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows["production"]:
        growers[homes[row["rid"]]][row["crop"]].add(row["rid"])
    for crop, town in KNOWN_FOR.items():
        counted = Counter({name: len(rids) for name, rids in growers[town].items()})
        (first, most), (_, next_most) = counted.most_common(2)
        assert (first, most > FAVOURITE_LEAD * next_most) == (crop, True), town


def test_the_page_has_four_chains(rows: dict[str, Rows]) -> None:
    buyers: dict[str, set[str]] = defaultdict(set)
    for row in rows["sale"]:
        buyers[row["buyer_uscc"]].add(row["crop"])
    assert len(buyers) == CHAINS
    assert sorted(crops == {"水稻"} for crops in buyers.values()) == [False, False, True, True]
    assert {"花椰菜"} in buyers.values()


def known(clean: Path, role: str) -> tuple[str, set[str]]:
    people = json.loads((clean / "truth" / "personas.json").read_text(encoding="utf-8"))
    (found,) = [person for person in people if person["role"] == role]
    return found["rid"], set(found["members"])


def of(rows: Rows, rids: set[str]) -> Rows:
    return [row for row in rows if rids & set(row.values())]


def test_the_grower_is_old_has_a_hectare_and_nothing_to_mortgage(
    clean: Path, rows: dict[str, Rows]
) -> None:
    rid, family = known(clean, "grower")
    assert int(rid[6:10]) <= 2026 - 60
    grown = {row["crop"]: float(row["scale"]) for row in of(rows["production"], family)}
    assert set(grown) == {"甘蔗", "油菜"}
    assert sum(grown.values()) > AREA_OF_A_HECTARE_MU
    for register in ("village_house", "urban_flat", "real_estate", "loan_history", "sale"):
        assert of(rows[register], family) == [], register


def test_the_breeder_has_two_hundred_pigs_and_an_unlicensed_house(
    clean: Path, rows: dict[str, Rows]
) -> None:
    _, family = known(clean, "breeder")
    kept = {(row["crop"], row["scale"], row["unit"]) for row in of(rows["production"], family)}
    assert kept == {("生猪", "200.00", "头")}
    (house,) = of(rows["village_house"], family)
    assert house["licensed"] in {"N", "否"}
    assert of(rows["real_estate"], family) == []


def test_the_manager_runs_a_cooperative(clean: Path, rows: dict[str, Rows]) -> None:
    rid, family = known(clean, "manager")
    roles = {(row["rid"], row["kind"], row["role"]) for row in of(rows["farm_entity"], family)}
    assert (rid, "农民专业合作社", "负责人") in roles
    assert of(rows["loan_history"], family) == []


def test_nobody_bears_a_name_of_the_page(rows: dict[str, Rows], clean: Path) -> None:
    people = json.loads((clean / "truth" / "personas.json").read_text(encoding="utf-8"))
    names = {person["name"][0] for person in people}
    assert names.isdisjoint(person["page_name"][0] for person in people)


def test_the_documentation_shows_the_figures_of_the_page() -> None:
    text = Path(__file__).parents[3].joinpath("docs", "synthetic-county.md").read_text("utf-8")
    for figure in PAGE:
        share = f"{figure.drawn / PAGE_HOUSEHOLDS:.2%}".replace("%", " %")
        assert f"{figure.product} | {share}; {figure.mean_yuan:,.0f}" in text, figure.product
