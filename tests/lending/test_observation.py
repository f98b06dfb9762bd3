"""The observation of restructured loans: the statement of the night against the rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lending.loans import WU, nights
from tests.people import LOTUS_VILLAGE, NOW, found_institutions
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.asset_class import AssetClass, LoanState, classify
from xinnong.core.money import percent
from xinnong.core.restructuring import Observation, after_day, least_class, watch
from xinnong.core.schedule.terms import DayCount, Method
from xinnong.lending.loan_terms import LoanTerms
from xinnong.lending.models import Loan, LoanDue, OpenDue, Standing
from xinnong.lending.services import ship_products
from xinnong.lending.services.drawing import begin_loan
from xinnong.lending.services.eod_observing import observe
from xinnong.lending.services.eod_steps import Night, classify_loans
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

START = date(2026, 1, 31)
NORMAL, MENTION, BAD = AssetClass.NORMAL, AssetClass.SPECIAL_MENTION, AssetClass.SUBSTANDARD
MONTHLY = tuple(date(2026 + m // 12, m % 12 + 1, 20) for m in range(36))


def test_it_ends_after_a_year_and_two_dues_once_the_difficulty_is_over() -> None:
    seen = Observation(START, MENTION)
    for on, over, ends in (
        (date(2027, 1, 30), True, False),
        (date(2027, 1, 31), False, False),
        (date(2027, 1, 31), True, True),
    ):
        left = after_day(seen, on=on, demanded=NORMAL, dues=MONTHLY, difficulty_over=over)
        assert (left is None) is ends, on
    few = after_day(
        seen, on=date(2027, 6, 1), demanded=NORMAL, dues=MONTHLY[:2], difficulty_over=True
    )
    assert few == seen, "one due paid on time is not two"


def test_a_late_day_begins_it_again_and_a_bad_class_stays_for_half_a_year() -> None:
    seen = Observation(START, MENTION)
    late, bad = date(2026, 5, 4), date(2026, 8, 1)
    left = watch(seen, [(late, MENTION)], dues=MONTHLY, difficulty_over=True)
    assert left == Observation(late, MENTION)
    left = watch(seen, [(bad, BAD)], dues=MONTHLY, difficulty_over=True)
    assert left == Observation(bad, BAD)
    assert watch(left, [(date(2027, 1, 31), NORMAL)], dues=MONTHLY, difficulty_over=True) == left
    eased = watch(left, [(date(2027, 2, 1), NORMAL)], dues=MONTHLY, difficulty_over=True)
    assert eased == Observation(bad, MENTION)


def test_a_second_restructuring_is_bad() -> None:
    assert least_class(NORMAL, watched=False) is MENTION
    assert least_class(AssetClass.DOUBTFUL, watched=False) is AssetClass.DOUBTFUL
    assert least_class(MENTION, watched=True) is BAD


@dataclass(frozen=True)
class Case:
    """A watched loan on one night."""

    watched_days: int
    least: AssetClass
    over: bool
    technical: bool
    loss: int | None
    late_days: int | None
    dues: tuple[int, ...]


CASES = st.builds(
    Case,
    watched_days=st.sampled_from([0, 1, 180, 181, 182, 364, 365, 366, 800]) | st.integers(0, 900),
    least=st.sampled_from(list(AssetClass)[1:]),
    over=st.booleans(),
    technical=st.booleans(),
    loss=st.sampled_from([None, None, 0, 50, 90]),
    late_days=st.sampled_from([None, None, None, 0, 1, 7, 8, 90, 91, 271, 361]),
    dues=st.lists(st.integers(-2, 900), max_size=5, unique=True).map(tuple),
)
NIGHTS = st.sampled_from(
    [date(2026, 8, 31), date(2028, 2, 29), date(2027, 2, 28), date(2025, 12, 31)]
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=nights(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(on=NIGHTS, cases=st.lists(CASES, min_size=5, max_size=20))
def test_the_night_does_what_the_rule_says(db: None, on: date, cases: list[Case]) -> None:
    with scoped(SYSTEM):
        kept = [(case, keep(case, on)) for case in cases]
        night = Night("BANK-01", on)
        observe(night)
        classify_loans(night)
        for case, loan in kept:
            compare(case, loan, on)
        OpenDue.objects.all().delete()
        Standing.objects.all().delete()


def keep(case: Case, on: date) -> Loan:
    product = ship_products(signers=RELEASE_SIGNERS, now=NOW)[0]
    terms = LoanTerms(
        institution=found_institutions()["BANK-01"], contract_ref=WU, product=product, person=WU,
        area12=LOTUS_VILLAGE, household_id=None, limit_minor=100, rate_percent=percent("4"),
        late_rate_percent=percent("6"), method=Method.AT_MATURITY, day_count=DayCount.ACTUAL_360,
        number_of_repayments=1,
    )  # fmt: skip
    began = on - timedelta(case.watched_days)
    loan = begin_loan(terms, 100, date(2020, 1, 1), NOW, SYSTEM_ACTOR)
    LoanDue.objects.filter(loan=loan).delete()
    LoanDue.objects.bulk_create(
        LoanDue(loan=loan, institution="BANK-01", n=n, on=began + timedelta(due),
                principal_minor=1, interest_minor=0)
        for n, due in enumerate(case.dues, 1)
    )  # fmt: skip
    if case.late_days is not None:
        OpenDue.objects.create(
            loan=loan, institution="BANK-01", n=99, on=on - timedelta(case.late_days),
            fee_minor=0, interest_minor=1, principal_minor=0,
        )  # fmt: skip
    Standing.objects.filter(loan=loan).update(
        restructured=True, observed_from=began, least_class=case.least, difficulty_over=case.over,
        technical=case.technical, expected_loss_percent=case.loss,
    )  # fmt: skip
    return loan


def compare(case: Case, loan: Loan, on: date) -> None:
    late = case.late_days or 0
    state = LoanState(days_past_due=late, technical=case.technical, expected_loss_percent=case.loss)
    began = on - timedelta(case.watched_days)
    left = after_day(
        Observation(began, case.least),
        on=on,
        demanded=classify(state, on=on).asset_class,
        dues=[began + timedelta(due) for due in case.dues],
        difficulty_over=case.over,
    )
    found = Standing.objects.get(loan=loan)
    assert found.restructured is (left is not None), (case, on)
    if left is None:
        rightly = classify(state, on=on)
    else:
        assert (found.observed_from, found.least_class) == (left.from_on, left.least), (case, on)
        watched = LoanState(
            days_past_due=late, technical=case.technical, expected_loss_percent=case.loss,
            restructured=True, least_class=left.least,
        )  # fmt: skip
        rightly = classify(watched, on=on)
    assert (found.asset_class, tuple(found.class_reasons)) == (
        rightly.asset_class, rightly.reasons,
    )  # fmt: skip
