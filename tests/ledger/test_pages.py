"""The accountant reads the books, compares, explains and closes; officers read; others do not."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import signed_in
from tests.ledger.books import DAY, Books
from xinnong.accounts.permissions import Permission
from xinnong.audit.models import Entry
from xinnong.ledger.models import Assertion, Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(books: Books) -> Books:
    books.post(books.move("bank", "capital", 100_000), on=date(2026, 10, 8))
    books.post(books.move("loan", "bank", 60_000))
    return books


@pytest.fixture
def fang(books: Books) -> Client:
    return signed_in(books.people.fang)


def page(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"ledger:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_the_trial_balance(books: Books, fang: Client) -> None:
    text = page(fang, "trial_balance", on=DAY.isoformat())
    assert "借贷相等" in text
    assert text.count("1,000.00 元") == 3  # capital, and both sums
    assert "贷款本金" in text
    before = page(fang, "trial_balance", on="2026-10-31")
    assert "贷款本金" not in before


def test_it_speaks_english(books: Books, fang: Client) -> None:
    fang.cookies["django_language"] = "en"
    text = fang.get(reverse("ledger:trial_balance"), headers={"Accept-Language": "en"})
    assert "Loan principal" in text.content.decode()


def test_it_leads_from_a_code_to_an_account_and_its_journal(books: Books, fang: Client) -> None:
    listed = page(fang, "accounts", "130301", product="puhui")
    ref = books.accounts["loan"].ref
    assert str(ref) in listed
    text = page(fang, "statement", ref, from_on="2026-11-01", until="2026-11-30")
    assert text.count("600.00 元") == 3  # the movement, the balance after it, the closing balance
    journal = UUID(text.split("/books/journals/")[1][:36])
    assert "#" in page(fang, "journal", journal)


def test_a_day_that_is_none_is_named_and_not_taken_for_today(books: Books, fang: Client) -> None:
    for address in (
        reverse("ledger:trial_balance") + "?on=nosuch",
        reverse("ledger:statement", args=[books.accounts["bank"].ref]) + "?from_on=2026-13-40",
    ):
        answer = fang.get(address)
        assert answer.status_code == 422
        assert "errorlist" in answer.content.decode() or "error" in answer.content.decode()


def test_it_takes_a_bank_statement_and_its_explanation(books: Books, fang: Client) -> None:
    ref = books.accounts["bank"].ref
    form = {
        "key": "k1",
        "source": "bank_statement",
        "business_on": "2026-11-20",
        "expected": "390",
        "reference": "B-7",
    }
    for _twice in range(2):
        answer = fang.post(reverse("ledger:assert_balance", args=[ref]), form)
        assert answer.status_code == 302
    said = Assertion.objects.get()
    assert (said.expected_minor, said.computed_minor) == (39_000, 40_000)
    assert "有差异" in page(fang, "assertions")
    address = reverse("ledger:explain", args=[said.ref])
    assert fang.get(address).status_code == 200
    assert fang.post(address, {"key": "k2", "explanation": ""}).status_code == 422
    assert fang.post(address, {"key": "k2", "explanation": "在途"}).status_code == 302
    assert "已说明" in page(fang, "assertions")
    assert fang.post(address, {"key": "k3", "explanation": "又一次"}).status_code == 422


def test_it_refuses_an_amount_that_is_none(books: Books, fang: Client) -> None:
    ref = books.accounts["bank"].ref
    form = {"key": "k", "source": "core", "business_on": "2026-11-20", "expected": "很多"}
    answer = fang.post(reverse("ledger:assert_balance", args=[ref]), form)
    assert answer.status_code == 422
    assert Assertion.objects.count() == 0


def test_it_closes_a_month_only_with_a_second_factor(
    books: Books, fang: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"key": "close", "month": "2026-10-08"}
    assert fang.post(reverse("ledger:close_period"), form).status_code == 403
    assert Period.objects.count() == 0
    held = books.people.fang.role_classes[0].permissions
    monkeypatch.setattr("xinnong.accounts.models.User.granted", held)
    assert (
        fang.post(reverse("ledger:close_period"), {**form, "month": "2099-01-01"}).status_code
        == 422
    )
    assert fang.post(reverse("ledger:close_period"), form).status_code == 302
    assert Period.objects.filter(closed_at__isnull=False).get().last_on == date(2026, 10, 31)
    assert "已结账" in page(fang, "periods")
    assert Permission.CLOSE_LEDGER in held


@pytest.mark.parametrize(
    ("what", "form", "begins"),
    [
        ("trial-balance", "csv", b"\xef\xbb\xbfcode,"),
        ("trial-balance", "xlsx", b"PK"),
        ("statement", "csv", b"\xef\xbb\xbfbusiness_on,"),
        ("journals", "beancount", b'option "title"'),
    ],
)
def test_it_hands_out_files_and_records_it(
    books: Books, fang: Client, what: str, form: str, begins: bytes
) -> None:
    address = reverse("ledger:export", kwargs={"what": what, "form": form})
    account = {"account": str(books.accounts["loan"].ref)} if what == "statement" else {}
    answer = fang.post(address, {"on": "2026-11-20", **account})
    assert answer.status_code == 200
    assert answer.content.startswith(begins)
    assert Entry.objects.filter(action=f"ledger.export-{what}").count() == 1
    wrong = reverse("ledger:export", kwargs={"what": what, "form": "pdf"})
    assert fang.post(wrong).status_code == 404


def test_it_shows_an_officer_the_own_bank_and_no_other(books: Books) -> None:
    ref = books.accounts["loan"].ref
    assert (
        signed_in(books.people.lin).get(reverse("ledger:statement", args=[ref])).status_code == 200
    )
    zhao = signed_in(books.people.zhao)
    assert zhao.get(reverse("ledger:statement", args=[ref])).status_code == 404
    asked = {"institution": "BANK-01"}
    assert zhao.get(reverse("ledger:trial_balance"), asked).status_code == 404
    assert signed_in(books.people.xu).get(reverse("ledger:trial_balance")).status_code == 403
