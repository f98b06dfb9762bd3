"""The queue of late loans against the reference: promises and money, order and pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import LENDER, signed_in
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.aftercare.test_alerts import copy_loan
from tests.lending.loans import nights
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.collecting import BUCKETS, bucket_of
from xinnong.lending.models import CollectionContact, OpenDue, Repayment, Standing
from xinnong.lending.queries.collecting import (
    LateFilters,
    bucket_sums,
    contacts_of,
    late_loans,
    late_page,
    promise_states,
)
from xinnong.web.paging import Turn

pytestmark = pytest.mark.slow  # a published county is made first
HOURS = st.integers(0, 23)
MONEY = st.lists(
    st.tuples(st.integers(-1, 6), HOURS, st.integers(1, 120), st.booleans()), max_size=5
)
"""(days after the promise, hour of booking, yuan, reversed)."""


def at(day: int, hour: int) -> datetime:
    return datetime.combine(DRAWN + timedelta(day), datetime.min.time()).astimezone() + timedelta(
        hours=hour
    )


@settings(
    max_examples=nights(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    made_hour=HOURS,
    by=st.integers(0, 5),
    amount=st.integers(1, 150),
    money=MONEY,
    asked=st.integers(0, 8),
)
def test_the_statement_judges_promises_as_the_reference(
    lent: Lent,
    made_hour: int,
    by: int,
    amount: int,
    money: list[tuple[int, int, int, bool]],
    asked: int,
) -> None:
    with scoped(SYSTEM):
        # examples share a transaction, and contacts are never deleted: each has a loan of its own
        loan = copy_loan(lent.loan, lent.loan.person)
        standing = Standing.objects.get(loan=lent.loan)
        standing.pk = loan.pk
        standing.days_past_due = 9
        standing.save(force_insert=True)
        CollectionContact.objects.create(
            ref=uuid4(), loan=loan, institution=LENDER, on=DRAWN, kind="promise", party="borrower",
            at=at(0, made_hour), said="会还", promised_minor=amount * 100,
            promised_on=DRAWN + timedelta(by), owed_minor=1, days_past_due=9, by=lent.lin.ref,
            recorded_at=at(0, made_hour),
        )  # fmt: skip
        for day, hour, yuan, is_reversed in money:
            Repayment.objects.create(
                ref=uuid4(), loan=loan, institution=LENDER, on=DRAWN + timedelta(day),
                amount_minor=yuan * 100, channel="cash", booked_on=DRAWN, booked_at=at(day, hour),
                booked_by=lent.lin.ref, state="reversed" if is_reversed else "booked",
            )  # fmt: skip
        on = DRAWN + timedelta(asked)
        rightly = promise_states(loan, contacts_of(loan), on=on)
        found = late_loans(LENDER, on).get(loan=loan)
    assert [found.promise] == [state.value for state in rightly.values()]


@pytest.fixture
def late_days(lent: Lent) -> list[int]:
    """Forty-five late loans, some equally late."""
    days = [1 + (n * 7) % 20 for n in range(44)] + [200]
    with scoped(SYSTEM):
        plain = Standing.objects.get(loan=lent.loan)
        for each in days:
            plain.pk = copy_loan(lent.loan, lent.loan.person).pk
            plain.days_past_due = each
            plain.save(force_insert=True)
            OpenDue.objects.create(
                loan_id=plain.pk, institution=LENDER, n=1, on=DRAWN, fee_minor=0, interest_minor=5,
                principal_minor=each,
            )  # fmt: skip
    return days


def test_it_pages_both_ways_without_losing_anybody(lent: Lent, late_days: list[int]) -> None:
    desk, address = signed_in(lent.lin), "/loans/collections/"
    pages, urls = [], []
    while address:
        urls.append(address)
        page = desk.get(address).content.decode()
        pages.append(re.findall(r"/loans/([0-9a-f-]{36})/collection/", page))
        following = re.search(r'href="(\?[^"]*)" rel="next"', page)
        address = "/loans/collections/" + following.group(1) if following else ""
    assert [len(each) for each in pages] == [20, 20, 5]
    assert len({ref for each in pages for ref in each}) == 45
    back = re.search(r'href="(\?[^"]*)" rel="prev"', desk.get(urls[1]).content.decode())
    assert back
    first = desk.get("/loans/collections/" + back.group(1)).content.decode()
    assert re.findall(r"/loans/([0-9a-f-]{36})/collection/", first) == pages[0]


def test_the_latest_stand_first_with_what_they_owe(lent: Lent, late_days: list[int]) -> None:
    with scoped(SYSTEM):
        rows = late_page(LENDER, LateFilters(), on=DRAWN, turn=Turn(), limit=100)
        sums = bucket_sums(LENDER)
    assert [row.days_past_due for row in rows] == sorted(late_days, reverse=True)
    assert [row.owed_minor for row in rows] == [row.days_past_due + 5 for row in rows]  # type: ignore[attr-defined]
    for name in BUCKETS:
        inside = [days for days in late_days if bucket_of(days) == name]
        assert sums[name] == (len(inside), sum(days + 5 for days in inside))
