"""Every feature, on every basis: the batch statements and the plain reference agree."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.analytics.features.generated import (
    LENDERS,
    SERVICE,
    Household,
    draw_households,
    plan_for,
    reference,
    run_batch,
)
from xinnong.analytics.contracts.declarations import load_contracts
from xinnong.analytics.features.batch import Plan
from xinnong.analytics.features.declared import shown_features
from xinnong.analytics.linking.rows import linked_classes

HOUSEHOLDS = 30
NAMES = [feature.name for feature in shown_features()]
CLASSES = ["consent", *(contract.name for contract in linked_classes(load_contracts().values()))]


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(seed=st.integers(0, 2**32), missing=st.sets(st.sampled_from(CLASSES), max_size=3))
def test_it_computes_the_same_in_batch_and_alone(seed: int, missing: set[str]) -> None:
    delivered = [name for name in CLASSES if name not in missing]
    households = draw_households(Random(seed), HOUSEHOLDS, delivered)
    plan = plan_for(households, delivered)
    with tempfile.TemporaryDirectory() as folder:
        batch = run_batch(Path(folder), households, plan)
    medians = town_medians(households, plan)
    for household in households:
        for basis, recipient, lender in bases():
            facts = reference(household, plan, recipient=recipient, lender=lender, medians=medians)
            row = batch.get((household.number, basis, lender))
            if row is None:
                assert lender is not None
                assert facts.value("consent_ok") in (0, None)
                assert not facts.own("loan_history")
                continue
            alone = {name: facts.value(name) for name in NAMES}
            differs = {n: (row[n], alone[n]) for n in NAMES if row[n] != alone[n]}
            assert not differs, (household.number, basis, lender)
            assert row["first_borrower"] == is_first_borrower(facts.value, plan, lender, facts)


def test_the_generated_households_exercise_every_feature() -> None:
    """Agreement on a figure that is always the same, or always unknown, would show nothing."""
    households = draw_households(Random(1), 150, CLASSES)
    plan = plan_for(households, CLASSES)
    medians = town_medians(households, plan)
    lender = LENDERS[0]
    facts = [
        reference(h, plan, recipient=lender, lender=lender, medians=medians) for h in households
    ]
    seen = {name: {household.value(name) for household in facts} for name in NAMES}
    assert {name for name, values in seen.items() if len(values - {None}) < 2} == set()


def bases() -> list[tuple[str, str | None, str | None]]:
    """Basis, recipient and lender of every result."""
    return [
        ("pre", None, None),
        ("base", SERVICE, None),
        *(("granted", code, code) for code in LENDERS),
    ]


def is_first_borrower(value: Any, plan: Plan, lender: str | None, facts: Any) -> bool:
    """Never borrowed from this lender, and nothing declared elsewhere."""
    if lender not in plan.reporting_lenders:
        return False
    return not facts.own("loan_history") and not value("lines_elsewhere")


def town_medians(households: Sequence[Household], plan: Plan) -> Mapping[str, int | None]:
    """Medians of the base figures of all households, which live in one town."""
    return {
        name: _median([
            value
            for household in households
            if (value := reference(household, plan, recipient=SERVICE, lender=None).value(name))
            is not None
        ])
        for name in ("assets_total", "income_total")
    }  # fmt: skip


def _median(values: list[int]) -> int | None:
    if len(values) < 10:
        return None
    ranked, middle = sorted(values), len(values) // 2
    if len(values) % 2:
        return ranked[middle]
    return (ranked[middle - 1] + ranked[middle]) // 2
