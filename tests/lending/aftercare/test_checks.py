"""Lin looks whether Wang's money went where the contract says; what was misused is classed so."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import LENDER, signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.loans import nights
from tests.lending.origination.story import LATER, SUM
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.aftercare import Band, CheckRules, Watched, check_wanted, interval_days
from xinnong.core.errors import Refused
from xinnong.lending.models import CheckLook, LoanCheck, LoanState, Standing
from xinnong.lending.queries.loans import principal_minor
from xinnong.lending.queries.published_rules import check_rules_on
from xinnong.lending.services.aftercare import do_check, make_checks
from xinnong.lending.services.check_looks import look_for_checks, touched_loans
from xinnong.lending.services.end_of_day import end_day
from xinnong.lending.tasks import tend

pytestmark = pytest.mark.slow  # a published county is made first
FIRST_DUE = DRAWN + timedelta(15)


def make(on: date) -> int:
    return make_checks(institution=LENDER, on=on, now=LATER)


def checks() -> list[LoanCheck]:
    with scoped(SYSTEM):
        return list(LoanCheck.objects.select_related("loan").order_by("id"))


def do(check: LoanCheck, actor: User, **said: Any) -> LoanCheck:
    plain: dict[str, Any] = {
        "found": "as_stated",
        "said": "买了化肥",
        "photos": [SUM],
        "key": uuid4(),
    }
    with scoped(actor):
        return do_check(actor=actor, check=check, now=LATER, **(plain | said))


def test_a_look_at_what_was_touched_finds_what_a_look_at_everything_does(lent: Lent) -> None:
    """Hour by hour: nothing new, a check done, a new day; after each the whole look adds nothing."""

    def look(on: date, *, whole: bool = False) -> int:
        return look_for_checks(institution=LENDER, on=on, now=LATER, whole=whole)

    day = DRAWN + timedelta(1)
    assert (look(DRAWN), look(day), look(day), look(day, whole=True)) == (0, 1, 0, 0)
    do(checks()[0], lent.lin)
    soon = day + timedelta(400)  # the next one is due whatever was found
    with scoped(SYSTEM):
        LoanCheck.objects.update(done_on=day)
        CheckLook.objects.update(open_on=soon)
        assert touched_loans(CheckLook.objects.get()) == [checks()[0].loan_id]
    assert (look(soon), look(soon, whole=True), len(checks())) == (1, 0, 2)
    with scoped(SYSTEM):
        LoanCheck.objects.filter(n=2).delete()
        CheckLook.objects.update(newest_loan=10**9, looked_at=LATER + timedelta(2))
        assert touched_loans(CheckLook.objects.get()) == []
    assert (look(soon), look(soon, whole=True)) == (0, 1)


def test_the_first_check_stands_on_the_list_two_weeks_before_its_day(lent: Lent) -> None:
    assert make(DRAWN) == 0
    assert make(DRAWN + timedelta(1)) == 1
    found = checks()[0]
    assert (found.n, found.due_on, found.officer) == (1, FIRST_DUE, lent.lin.ref)


def test_no_check_is_made_twice(lent: Lent) -> None:
    assert [make(FIRST_DUE + timedelta(ahead)) for ahead in (0, 0, 1, 400)] == [1, 0, 0, 0]


def test_the_hourly_job_makes_them_once(lent: Lent) -> None:
    with scoped(SYSTEM):
        end_day(institution=LENDER, on=DRAWN, today=DRAWN, clock=lambda: LATER)
    assert [tend(LENDER), tend(LENDER), tend("BANK-02")] == [1, 0, 0]


def test_the_next_one_comes_by_amount(lent: Lent) -> None:
    make(FIRST_DUE)
    do(checks()[0], lent.lin)
    assert make(DRAWN + timedelta(165)) == 0
    assert make(DRAWN + timedelta(166)) == 1
    assert checks()[1].due_on == DRAWN + timedelta(180)


def test_money_misused_is_of_special_mention_at_the_days_end(lent: Lent) -> None:
    make(FIRST_DUE)
    do(checks()[0], lent.lin, found="misused", said="去买了车")
    with scoped(SYSTEM):
        assert Standing.objects.get(loan=lent.loan).asset_class == 1
        end_day(institution=LENDER, on=DRAWN, today=DRAWN, clock=lambda: LATER)
        standing = Standing.objects.get(loan=lent.loan)
    assert (standing.asset_class, standing.class_reasons) == (2, ["class.misused"])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"said": "  "}, "check.shows_nothing"),
        ({"said": "看" * 501}, "check.shows_nothing"),
        ({"found": "fine"}, "check.shows_nothing"),
        ({"photos": []}, "check.shows_nothing"),
        ({"found": "misused", "photos": []}, "check.shows_nothing"),
        ({"photos": ["a picture"]}, "evidence.missing"),
    ],
)
def test_a_check_that_shows_nothing_is_none(lent: Lent, said: dict[str, Any], code: str) -> None:
    make(FIRST_DUE)
    with pytest.raises(Refused) as refusal:
        do(checks()[0], lent.lin, **said)
    assert refusal.value.code == code
    assert checks()[0].done_at is None


@pytest.mark.parametrize("who", ["zhao", "wu", "xu", "mo"])
def test_nobody_else_does_it(lent: Lent, who: str) -> None:
    make(FIRST_DUE)
    with pytest.raises(Refused) as refusal:
        do(checks()[0], getattr(lent.story.people, who))
    assert refusal.value.code == "application.not_yours"


def test_a_check_is_done_once(lent: Lent) -> None:
    make(FIRST_DUE)
    key = uuid4()
    assert do(checks()[0], lent.lin, key=key).done_at == do(checks()[0], lent.lin, key=key).done_at
    with pytest.raises(Refused) as refusal:
        do(checks()[0], lent.lin)
    assert refusal.value.code == "check.done_already"


def test_lin_does_it_on_the_page(lent: Lent) -> None:
    make(FIRST_DUE)
    desk, page = signed_in(lent.lin), f"/loans/checks/{checks()[0].ref}/"
    assert "王大山" in desk.get("/loans/checks/").content.decode()
    assert "买种苗、肥料、农药" in desk.get(page).content.decode()
    form = {"step": "do", "key": str(uuid4()), "found": "as_stated", "said": "地里已经种上"}
    without = desk.post(page, form)
    assert without.status_code == 422
    assert "地里已经种上" in without.content.decode()
    photo = SimpleUploadedFile("field.jpg", b"a field", content_type="image/jpeg")
    assert desk.post(page, form | {"photo": photo}).status_code == 302
    assert "按约定用途使用" in desk.get(page).content.decode()
    assert "王大山" not in desk.get("/loans/checks/").content.decode()
    assert "王大山" in desk.get("/loans/checks/?which=done").content.decode()
    assert signed_in(lent.story.people.zhao).get(page).status_code == 404


def test_the_manager_sees_what_is_overdue(lent: Lent) -> None:
    make(FIRST_DUE)
    with scoped(SYSTEM):
        LoanCheck.objects.update(due_on=DRAWN - timedelta(1))
    desk = past_second_factor(lent.story.people.chen)
    assert "有 1 项检查过期没做" in desk.get("/loans/checks/").content.decode()
    assert "王大山" in desk.get("/loans/checks/?which=overdue&whose=everybody").content.decode()
    mine = desk.get("/loans/checks/?which=overdue&whose=mine").content.decode()
    assert "王大山" not in mine


@pytest.mark.parametrize("query", ["which=all", "whose=x", "town=1"])
def test_an_unknown_filter_selects_nobody(lent: Lent, query: str) -> None:
    make(FIRST_DUE)
    page = signed_in(lent.lin).get(f"/loans/checks/?{query}")
    assert (page.status_code, "王大山" in page.content.decode()) == (422, False)


LOANS = st.tuples(
    st.integers(0, 500),  # days since it was drawn
    st.none() | st.integers(0, 500),  # days since the last check was done
    st.integers(1, 5),  # class
    st.booleans(),  # a check is open
)


@settings(
    max_examples=nights(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(loan=LOANS)
def test_the_statement_says_what_the_reference_says(
    lent: Lent, loan: tuple[int, int | None, int, bool]
) -> None:
    drawn, last, asset_class, is_open = loan
    on = DRAWN + timedelta(drawn)
    with scoped(SYSTEM):
        LoanCheck.objects.all().delete()
        Standing.objects.filter(loan=lent.loan).update(asset_class=asset_class)
        done_on = None if last is None else on - timedelta(last)
        if done_on is not None:
            _check(lent, 1, done_on)
        if is_open:
            _check(lent, 2, None)
        watched = Watched(DRAWN, principal_minor(lent.loan), asset_class, done_on)
        wanted = None if is_open else check_wanted(watched, check_rules_on(on), on=on)
        before = LoanCheck.objects.count()
    made = make(on)
    assert made == (0 if wanted is None else 1)
    with scoped(SYSTEM):
        assert LoanCheck.objects.count() == before + made
        newest = LoanCheck.objects.order_by("-n").first()
        if wanted is not None:
            assert newest is not None
            assert newest.due_on == wanted


def _check(lent: Lent, n: int, done_on: date | None) -> None:
    done = {
        "done_on": done_on,
        "done_at": LATER,
        "done_by": lent.lin.ref,
        "found": "as_stated",
        "said": "看过",
    }
    LoanCheck.objects.create(
        ref=uuid4(), loan=lent.loan, institution=LENDER, n=n, due_on=DRAWN, rules_on=DRAWN,
        made_on=DRAWN, **(done if done_on else {}),
    )  # fmt: skip


def test_a_settled_loan_is_looked_at_no_more(lent: Lent) -> None:
    with scoped(SYSTEM):
        type(lent.loan).objects.update(state=LoanState.SETTLED, closed_on=DRAWN)
    assert make(FIRST_DUE) == 0


@pytest.mark.parametrize(
    ("owed", "asset_class", "days"),
    [
        (5_000_000, 1, 180), (5_000_001, 1, 90), (30_000_000, 1, 90), (30_000_001, 1, 30),
        (100, 2, 30), (100, 3, 30), (100, 4, 90), (40_000_000, 5, 30),
    ],
)  # fmt: skip
def test_the_published_intervals(owed: int, asset_class: int, days: int) -> None:
    assert interval_days(check_rules_on(date(2026, 1, 1)), owed, asset_class) == days


def test_rules_without_classes_go_by_amount_alone() -> None:
    rules = CheckRules(date(2020, 1, 1), 15, 0, (Band(None, 60),), {})
    assert interval_days(rules, 10**9, 5) == 60
