from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tests.core.pages import table
from tests.core.published import (
    PROOFS,
    Case,
    by_day,
    cases,
    differing,
    figures,
    printed,
    printed_dates,
)
from tests.core.published_page import CONVENTIONS, PAGE, TABLES
from tests.core.schedule_by_day import ExactRow
from xinnong.core.schedule import build_schedule, load_terms, schedule_document

EQUAL = 102
REFERENCE_READS_AS_THE_SOURCE = {
    "days-over-360-without-months",
    "draw-after-installment",
    "pause-outside-the-level",
    "whole-period-for-a-part",
}
SOURCE = {"title", "author", "url", "place", "read_in", "licence"}
KINDS = {"lender", "manual", "peer", "regulator", "textbook"}
EVERY = [pytest.param(case, id=case.id) for case in cases()]
DIFFERING = [pytest.param(case, id=case.id) for case in cases() if case.differs]


@cache
def engine_rows(case: Case) -> tuple[ExactRow, ...]:
    """What `xinnong schedule TERMS.json --json` answers for the terms of a case."""
    terms = load_terms(json.dumps(dict(case.terms)).encode())
    document: dict[str, Any] = schedule_document(build_schedule(terms))
    return tuple(_exact(case, row) for row in document["rows"])


def _exact(case: Case, row: dict[str, Any]) -> ExactRow:
    principal, interest, balance = (
        Fraction(row[column]) * 10**case.digits
        for column in ("principal", "interest", "balance_after")
    )
    due = date.fromisoformat(row["due"])
    return ExactRow(row["n"], due, row["days"], principal, interest, balance)


@pytest.mark.parametrize("case", EVERY)
def test_it_equals_every_printed_figure_or_differs_as_said(case: Case) -> None:
    found = figures(case, engine_rows(case))
    assert found == printed(case) | case.ours
    assert {path for path, *_ in differing(case, found)} == set(case.ours)


@pytest.mark.parametrize("case", EVERY)
def test_it_falls_due_on_the_printed_days(case: Case) -> None:
    rows = engine_rows(case)
    by_key = {str(row.n): row for row in rows} | {row.due.isoformat(): row for row in rows}
    for key, (due, days) in printed_dates(case).items():
        assert by_key[key].due.isoformat() == due
        assert days in (None, by_key[key].days)


@pytest.mark.slow
@pytest.mark.parametrize("case", EVERY)
def test_the_day_by_day_reference_has_the_same_figures(case: Case) -> None:
    as_source = case.differs.get("convention") in REFERENCE_READS_AS_THE_SOURCE
    expected = printed(case) if as_source else figures(case, engine_rows(case))
    assert figures(case, by_day(case)) == expected


@pytest.mark.slow
@pytest.mark.parametrize("case", DIFFERING)
def test_it_proves_each_difference_by_the_convention_it_names(case: Case) -> None:
    proof = PROOFS[case.differs["convention"]](case)
    slips = set(case.differs.get("slips", ()))
    assert {path for path, *_ in differing(case, proof)} == slips
    assert slips <= set(case.ours)
    assert case.differs["because"]


def test_it_counts_the_cases_that_are_equal() -> None:
    assert Counter(bool(case.differs) for case in cases()) == {
        False: EQUAL,
        True: len(cases()) - EQUAL,
    }


@pytest.mark.parametrize("case", EVERY)
def test_each_case_says_where_it_was_read(case: Case) -> None:
    assert set(case.source) == SOURCE
    assert all(case.source.values())
    assert case.source["url"].startswith(("https://", "http://"))
    assert case.kind in KINDS
    assert printed(case)
    assert all(amount >= Decimal(0) for amount in printed(case).values())


@pytest.mark.parametrize("name", TABLES)
def test_the_page_lists_what_the_files_say(name: str) -> None:
    assert table(PAGE, name) == TABLES[name](), "run: python -m tests.core.published_page"


def test_every_convention_has_words_and_a_proof() -> None:
    assert set(CONVENTIONS) == set(PROOFS)
    assert {case.differs["convention"] for case in cases() if case.differs} == set(PROOFS)


def test_no_two_cases_share_a_name_or_their_terms() -> None:
    said = [json.dumps([dict(case.terms), case.source["url"], case.id]) for case in cases()]
    assert len(set(said)) == len(cases())
    assert all((case.id == case.id.lower()) for case in cases())
