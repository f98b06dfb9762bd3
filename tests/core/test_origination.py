"""The rule that decides alone: what it approves, and that it approves nothing else."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.test_product_file import PUBLISHED
from xinnong.core import origination
from xinnong.core.money import percent
from xinnong.core.origination import (
    APPLICATION_MOVES,
    CONTRACT_MOVES,
    OFFICER_REASONS,
    PURPOSES,
    Application,
    Authority,
    Decided,
    Decider,
    LineFacts,
    authority_problems,
    contract_rate,
    decide,
    is_held,
    last_day,
    may_move,
    need_minor,
    needs_second,
)
from xinnong.core.product_file import load_product
from xinnong.core.products import METHODS, PAYEES, SECURITIES, Product, Request

LPR = percent("3.00")
TODAY = date(2026, 11, 20)
ALL_PRODUCTS = [load_product(path.read_bytes()) for path in sorted(PUBLISHED.glob("*.json"))]
INCLUSIVE = next(product for product in ALL_PRODUCTS if product.id == "inclusive")
SMALL = next(product for product in ALL_PRODUCTS if product.id == "small-loan")
LINE = LineFacts(
    grade="AA", points=720, line_minor=10_000_000, rate_percent=percent("4.1"), closed_gates=(),
    known_on=date(2026, 10, 31),
)  # fmt: skip
REQUEST = Request(
    lender="bank", borrower="household", amount_minor=5_000_000, months=12, method="at_maturity",
    rate_percent=percent("9.9"), security="credit", payee="own_card", on=TODAY,
)  # fmt: skip
PLAIN = Application(request=REQUEST, line=LINE, contracted_minor=0)
RULE = Authority(alone_minor=5_000_000, second_minor=5_000_000)


def decided(
    application: Application = PLAIN,
    *,
    product: Product = INCLUSIVE,
    authority: Authority | None = RULE,
    lpr: Decimal | None = LPR,
) -> Decided:
    return decide(application, product, authority, lpr_percent=lpr)


def asking(**changes: object) -> Application:
    return replace(PLAIN, request=replace(REQUEST, **changes))  # type: ignore[arg-type]


def with_line(**changes: object) -> Application:
    return replace(PLAIN, line=replace(LINE, **changes))  # type: ignore[arg-type]


def test_it_approves_at_the_rate_of_the_line() -> None:
    assert decided() == Decided("approve", (), percent("4.1"))


@pytest.mark.parametrize(
    ("application", "outcome", "codes"),
    [
        (replace(PLAIN, line=None), "refer", ["application.line_unknown", "application.no_line_rule"]),
        (replace(PLAIN, contracted_minor=None), "refer", ["application.contracted_unknown"]),
        (replace(PLAIN, contracted_minor=5_000_100), "refuse", ["application.over_line"]),
        (replace(PLAIN, wants_person=True), "refer", ["application.asked_for_person"]),
        (with_line(closed_gates=("gate.consent.unknown",)), "refuse", ["application.gate_closed"]),
        (with_line(line_minor=4_999_900), "refuse", ["application.over_line"]),
        (with_line(known_on=TODAY - timedelta(days=191)), "refer", ["application.evidence_old"]),
        (with_line(rate_percent=None), "refer", ["application.rate_unknown"]),
        (asking(amount_minor=5_000_100), "refer", ["application.over_rule"]),
        (asking(payee="listed_supplier"), "refuse", ["product.payee"]),
        (asking(security="guarantee"), "refuse", ["product.security"]),
        (asking(method="flat"), "refuse", ["product.method"]),
        (asking(lender="fund"), "refuse", ["product.lender"]),
    ],
)  # fmt: skip
def test_it_says_why_not(application: Application, outcome: str, codes: list[str]) -> None:
    found = decided(application)
    assert (found.outcome, list(found.codes), found.rate_percent) == (outcome, codes, None)


@pytest.mark.parametrize("authority", [None, Authority(0, 30_000_000)])
def test_it_approves_nothing_without_authority(authority: Authority | None) -> None:
    assert decided(authority=authority).codes == ("application.over_rule",)


def test_a_refusal_becomes_a_referral_for_whoever_asks_for_a_person() -> None:
    found = decided(
        replace(asking(amount_minor=9_000_000), wants_person=True, contracted_minor=2_000_000)
    )
    assert found.outcome == "refer"
    assert found.codes == ("application.asked_for_person", "application.over_line")


def test_an_unknown_prime_rate_refers() -> None:
    request = replace(REQUEST, lender="small_loan", method="equal_installment")
    found = decided(replace(PLAIN, request=request), product=SMALL, lpr=None)
    assert (found.outcome, found.codes[0]) == ("refer", "product.lpr_unknown")


@pytest.mark.parametrize(
    ("product", "line", "lpr", "rate"),
    [
        (INCLUSIVE, "4.1", None, "4.1"),
        (INCLUSIVE, "1.0", None, str(INCLUSIVE.rate.floor_percent)),
        (INCLUSIVE, "99.0", None, str(INCLUSIVE.rate.cap_percent)),
        (SMALL, "99.0", "3.0", "11.5"),
        (SMALL, "99.0", "2.0", "8.0"),
        (SMALL, "8.0", None, None),
        (INCLUSIVE, None, "3.0", None),
    ],
)
def test_it_holds_the_rate_inside_the_product(
    product: Product, line: str | None, lpr: str | None, rate: str | None
) -> None:
    found = contract_rate(
        product, Decimal(line) if line else None, lpr_percent=Decimal(lpr) if lpr else None
    )
    assert found == (Decimal(rate) if rate else None)


amounts = st.integers(0, 40_000_000)
rates = st.none() | st.decimals(0, 30, places=6)
lines = st.none() | st.builds(
    LineFacts,
    grade=st.sampled_from(["AAA", "B", "D"]),
    points=st.integers(0, 1000),
    line_minor=st.sampled_from([0, 30_000_000]) | amounts,
    rate_percent=rates,
    closed_gates=st.sampled_from([(), (), ("gate.court_list.closed",), ("gate.age.unknown",)]),
    known_on=st.dates(date(2026, 1, 1), TODAY),
)
requests = st.builds(
    Request,
    lender=st.sampled_from(["bank", "bank", "small_loan", "fund"]),
    borrower=st.sampled_from(["household", "household", "organisation"]),
    amount_minor=st.sampled_from([2_000_000, 5_000_000]) | amounts,
    months=st.sampled_from([12, 12, 6, 400]),
    method=st.sampled_from(METHODS),
    rate_percent=st.decimals(0, 30, places=6),
    security=st.sampled_from(["credit", "credit", *SECURITIES]),
    payee=st.sampled_from(["own_card", "own_card", *PAYEES]),
    on=st.just(TODAY),
    produces=st.sampled_from([frozenset[str](), frozenset({"tea", "pigs"})]),
)
applications = st.builds(
    Application,
    request=requests,
    line=lines,
    contracted_minor=st.none() | st.just(0) | amounts,
    wants_person=st.sampled_from([False, False, False, True]),
)
authorities = st.none() | st.builds(
    lambda alone: Authority(alone, alone), st.sampled_from([0, 5_000_000, 30_000_000])
)


@settings(max_examples=2_000, deadline=None)
@given(applications, st.sampled_from(ALL_PRODUCTS), authorities, st.none() | st.just(LPR))
@example(PLAIN, INCLUSIVE, RULE, LPR)
def test_it_never_approves_beyond_a_bound_or_on_something_unknown(
    application: Application, product: Product, authority: Authority | None, lpr: Decimal | None
) -> None:
    found = decide(application, product, authority, lpr_percent=lpr)
    assert (found.outcome == "approve") == (found.problems == ())
    if found.outcome != "approve":
        assert found.rate_percent is None
        return
    line, amount = application.line, application.request.amount_minor
    assert line is not None
    assert line.closed_gates == ()
    assert application.contracted_minor is not None
    assert amount + application.contracted_minor <= line.line_minor
    assert authority is not None
    assert amount <= authority.alone_minor
    assert product.least_minor <= amount <= product.most_minor
    assert application.request.security == "credit"
    assert not application.wants_person
    assert "line_granted" in product.conditions
    assert found.rate_percent == contract_rate(product, line.rate_percent, lpr_percent=lpr)


ANNA, BERT = UUID(int=1), UUID(int=2)
OFFICER = Decider(ref=ANNA, household=7, authority=Authority(5_000_000, 10_000_000))


@pytest.mark.parametrize(
    ("decider", "amount", "first", "codes"),
    [
        (OFFICER, 10_000_000, None, []),
        (OFFICER, 10_000_001, None, ["authority.over"]),
        (replace(OFFICER, authority=None), 1, None, ["authority.over"]),
        (replace(OFFICER, household=3), 1, None, ["authority.own_household"]),
        (OFFICER, 1, ANNA, ["authority.same_person"]),
        (OFFICER, 1, BERT, []),
    ],
)
def test_it_bounds_what_a_person_may_approve(
    decider: Decider, amount: int, first: UUID | None, codes: list[str]
) -> None:
    found = authority_problems(decider, amount_minor=amount, household=3, first=first)
    assert [problem.code for problem in found] == codes


def test_a_second_person_is_needed_beyond_what_one_may_alone() -> None:
    assert not needs_second(OFFICER, amount_minor=5_000_000)
    assert needs_second(OFFICER, amount_minor=5_000_001)
    assert needs_second(replace(OFFICER, authority=None), amount_minor=1)


@pytest.mark.parametrize("moves", [APPLICATION_MOVES, CONTRACT_MOVES])
def test_every_state_that_is_reached_is_a_state(moves: dict[str, frozenset[str]]) -> None:
    assert frozenset[str]().union(*moves.values()) <= moves.keys()
    assert not may_move(moves, "nowhere", "approved")


def test_no_contract_is_in_force_that_was_not_signed() -> None:
    before = {state for state, to in CONTRACT_MOVES.items() if "in_force" in to}
    assert before == {"signed"}


def test_no_code_speaks_of_family_illness_or_a_past_sentence() -> None:
    source = Path(origination.__file__).read_text(encoding="utf-8")
    codes = {*OFFICER_REASONS, *PURPOSES, *re.findall(r'"([a-z_]+\.[a-z_]+)"', source)}
    never = re.compile(r"marr|single|divorc|ill|sick|disab|disease|convict|relig|widow")
    assert len(codes) > 25
    assert [code for code in sorted(codes) if never.search(code)] == []


@pytest.mark.parametrize(
    ("starts_on", "months", "ends_on"),
    [
        (date(2026, 11, 20), 12, date(2027, 11, 20)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
    ],
)
def test_a_contract_ends_on_the_same_day_of_its_last_month(
    starts_on: date, months: int, ends_on: date
) -> None:
    assert last_day(starts_on, months) == ends_on


def test_a_hold_lasts_a_day_or_until_the_call_back() -> None:
    until = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
    before = until - timedelta(seconds=1)
    assert is_held(held_until=until, lifted_at=None, now=before)
    assert not is_held(held_until=until, lifted_at=None, now=until)
    assert not is_held(held_until=until, lifted_at=before, now=before)


def test_the_need_is_scale_times_norm_rounded_down() -> None:
    assert need_minor(1_250, 120_000) == 1_500_000
    assert need_minor(1, 150) == 1
