"""TERMS.json: every wrong setting is refused by its name, all of them at once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.schedule.loans import Said, documents, many_loans
from xinnong.core.schedule import InvalidTerms, build_schedule, load_terms, terms_from, terms_schema
from xinnong.core.schedule.crop_calendars import crop_calendars
from xinnong.core.schedule.shape import shape_problems
from xinnong.core.schedule.terms import DayCount, Level, Method
from xinnong.core.schedule.terms_file import MAX_BYTES

LEAST: Said = {
    "method": "equal_installment",
    "principal": "100000",
    "annual_rate": "4.1",
    "number_of_repayments": 12,
    "disbursed_on": "2021-03-01",
}
ON = "2021-05-15"
SEASONAL = {"method": "seasonal", "calendar": "bayberry"}


def problems(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidTerms) as refused:
        build_schedule(load_terms(data))
    return [(problem.field, problem.code) for problem in refused.value.problems]


def refused(**changes: Any) -> list[tuple[str, str]]:
    said = {name: value for name, value in {**LEAST, **changes}.items() if value is not None}
    return problems(json.dumps(said).encode())


def test_the_least_that_is_said_gets_the_defaults_of_the_schema() -> None:
    terms = terms_from(LEAST)
    assert (terms.principal_minor, terms.annual_rate_percent) == (10_000_000, Decimal("4.1"))
    assert (terms.day_count, terms.level) == (DayCount.ACTUAL_360, Level.PERIOD_FACTORS)
    assert (terms.every, terms.unit.value, terms.last_installment_gap_pct) == (1, "months", 50)
    assert [(draw.on, draw.amount_minor) for draw in terms.draws] == [
        (date(2021, 3, 1), 10_000_000)
    ]


def test_drawings_stand_in_for_principal_and_first_day() -> None:
    said = {name: LEAST[name] for name in ("method", "annual_rate", "number_of_repayments")}
    draws = [{"on": "2021-03-01", "amount": 400}, {"on": "2021-04-01", "amount": "600.50"}]
    terms = terms_from({**said, "disbursements": draws})
    assert (terms.principal_minor, terms.disbursed_on) == (100_050, date(2021, 3, 1))


def test_all_problems_come_at_once() -> None:
    assert refused(
        method="equal", principal="1e5", annual_rate=4.1, colour="red", number_of_repayments=0
    ) == [
        ("colour", "field.unknown"),
        ("method", "field.value"),
        ("principal", "field.value"),
        ("annual_rate", "field.type"),
        ("number_of_repayments", "field.value"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"principal": None}, "principal", "field.missing"),
        ({"disbursed_on": None}, "disbursed_on", "field.missing"),
        ({"principal": "0"}, "principal", "amount.not_positive"),
        ({"principal": -1}, "principal", "field.value"),
        ({"principal": 1000.5}, "principal", "field.type"),
        ({"principal": True}, "principal", "field.type"),
        ({"annual_rate": "-1"}, "annual_rate", "field.value"),
        ({"annual_rate": "4.1%"}, "annual_rate", "field.value"),
        ({"annual_rate": "NaN"}, "annual_rate", "field.value"),
        ({"disbursed_on": "2021-02-29"}, "disbursed_on", "field.value"),
        ({"disbursed_on": "20210301"}, "disbursed_on", "field.value"),
        ({"first_due_on": "2021-03-01"}, "first_due_on", "first_due_on.not_after_disbursement"),
        ({"unit": "years", "every": 20}, "number_of_repayments", "terms.too_long"),
        ({"disbursed_on": "1850-01-01"}, "disbursed_on", "date.range"),
        ({"grace": {"principal": 12}}, "grace.principal", "grace.too_long"),
        ({"grace": {"interest": 1}}, "grace.interest", "field.unknown"),
        (
            {"method": "interest_first", "grace": {"principal": 1}},
            "grace.principal",
            "grace.principal_is_last_anyway",
        ),
        (
            {"method": "at_maturity", "grace": {"interest_free": 1}},
            "grace.interest_free",
            "grace.without_instalments",
        ),
        ({"balloon": {"amount": 10}}, "balloon", "balloon.other_method"),
        ({"method": "balloon"}, "balloon", "balloon.one_of_two"),
        (
            {"method": "balloon", "balloon": {"amount": "100000"}},
            "balloon.amount",
            "balloon.not_below_principal",
        ),
        (
            {"method": "balloon", "balloon": {"amortised_over": 12}},
            "balloon.amortised_over",
            "balloon.not_longer",
        ),
        ({"method": "flat", "level": "annual_over_n"}, "level", "level.other_method"),
        ({"calendar": "bayberry"}, "calendar", "calendar.other_method"),
        ({"calendar": {"off_season": "nothing"}}, "calendar.off_season", "calendar.other_method"),
        ({"calendar": "mango"}, "calendar", "calendar.unknown"),
        ({"calendar": {"crop": "mango"}}, "calendar.crop", "calendar.unknown"),
        ({"method": "seasonal"}, "calendar", "calendar.no_income"),
        (
            {**SEASONAL, "number_of_repayments": 2},
            "calendar",
            "calendar.no_due_date_with_income",
        ),
        ({"rounding": {"currency_digits": 0}, "principal": "1.50"}, "principal", "amount.too_fine"),
        (
            {"rounding": {"currency_digits": 0, "installment_multiple": "0.50"}},
            "rounding.installment_multiple",
            "multiple.not_of_the_unit",
        ),
        (
            {"disbursements": [{"on": "2021-03-01", "amount": 5}]},
            "disbursements",
            "disbursements.sum",
        ),
        (
            {"disbursements": [{"on": "2021-03-02", "amount": 100000}]},
            "disbursed_on",
            "disbursed_on.not_the_first",
        ),
        (
            {
                "disbursements": [
                    {"on": "2021-03-01", "amount": 1},
                    {"on": "2023-03-01", "amount": 99999},
                ]
            },
            "disbursements[1].on",
            "draw.after_end",
        ),
        (
            {
                "method": "revolving",
                "disbursements": [
                    {"on": "2021-03-01", "amount": 60000},
                    {"on": "2021-04-01", "amount": 60000},
                ],
            },
            "disbursements[1].amount",
            "draw.over_limit",
        ),
    ],
)
def test_it_refuses_by_name(changes: Said, field: str, code: str) -> None:
    assert refused(**changes) == [(field, code)]


@pytest.mark.parametrize(
    ("event", "field", "code"),
    [
        ({"kind": "gift"}, ".kind", "field.value"),
        ({"kind": "prepayment"}, ".amount", "field.missing"),
        ({"kind": "prepayment", "amount": 0}, ".amount", "amount.not_positive"),
        ({"kind": "prepayment", "amount": 100001}, ".amount", "event.over_balance"),
        (
            {"kind": "prepayment", "amount": 5, "rate": "3"},
            ".rate",
            "event.field_of_another_kind",
        ),
        ({"kind": "prepayment", "amount": 5, "until": "2021-06-01"}, ".until", "field.value"),
        ({"kind": "rate_change"}, ".rate", "field.missing"),
        (
            {"kind": "rate_change", "rate": "3", "effect": "reduce_count"},
            ".effect",
            "event.effect_without_meaning",
        ),
        ({"kind": "interest_pause"}, ".until", "field.missing"),
        ({"kind": "interest_pause", "until": ON}, ".until", "event.until_too_early"),
        ({"kind": "interest_pause", "until": "period_end"}, ".until", "field.value"),
        ({"kind": "reschedule"}, "", "event.changes_nothing"),
        ({"kind": "reschedule", "until": "2021-05-01"}, ".until", "event.until_too_early"),
        ({"kind": "settle", "amount": 5}, ".amount", "event.field_of_another_kind"),
        ({"kind": "settle", "on": "2021-02-28"}, ".on", "event.before_disbursement"),
        ({"kind": "repayment", "amount": 5, "on": "2023-01-01"}, ".on", "event.after_end"),
    ],
)
def test_it_refuses_events_by_name(event: Said, field: str, code: str) -> None:
    assert refused(events=[{"on": ON, **event}]) == [(f"events[0]{field}", code)]


def test_a_single_payment_has_no_number_left() -> None:
    event = {"on": ON, "kind": "reschedule", "number_of_repayments": 2}
    assert refused(method="at_maturity", events=[event]) == [
        ("events[0].number_of_repayments", "event.effect_without_meaning")
    ]
    # a rate of nothing is a rate
    event = {"on": ON, "kind": "reschedule", "rate": "0"}
    assert terms_from({**LEAST, "events": [event]}).events[0].rate_percent == 0


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", ("", "document.not_json")),
        (b"\xff\xfe", ("", "document.not_json")),
        (b"[" * 100_000, ("", "document.not_json")),
        (b"[]", ("", "document.not_object")),
        (b'{"every": 1, "every": 2}', ("every", "field.twice")),
        (b" " * (MAX_BYTES + 1), ("", "document.too_large")),
    ],
)
def test_it_refuses_what_is_no_document(data: bytes, problem: tuple[str, str]) -> None:
    assert problems(data) == [problem]


def test_a_byte_order_mark_does_not_matter() -> None:
    assert load_terms(b"\xef\xbb\xbf" + json.dumps(LEAST).encode()) == terms_from(LEAST)


VALIDATOR = jsonschema_rs.Draft202012Validator(dict(terms_schema()), validate_formats=True)
ODD = st.sampled_from(
    [None, True, 0, -1, 4.5, "", "x", "1.234", "2021-13-01", [], [1], {}, {"a": 1}]
)


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.meta.validate(dict(terms_schema()))


@many_loans
@given(documents(), st.data())
def test_schema_and_parser_agree_on_every_shape(said: Said, data: st.DataObject) -> None:
    """What the schema turns down the parser does, and the other way round."""
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.sampled_from(list(_places(said)))) if said else None
        if place is not None:
            where, name = place
            where[name] = data.draw(ODD)
    assert VALIDATOR.is_valid(said) == (shape_problems(said, terms_schema(), terms_schema()) == [])


def _places(value: Any) -> Any:
    names = value.keys() if isinstance(value, dict) else range(len(value))
    for name in names:
        yield value, name
        if isinstance(value[name], (dict, list)):
            yield from _places(value[name])


def test_the_defaults_of_the_schema_are_those_of_terms_made_in_code() -> None:
    properties = terms_schema()["properties"]
    terms = terms_from(LEAST)
    assert {name for name in properties if "default" not in properties[name]} == {
        "method", "principal", "annual_rate", "number_of_repayments", "disbursed_on",
        "first_due_on", "disbursements", "balloon",
    }  # fmt: skip
    made = type(terms)(
        method=Method.EQUAL_INSTALLMENT,
        principal_minor=10_000_000,
        annual_rate_percent=Decimal("4.1"),
        number_of_repayments=12,
        disbursed_on=date(2021, 3, 1),
        disbursements=terms.draws,
    )
    assert made == terms


def test_calendars_are_known_by_code_and_by_name_in_both_languages() -> None:
    assert len(crop_calendars()) == 16
    for calendar in crop_calendars().values():
        assert calendar.cost_weights.keys() | calendar.income_weights.keys() <= set(range(1, 13))
        found = [
            terms_from({**LEAST, "method": "seasonal", "calendar": name}).calendar
            for name in (calendar.code, calendar.zh, calendar.en)
        ]
        assert found == [found[0]] * 3
        assert found[0].income_weights == dict(sorted(calendar.income_weights.items()))
    assert {calendar.kind for calendar in crop_calendars().values()} == {
        "crop",
        "animal",
        "aquaculture",
    }
