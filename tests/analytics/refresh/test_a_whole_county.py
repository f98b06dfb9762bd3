"""Two thousand households: batch equals one at a time, and households are those of the truth."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks.straight_lake import StraightLake, build
from benchmarks.truth import LENDERS, published_card, published_policy
from xinnong.analytics.agreement import compare
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.declarations import CONSENT_SCOPES
from xinnong.analytics.facts.sources import source_of
from xinnong.analytics.features.consent import Recipients
from xinnong.analytics.features.declared import consent_scopes, features, shown_features
from xinnong.analytics.features.household import HouseholdFacts, Member
from xinnong.analytics.features.windows import norms
from xinnong.analytics.linking.live import table_name
from xinnong.analytics.linking.quality import membership_quality
from xinnong.analytics.linking.rows import linked_classes
from xinnong.analytics.refresh import RefreshResult, refresh

pytestmark = pytest.mark.slow

HOUSEHOLDS = 2_000
CHECKED_ALONE = 250
SERVICE = "GOV-339981"
RECIPIENTS = Recipients((SERVICE, *LENDERS))
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Refreshed:
    """A county's lake, its refresh, and the folder of its steps."""

    lake: StraightLake
    result: RefreshResult
    steps: Path

    def rows(self, sql: str) -> Rows:
        found = duckdb.execute(sql)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def step(self, name: str) -> str:
        return f"read_parquet('{self.steps / name}.parquet')"

    def linked(self, class_name: str, households: int) -> dict[int, Rows]:
        pieces = self.steps / f"linked_{table_name(class_name)}"
        rows = self.rows(
            f"SELECT * FROM read_parquet('{pieces}/*.parquet') WHERE household_no <= {households}"
        )
        return _by_household(rows)


def _by_household(rows: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = defaultdict(list)
    for row in rows:
        found[row["household_no"]].append(row)
    return found


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Refreshed:
    folder = tmp_path_factory.mktemp("county")
    lake = build(folder / "lake", households=HOUSEHOLDS, seed=1)
    result = refresh(
        batches=lake.files, as_of=lake.as_of, workdir=folder / "work", unseal=_copied,
        previous=None, next_household_no=1, areas=lake.areas, lenders=LENDERS,
        card=published_card(), policy=published_policy(),
    )  # fmt: skip
    return Refreshed(lake, result, folder / "work" / "steps")


def _copied(clear: Path, target: Path) -> None:
    shutil.copyfile(clear, target)


def test_batch_and_one_at_a_time_agree_on_every_score_and_line(county: Refreshed) -> None:
    with duckdb.connect() as con:
        for name in ("features", "scores", "lines"):
            con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{county.result.tables[name]}')")
        outcomes = list(compare(con, published_card(), published_policy()))
    assert len(outcomes) == county.result.counts["features"] > 2 * HOUSEHOLDS
    assert [found for found in outcomes if found is not None] == []


def test_households_are_those_of_the_truth(county: Refreshed) -> None:
    quality = membership_quality(
        membership=county.result.tables["membership"],
        persons=county.result.tables["persons"],
        truth=county.lake.truth,
    )
    assert min(quality.precision, quality.person_precision) >= 0.995
    assert min(quality.recall, quality.person_recall) >= 0.95


def test_features_of_delivered_facts_are_those_of_the_plain_reference(county: Refreshed) -> None:
    """Here the facts are a county's, not drawn for the edges; every basis that has a result."""
    names = [feature.name for feature in shown_features()]
    facts = _facts_alone(county)
    results = county.rows(
        f"SELECT * FROM read_parquet('{county.result.tables['features']}') "
        f"WHERE household_no <= {CHECKED_ALONE}"
    )
    assert len(results) > 2 * CHECKED_ALONE
    for row in results:
        recipient = {"pre": None, "base": SERVICE}.get(row["basis"], row["lender"])
        household = facts(row["household_no"], recipient, row["lender"])
        alone = {name: household.value(name) for name in names}
        differs = {name: (row[name], alone[name]) for name in names if row[name] != alone[name]}
        assert not differs, (row["household_no"], row["basis"], row["lender"])


def _facts_alone(county: Refreshed) -> Any:
    classes = [contract.name for contract in linked_classes(load_contracts().values())]
    linked = {name: county.linked(name, CHECKED_ALONE) for name in classes}
    members = _by_household(county.rows(f"SELECT * FROM {county.step('member')}"))
    homes = {row["household_no"]: row for row in county.rows(f"FROM {county.step('homes')}")}
    medians = _medians(county)
    reporting = {r["institution"] for rows in linked["loan_history"].values() for r in rows}

    def facts(number: int, recipient: str | None, lender: str | None) -> HouseholdFacts:
        return HouseholdFacts(
            today=county.lake.as_of, norms=norms(), area12=homes[number]["area12"],
            members=[_member(row) for row in members[number]],
            rows={name: rows.get(number, []) for name, rows in linked.items()},
            delivered=_delivered(county.lake), consent_scopes=consent_scopes(),
            features=features(), recipient=recipient, lender=lender,
            reporting_lenders=frozenset(reporting),
            medians=medians.get(homes[number]["area9"], {}),
        )  # fmt: skip

    return facts


def _member(row: Mapping[str, Any]) -> Member:
    scopes = {
        code: frozenset(
            scope for scope in CONSENT_SCOPES
            if row[f"grants_{RECIPIENTS.column(code)}"] & RECIPIENTS.mask(code, (scope,))
        )
        for code in RECIPIENTS.codes
    }  # fmt: skip
    return Member(row["person_key"], row["birth"], bool(row["in_county"]), scopes)


def _medians(county: Refreshed) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    for name in ("assets", "income"):
        for row in county.rows(f"FROM {county.step(f'town_{name}')}"):
            found[row["area9"]][f"{name}_total"] = row["median"]
    return found


def _delivered(lake: StraightLake) -> frozenset[str]:
    newest: dict[str, Any] = {}
    for file in lake.files:
        newest[file.class_name] = max(newest.get(file.class_name, file.as_of), file.as_of)
    contracts = load_contracts()
    return frozenset(
        name for name, day in newest.items()
        if source_of(contracts[name]).expires_on(day) >= lake.as_of
    )  # fmt: skip
