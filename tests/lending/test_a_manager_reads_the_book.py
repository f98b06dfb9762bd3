"""Chen reads the portfolio and opens its figures; Lin looks at the list; Zheng sees sums alone."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client
from django.urls import reverse

from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender
from tests.people import FAR_VILLAGE
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.schedule.terms import Method
from xinnong.lending.models import BookSum, Loan, MonthEnd

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
JANUARY = date(2026, 1, 31)
FEBRUARY = date(2026, 2, 28)
MARCH = date(2026, 3, 31)


UNKNOWN = (
    "state=sold", "bucket=late_7", "asset_class=6", "product=none", "town=999999999", "was=x",
    "became=gone", "ever=45", "drawn=2026-13", "ever=30", "q=" + "x" * 65,
)  # fmt: skip


def begin(lender: Lender) -> list[Loan]:
    """One loan that is never paid, one paid at once, one of a far village paid back in March."""
    monthly: dict[str, Any] = {"method": Method.EQUAL_PRINCIPAL, "number_of_repayments": 3}
    late = lender.draw(9_000_000, on=date(2026, 1, 1), **monthly)
    fine = lender.draw(3_000_000, on=date(2026, 1, 1), number_of_repayments=12, contract_ref=late.ref,
                       method=Method.AT_MATURITY)  # fmt: skip
    far = lender.draw(6_000_000, on=date(2026, 1, 1), area12=FAR_VILLAGE, contract_ref=fine.ref,
                      method=Method.AT_MATURITY)  # fmt: skip
    lender.end(date(2026, 3, 14))
    lender.repay(far, 10_000_000, date(2026, 3, 15), settles=True)
    lender.end(MARCH)
    return [late, fine, far]


@pytest.fixture
def book(begun: list[Loan]) -> list[Loan]:
    return begun


def test_it_keeps_how_each_loan_stood_at_the_end_of_each_month(book: list[Loan]) -> None:
    late, _fine, far = book
    with scoped(SYSTEM):
        rows = MonthEnd.objects.filter(loan=late).order_by("on")
        stood = [(row.on, row.balance_minor, row.days_past_due, row.overdue_since) for row in rows]
        of_far = MonthEnd.objects.filter(loan=far).count()
        total = BookSum.objects.get(on=MARCH, dimension="total")
    assert stood == [
        (JANUARY, 9_000_000, 0, None),
        (FEBRUARY, 9_000_000, 27, date(2026, 2, 1)),
        (MARCH, 9_000_000, 58, date(2026, 2, 1)),
    ]
    assert of_far == 2
    assert (total.loans, total.borrowers, total.balance_minor) == (2, 1, 12_000_000)


def test_a_manager_sees_the_book_and_opens_its_figures(lender: Lender, book: list[Loan]) -> None:
    chen = past_second_factor(lender.people.chen)
    page = chen.get(reverse("lending:portfolio"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "120,000.00 元" in text
    assert "逾期 31—60 天" in text
    assert "逾期迁徙率" in text
    links = {link for link in _links(text) if link.startswith(reverse("lending:loans"))}
    assert len(links) > 10
    for link in links:
        assert chen.get(link).status_code == 200, link
    rolled = [link for link in links if "became=late_31" in link]
    assert [_shown(chen, link) for link in rolled] == [{str(book[0].ref)}]
    settled = [link for link in links if "became=settled" in link]
    assert [_shown(chen, link) for link in settled] == [{str(book[2].ref)}]
    ever = [link for link in links if "ever=30" in link]
    assert {frozenset(_shown(chen, link)) for link in ever} == {frozenset({str(book[0].ref)})}


def test_she_looks_back_to_a_month_end(lender: Lender, book: list[Loan]) -> None:
    chen = past_second_factor(lender.people.chen)
    text = chen.get(reverse("lending:portfolio"), {"on": "2026-01-31"}).content.decode()
    assert "180,000.00 元" in text
    listed = _shown(chen, f"{reverse('lending:loans')}?on=2026-01-31")
    assert listed == {str(loan.ref) for loan in book}


def test_a_day_that_was_not_kept_is_refused_in_words(lender: Lender, book: list[Loan]) -> None:
    chen = past_second_factor(lender.people.chen)
    for said in ("on=2026-01-30", "on=x", "on=2026-02-31"):
        answer = chen.get(f"{reverse('lending:portfolio')}?{said}")
        assert (said, answer.status_code) == (said, 422)
        assert "没有选出任何贷款" in answer.content.decode()


def test_an_unknown_filter_selects_nobody(lender: Lender, book: list[Loan]) -> None:
    lin = past_second_factor(lender.people.lin)
    for said in UNKNOWN:
        answer = lin.get(f"{reverse('lending:loans')}?{said}")
        assert (said, answer.status_code) == (said, 422)
        assert str(book[0].ref) not in answer.content.decode()


def test_the_list_finds_a_loan_by_its_number_and_nobody_by_a_name_nobody_has(
    lender: Lender, book: list[Loan]
) -> None:
    lin = past_second_factor(lender.people.lin)
    assert _shown(lin, f"{reverse('lending:loans')}?q={book[1].ref}") == {str(book[1].ref)}
    assert _shown(lin, f"{reverse('lending:loans')}?q=无此人") == set()


def test_a_branch_sees_its_own_town_alone(lender: Lender, book: list[Loan]) -> None:
    lin = lender.people.lin
    from xinnong.areas.models import Area  # the one test that moves a desk

    lin.areas.set(Area.objects.filter(code="339981101000"))
    fresh = past_second_factor(User.objects.get(pk=lin.pk))
    assert _shown(fresh, reverse("lending:loans")) == {str(book[0].ref), str(book[1].ref)}


def test_loans_go_out_as_a_file_with_a_purpose_and_on_record(
    lender: Lender, book: list[Loan]
) -> None:
    chen = past_second_factor(lender.people.chen)
    address = reverse("lending:send_loans") + "?state=active"
    refused = chen.post(address, {"form": "csv"})
    assert refused.status_code == 422
    sent = chen.post(address, {"purpose": "reporting", "form": "csv"})
    rows = sent.content.decode("utf-8-sig").splitlines()
    assert sent.status_code == 200
    assert len(rows) == 3
    assert "30000" in rows[1]
    xlsx = chen.post(address, {"purpose": "reporting", "form": "xlsx"})
    assert xlsx.content[:2] == b"PK"
    with scoped(SYSTEM):
        assert Entry.objects.filter(action="lending.export-loans").count() == 2


def test_the_sums_go_out_as_a_file(lender: Lender, book: list[Loan]) -> None:
    chen = past_second_factor(lender.people.chen)
    sent = chen.post(reverse("lending:send_portfolio", args=["csv"]), {"on": "2026-03-31"})
    assert sent.content.decode("utf-8-sig").splitlines()[-1].startswith("town,339981101,2,1,")
    assert chen.post(reverse("lending:send_portfolio", args=["pdf"])).status_code == 422


def test_the_supervisor_sees_sums_and_no_small_ones(lender: Lender, book: list[Loan]) -> None:
    zheng = Client()
    zheng.force_login(lender.people.zheng)
    text = zheng.get(reverse("lending:county_books")).content.decode()
    assert "120,000.00 元" in text
    assert "90,000.00 元" not in text
    assert "穗浦农村商业银行" in text
    assert "BANK-01" not in text
    assert zheng.get(reverse("lending:portfolio")).status_code == 403
    assert zheng.get(reverse("lending:loans")).status_code == 403


def test_a_rival_bank_sees_nothing_of_it(lender: Lender, book: list[Loan]) -> None:
    zhao = past_second_factor(lender.people.zhao)
    assert _shown(zhao, reverse("lending:loans")) == set()
    assert _shown(zhao, f"{reverse('lending:loans')}?q={book[0].ref}") == set()


def _links(text: str) -> list[str]:
    import html
    import re

    return [html.unescape(link) for link in re.findall(r'href="([^"]+)"', text)]


def _shown(browser: Client, address: str) -> set[str]:
    """Numbers of the loans that a list names."""
    parts = urlparse(address)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()}
    answer = browser.get(parts.path, said)
    assert answer.status_code == 200, address
    found = [link.strip("/").split("/") for link in _links(answer.content.decode())]
    return {
        link[1] for link in found if len(link) == 2 and link[0] == "loans" and len(link[1]) == 36
    }
