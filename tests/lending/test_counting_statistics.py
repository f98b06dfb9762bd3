"""Agricultural and inclusive loans of a day: the statement against the definitions, and the pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from uuid import UUID

import pytest

from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import DRAWN, Lender, open_lender, vouched
from tests.lending.test_reporting_to_the_bureau import sign
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.cli import statistics as command
from xinnong.core.schedule.terms import Method
from xinnong.lending.queries.statistics import loans_of_group, reference_on, statistics_on

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STREET_VILLAGE = "339981001201"


@pytest.fixture
def lender() -> Iterator[Lender]:
    """Seed on credit in a village, a loan of a street, one without any contract in our hands."""
    with vouched():
        made = open_lender()
        seed = made.draw(4_000_000, method=Method.AT_MATURITY)
        sign(made, seed, "seed_and_fertiliser", 600_000_000)
        school = made.draw(3_000_000, method=Method.AT_MATURITY, area12=STREET_VILLAGE,
                           contract_ref=seed.ref)  # fmt: skip
        sign(made, school, "schooling", 3_000_000)
        made.draw(2_000_000, method=Method.AT_MATURITY, contract_ref=school.ref)
        yield made


@pytest.mark.parametrize("on", [date(2026, 2, 28), DRAWN, date(2026, 11, 26)])
def test_the_statement_counts_as_the_definitions_do(lender: Lender, on: date) -> None:
    with scoped(SYSTEM):
        assert statistics_on("BANK-01", on) == reference_on("BANK-01", on)


def test_it_counts_by_place_purpose_and_line(lender: Lender) -> None:
    on = date(2026, 11, 26)
    with scoped(SYSTEM):
        found = statistics_on("BANK-01", on)
        assert {name: (g.loans, g.borrowers, g.balance_minor) for name, g in found.items()} == {
            "agricultural": (2, 1, 6_000_000),
            "farm_household": (2, 1, 6_000_000),
            "inclusive_small": (1, 1, 4_000_000),
        }
        assert found["agricultural"].weighted_rate_percent == Decimal("4.100000")
        assert loans_of_group("BANK-01", on, "unheard_of", after=0, limit=9) == []


def test_a_line_within_the_limit_is_inclusive(lender: Lender) -> None:
    small = lender.draw(1_000_000, method=Method.AT_MATURITY, person=UUID(int=5),
                        contract_ref=UUID(int=6))  # fmt: skip
    sign(lender, small, "machinery", 500_000_000)
    on = date(2026, 11, 26)
    with scoped(SYSTEM):
        found = statistics_on("BANK-01", on)
        assert found["inclusive_farm_household"].balance_minor == 1_000_000
        assert found == reference_on("BANK-01", on)


def test_the_page_opens_a_figure_to_its_rule_and_loans(lender: Lender) -> None:
    chen = past_second_factor(lender.people.chen)
    text = chen.get("/loans/statistics/?on=2026-11-26&group=agricultural").content.decode()
    assert "银发〔2007〕246 号" in text
    assert text.count('href="/loans/') >= 2
    assert "60,000.00 元" in text
    assert chen.get("/loans/statistics/?on=2999-01-01").status_code == 422
    assert chen.get("/loans/statistics/?on=x").status_code == 422
    assert chen.get("/loans/statistics/?on=2026-11-26&group=x").status_code == 404


def test_the_command_prints_a_group_a_line(
    lender: Lender, capsys: pytest.CaptureFixture[str]
) -> None:
    said = SimpleNamespace(institution="BANK-01", on=date(2026, 11, 26), json=True)
    assert command.run(said) == 0  # type: ignore[arg-type]
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["group"], first["loans"], first["balance_yuan"]) == (
        "agricultural", 2, "60000.00",
    )  # fmt: skip
    said.institution = "NOBODY"
    assert command.run(said) == 2  # type: ignore[arg-type]
