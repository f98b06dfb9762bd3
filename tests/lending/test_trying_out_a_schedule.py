"""Lin changes a setting and sees every instalment; a program sends terms and gets the same."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import signed_in
from tests.people import People, client_of
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.core.schedule import build_schedule, load_terms, schedule_document

PAGE = "/schedule/"
TERMS = {
    "method": "equal_installment", "principal": "100000", "annual_rate": "4.1",
    "day_count": "30/360", "number_of_repayments": 12, "disbursed_on": "2021-03-01",
}  # fmt: skip
ASKED = {name: str(value) for name, value in TERMS.items()}


@pytest.fixture
def lins(people: People) -> Client:
    return signed_in(people.lin)


def answer(client: Client, **changes: str) -> str:
    return client.get(PAGE, ASKED | changes).content.decode()


def test_it_shows_every_instalment_with_what_the_figures_rest_on(lins: Client) -> None:
    page = answer(lins)
    assert page.count("8,519.56 元") == 12  # eleven rows, and the first payment on its card
    assert "8,519.57 元" in page
    assert "整月按十二分之一年" in page


def test_it_answers_with_the_schedule_alone_to_a_changed_setting(lins: Client) -> None:
    part = lins.get(PAGE, ASKED | {"annual_rate": "5"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert part.content.decode().startswith('<div id="schedule"')
    assert "8,560.75 元" in part.content.decode()


def test_it_repays_a_tea_grower_in_the_months_of_tea(lins: Client) -> None:
    made = lins.get(
        PAGE, ASKED | {"method": "seasonal", "crop": "spring_tea", "format": "json"}
    ).json()
    paid = {row["due"][5:7] for row in made["rows"] if row["principal"] != "0.00"}
    assert paid == {"03", "04"}


def test_it_shows_what_a_prepayment_changes(lins: Client) -> None:
    event = {"event": "prepayment", "event_on": "2021-06-01", "event_amount": "20000"}
    made = lins.get(PAGE, ASKED | event | {"format": "json"}).json()
    assert made["totals"]["principal"] == "100000.00"
    assert made["terms"]["events"][0]["amount"] == "20000.00"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"principal": "很多"}, "这个值不能用"),
        ({"principal": "0"}, "要大于零"),
        ({"annual_rate": "4.1.1"}, "这个值不能用"),
        ({"number_of_repayments": "601"}, "600"),
        ({"number_of_repayments": ""}, "期数"),
        ({"method": "seasonal"}, "按农时还款要选一种农时"),
        ({"method": "sometimes"}, "还款方式"),
        ({"first_due_on": "2021-03-01"}, "要晚于放款日"),
        ({"disbursed_on": "2021-02-30"}, "放款日"),
        ({"crop": "tea plantation"}, "按哪种农时"),
        ({"event": "prepayment"}, "缺这一项"),
        ({"event": "settle", "event_on": "2020-01-01"}, "早于放款日"),
        ({"grace_principal": "12"}, "宽限期数要少于总期数"),
        ({"multiple": "0.001"}, "取整"),
    ],
)
def test_it_says_what_cannot_be(lins: Client, changes: dict[str, str], says: str) -> None:
    refused = lins.get(PAGE, ASKED | changes)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert "<table" not in refused.content.decode()


@pytest.fixture
def token(people: People) -> str:
    with scoped(people.ou):
        return issue_token(
            actor=people.ou,
            client=client_of("BANK-01"),
            scopes=[Permission.PLAN_LOAN],
            lifetime=timedelta(days=1),
            now=timezone.now(),
        )


def post(token: str, body: bytes) -> tuple[int, dict[str, Any]]:
    sent = Client().post(
        "/api/v1/schedules", body, content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    return sent.status_code, sent.json()


def test_a_program_gets_what_the_command_prints(token: str) -> None:
    body = json.dumps(TERMS).encode()
    assert post(token, body) == (200, schedule_document(build_schedule(load_terms(body))))


def test_a_number_keeps_its_decimals_on_the_way_in(token: str) -> None:
    status, made = post(token, json.dumps(TERMS | {"last_installment_gap_pct": 10}).encode())
    assert (status, made["terms"]["last_installment_gap_pct"]) == (200, 10)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"[]", 422), (b"{", 400), (b'{"a": 1, "a": 2}', 422), (b"{}", 422)],
)
def test_a_program_is_told_what_cannot_be(token: str, body: bytes, status: int) -> None:
    assert post(token, body)[0] == status


def test_every_setting_that_is_wrong_is_named(token: str) -> None:
    status, told = post(token, json.dumps(TERMS | {"day_count": "actual/366", "hue": 1}).encode())
    assert status == 422
    assert told["code"] == "terms.invalid"
    assert [each["at"] for each in told["errors"]] == [["hue"], ["day_count"]]
