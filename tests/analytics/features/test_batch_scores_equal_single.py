"""Batch scores and lines are those of `core` for one household, to the point and the fen."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.analytics.lakes import write_rows
from xinnong.analytics.agreement import compare
from xinnong.analytics.features.declared import shown_features
from xinnong.analytics.scoring_sql import (
    LINE_INPUTS,
    NOTHING_ENTRUSTED,
    lines_sql,
    scores_sql,
)
from xinnong.core.bins import DIMENSIONS, FeatureBins
from xinnong.core.policy import Policy
from xinnong.core.policy_file import load_policy
from xinnong.core.scorecard import Grade, Scorecard
from xinnong.core.scorecard_file import load_card

PACKAGE = Path(__file__).parents[3] / "xinnong"
ROWS = 400


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return load_card((PACKAGE / "scoring/published/expert-2026.1.json").read_bytes())


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy((PACKAGE / "credit/published/default-2026.1.json").read_bytes())


def test_the_expert_card_asks_only_for_declared_features(card: Scorecard) -> None:
    declared = {feature.name: feature.dimension for feature in shown_features()}
    assert {f.name: f.dimension for f in card.features}.items() <= declared.items()


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_it_scores_and_lines_as_one_by_one(
    seed: int, card: Scorecard, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    random = Random(seed)
    folder = tmp_path_factory.mktemp("scored")
    _check(folder, random, card, policy)


@settings(max_examples=6, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_it_agrees_on_any_card_and_policy(
    seed: int, policy: Policy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    random = Random(seed)
    changed = dataclasses.replace(
        policy,
        base_minor={"A": random.randint(0, 10**7), "B": random.randint(0, 10**7)},
        cap_product_minor=random.randint(0, 3 * 10**7),
        cap_household_minor=random.randint(0, 3 * 10**7),
        area_norm_percent=random.randint(0, 200),
    )
    _check(tmp_path_factory.mktemp("any"), random, random_card(random), changed)


def _check(folder: Path, random: Random, card: Scorecard, policy: Policy) -> None:
    names = sorted({*card.names, *LINE_INPUTS})
    write_rows(
        folder / "features.parquet",
        [("household_no", "BIGINT"), ("area12", "VARCHAR"), ("area9", "VARCHAR"),
         ("basis", "VARCHAR"), ("lender", "VARCHAR"), ("first_borrower", "BOOLEAN"),
         *((name, "BIGINT") for name in names)],
        [_row(random, number, card, names) for number in range(ROWS)],
    )  # fmt: skip
    with duckdb.connect() as con:
        con.execute(f"CREATE VIEW features AS FROM '{folder / 'features.parquet'}'")
        con.execute(f"CREATE TABLE scores AS {scores_sql(card, 'features')}")
        entrusted = f"(household_no * {random.randint(0, 10**6)}) % 40000000"
        custody = random.choice((NOTHING_ENTRUSTED, entrusted))
        con.execute(f"CREATE TABLE lines AS {lines_sql(policy, 'scores', custody=custody)}")
        assert list(compare(con, card, policy)) == [None] * ROWS


def _row(random: Random, number: int, card: Scorecard, names: list[str]) -> Mapping[str, Any]:
    basis, lender = random.choice((("pre", None), ("base", None), ("granted", "BANK-01")))
    edges = {feature.name: (*feature.edges, *feature.codes) for feature in card.features}
    values = {name: _near(random, edges.get(name, ())) for name in names}
    gates = ("adult_18_65", "lives_in_county", "consent_ok")
    values |= {name: random.choice((None, 0, 1, 1, 1, 1)) for name in gates}
    values["own_dpd_over_90"] = random.choice((None, 0, 0, 0, 1))
    values["court_list_open"] = random.choice((None, 0, 0, 0, 0, 1, 2))
    return {
        "household_no": number, "area12": "339981101201", "area9": "339981101", "basis": basis,
        "lender": lender, "first_borrower": random.random() < 0.3, **values,
    }  # fmt: skip


def _near(random: Random, edges: tuple[int, ...]) -> int | None:
    """An edge, a neighbour of one, anything, or nothing."""
    if random.random() < 0.15:
        return None
    if edges and random.random() < 0.7:
        return random.choice(edges) + random.randint(-1, 1)
    return random.choice((0, 1, random.randint(-(10**6), 10**8), 2 * 10**12))


def random_card(random: Random) -> Scorecard:
    """Any card: numeric and category features, points below zero, ties everywhere."""
    names = [feature.name for feature in shown_features()]
    drawn = [
        _random_feature(random, name, dimension)
        for dimension in DIMENSIONS
        for name in random.sample(names, 2)
    ]
    features = tuple({feature.name: feature for feature in drawn}.values())
    return Scorecard(
        id="any", version="1", effective_on=date(2026, 1, 1), origin="trained", title_zh="",
        title_en="", base_points=random.randint(0, 50), max_points=100, scale=None, weights={},
        features=tuple(sorted(features, key=lambda f: DIMENSIONS.index(f.dimension))),
        grades=(Grade("A", 60), Grade("B", 40)), sha256="",
    )  # fmt: skip


def _random_feature(random: Random, name: str, dimension: str) -> FeatureBins:
    category = random.random() < 0.3
    count = random.randint(1, 4)
    edges = () if category else tuple(sorted(random.sample(range(-50, 500), count)))
    codes = tuple(random.sample(range(8), count)) if category else ()
    bins = count if category else count + 1
    return FeatureBins(
        name=name, dimension=dimension, unit="count", kind="category" if category else "numeric",
        trend="free", edges=edges, codes=codes,
        points=tuple(random.randint(-5, 10) for _ in range(bins)),
        other_points=random.randint(-5, 10) if category else None,
        unknown_points=random.randint(-5, 10),
        first_borrower_points=random.choice((None, random.randint(-5, 10))),
    )  # fmt: skip
