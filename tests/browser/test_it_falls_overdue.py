"""Wang stops paying: what he owes grows, the class falls, and everybody reads the same figures."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.borrowing_steps import Desk, pass_days, signs_in, step, well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.loans import unbalanced
from tests.lending.origination.story import Story, told
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.demo_book.borrowing import Staff, borrow
from xinnong.lending.demo_book.plan import KINDS, ON_TIME, Tale
from xinnong.lending.models import Loan, Repayment, Standing

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TWENTY_THOUSAND = 2_000_000


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


def lent_today(story: Story) -> UUID:
    """Twelve instalments, drawn today."""
    tale = Tale(1, KINDS[0], ON_TIME, TWENTY_THOUSAND, timezone.localdate(), None, None, None)
    staff = Staff(story.people.lin, story.bai)
    return borrow(staff, tale, story.borrower, story.offers["inclusive"])


def test_what_is_owed_and_why_reads_the_same_on_both_sides(
    story: Story, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = lent_today(story)
    pass_days(monkeypatch, 140)
    farmer, desk = visit(None, phone=True, size="elder"), Desk(visit(None))
    signs_in(farmer, story.people.wu)
    signs_in(desk.visitor, story.people.lin)
    page = farmer.open(f"/borrow/loans/{ref}/")
    expect(page.locator("main")).to_contain_text("逾期")
    well(farmer)
    page.locator("#repay #id_amount").fill("500")
    step(page, "repay")
    expect(page.locator("#spent")).to_contain_text("利息")
    expect(page.locator("#afterwards")).to_contain_text("到期的还差")
    well(farmer)
    page.go_back()
    page.locator("#repay #id_amount").fill("15000")
    page.locator("#repay #id_excess").select_option("reduce_count")
    step(page, "repay")
    well(farmer)
    with scoped(SYSTEM):
        standing = Standing.objects.get(loan__ref=ref)
        assert standing.days_past_due > 90
    page = desk.visitor.open(f"/loans/{ref}/")
    expect(page.locator("main")).to_contain_text("次级")
    expect(page.locator("main")).to_contain_text(str(standing.days_past_due))
    well(desk.visitor)

    page.locator("#repay #id_amount").fill("500")
    page.locator("#repay #id_channel").select_option("cash")
    step(page, "preview")
    expect(page.locator("main")).to_contain_text("这笔钱还到哪里")
    well(desk.visitor)
    step(page, "confirm")
    page.locator("#repay #id_settles").check()
    step(page, "preview")
    step(page, "confirm")
    expect(page.locator("main")).to_contain_text("已结清")
    well(desk.visitor)
    with scoped(SYSTEM):
        assert Loan.objects.get(ref=ref).state == "settled"
        assert Repayment.objects.filter(loan__ref=ref).count() == 2
    assert unbalanced() == 0
    books = visit(None)
    signs_in(books, story.people.fang)
    books.open("/ledger/")
    well(books)
