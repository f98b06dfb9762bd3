"""The pages on features and survivorship say what the declarations and the statements do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.analytics.facts.test_survivorship import CLASSES, by_reference, by_statements
from tests.analytics.features.generated import SERVICE, Household, plan_for, reference, run_batch
from tests.analytics.pages import WRITTEN, worked_family
from tests.analytics.worked import CONSENTS, DISPUTES, FAMILY, WORKED, consenting
from tests.core.pages import table


@pytest.mark.parametrize(("page", "name"), WRITTEN)
def test_the_tables_are_those_of_the_code(page: str, name: str) -> None:
    assert table(page, name) == WRITTEN[page, name](), "run: python -m tests.analytics.pages"


@pytest.mark.slow
def test_the_worked_family_comes_out_the_same_in_batch(tmp_path: Path) -> None:
    family = worked_family()
    plan = plan_for([family], list(FAMILY))
    alone = reference(family, plan, recipient=SERVICE, lender=None)
    row = run_batch(tmp_path, [family], plan)[1, "base", None]
    assert {name: row[name] for name in WORKED} == {name: alone.value(name) for name in WORKED}


@pytest.mark.slow
def test_consent_works_the_same_in_batch(tmp_path: Path) -> None:
    homes = [
        consenting(number, given, holders)
        for number, (_, given, holders) in enumerate(CONSENTS, start=1)
    ]
    plan = plan_for(homes, ["land_contract", "land_transfer"])
    batch = run_batch(tmp_path, homes, plan)
    for home in homes:
        alone = reference(home, plan, recipient=SERVICE, lender=None).value("land_mu_years")
        assert batch[home.number, "base", None]["land_mu_years"] == alone, home.number


@pytest.mark.slow
def test_the_worked_disputes_are_settled_the_same_by_the_statements() -> None:
    members = worked_family().members
    homes = [Household(number, members, rows) for number, rows in enumerate(DISPUTES, start=1)]
    assert set(CLASSES) >= {name for rows in DISPUTES for name in rows}
    assert by_statements(homes) == by_reference(homes)
