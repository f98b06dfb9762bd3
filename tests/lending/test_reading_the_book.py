"""The statements about a book of loans against core.portfolio: generated books, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lending.loans import nights
from tests.people import FAR_VILLAGE, LOTUS_VILLAGE, NOW, REED_VILLAGE, found_institutions
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.refs import new_ref
from xinnong.core import portfolio
from xinnong.core.asset_class import AssetClass
from xinnong.core.portfolio import Held, Life, Moved
from xinnong.ledger.models import Account
from xinnong.lending.models import Loan, MonthEnd, PublishedProduct, Standing
from xinnong.lending.queries.portfolio import (
    quality_on,
    rolls_to,
    sums_on,
    vintages_until,
)
from xinnong.lending.services import ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

ENDS = [date(2025, 11, 30), date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
PRODUCTS = ("inclusive", "tea")
LATE = st.sampled_from([0, 1, 29, 30, 31, 60, 61, 90, 91, 180, 181, 360, 361, 900])


@dataclass(frozen=True)
class Case:
    """One loan: at each month end (balance, days late, class), until it ends there."""

    amount: int
    product: int
    village: str
    borrower: int
    drawn: date
    states: tuple[tuple[int, int, int], ...]
    ended: str

    @property
    def ends(self) -> list[date]:
        """The month ends at which it was open."""
        return [end for end in ENDS if end >= self.drawn][: len(self.states)]

    @property
    def closed_on(self) -> date | None:
        """The first of the month after its last month end, where it has ended by the last."""
        later = [end for end in ENDS if end >= self.drawn][len(self.states) :]
        return max(self.drawn, later[0].replace(day=2)) if later else None


CASES = st.builds(
    Case,
    amount=st.integers(1, 10**9),
    product=st.integers(0, 1),
    village=st.sampled_from([LOTUS_VILLAGE, REED_VILLAGE, FAR_VILLAGE]),
    borrower=st.integers(1, 4),
    drawn=st.sampled_from([date(2025, 11, 1), date(2025, 11, 30), date(2026, 1, 5)]),
    states=st.lists(
        st.tuples(st.integers(0, 10**9), LATE, st.integers(1, 5)), min_size=1, max_size=4
    ).map(tuple),
    ended=st.sampled_from([portfolio.SETTLED, portfolio.WRITTEN_OFF]),
)


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=nights(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cases=st.lists(CASES, max_size=9))
def test_every_figure_is_what_the_reference_says(db: None, cases: list[Case]) -> None:
    with scoped(SYSTEM):
        _keep(cases)
        for end in ENDS:
            book = _book_at(end, cases)
            assert sums_on("BANK-01", end) == portfolio.sums(book)
            assert quality_on("BANK-01", end) == portfolio.quality(book)
        now = _book_now(cases)
        assert sums_on("BANK-01", None) == portfolio.sums(now)
        assert quality_on("BANK-01", None) == portfolio.quality(now)
        kept = sorted({end for case in cases for end in case.ends})
        lives = [_life(case) for case in cases]
        assert vintages_until("BANK-01", ENDS[-1]) == portfolio.vintages(lives, kept)
        for before, on in pairwise(ENDS):
            assert rolls_to("BANK-01", before=before, on=on) == portfolio.rolls(
                _moved(cases, before, on)
            )
        _forget()


def _keep(cases: list[Case]) -> None:
    products = {p.code: p for p in ship_products(signers=RELEASE_SIGNERS, now=NOW)}
    bank = found_institutions()["BANK-01"]
    for number, case in enumerate(cases, 1):
        product: PublishedProduct = products[PRODUCTS[case.product]]
        loan = Loan.objects.create(
            ref=new_ref(), institution=bank.code, area12=case.village,
            person=UUID(int=case.borrower), contract_ref=UUID(int=number), product=product,
            book="xinnong", state=case.ended if case.closed_on else "active",
            principal_minor=case.amount, rate_percent=4, late_rate_percent=6, compounds=True,
            disbursed_on=case.drawn, original_matures_on=date(2027, 1, 1),
            matures_on=date(2027, 1, 1), closed_on=case.closed_on, drawn_at=NOW,
        )  # fmt: skip
        for end, (balance, days, klass) in zip(case.ends, case.states, strict=False):
            MonthEnd.objects.create(
                loan=loan, institution=bank.code, on=end, balance_minor=balance, due_minor=0,
                overdue_minor=0, overdue_principal_minor=0, late_within=False,
                days_past_due=days, asset_class=klass, special_minor=0,
            )  # fmt: skip
        if case.closed_on is None:
            _stand(loan, case, bank.pk)


def _stand(loan: Loan, case: Case, bank: int) -> None:
    balance, days, klass = case.states[-1]
    Standing.objects.create(
        loan=loan, institution=loan.institution, product=loan.product, day_count="actual/365",
        half_up=False, from_on=case.drawn, until_on=date(2027, 1, 1), clock_from=0,
        balance_minor=balance, rate_micro=0, earned_minor=0, is_even=False,
        contract_rate_micro=0, late_rate_micro=0, matures_on=date(2027, 1, 1), compounds=True,
        days_past_due=days, asset_class=klass,
    )  # fmt: skip
    Account.objects.create(
        institution_id=bank, kind="130301", product=loan.product.code, object_ref=loan.ref,
        normal="d", posted_debits_minor=balance, posted_credits_minor=0,
        pending_debits_minor=0, pending_credits_minor=0, opened_at=NOW,
    )  # fmt: skip


def _held(case: Case, number: int, state: tuple[int, int, int]) -> Held:
    return Held(
        loan=number, borrower=str(UUID(int=case.borrower)), product=PRODUCTS[case.product],
        area12=case.village, balance_minor=state[0], days_past_due=state[1],
        asset_class=AssetClass(state[2]),
    )  # fmt: skip


def _book_at(end: date, cases: list[Case]) -> list[Held]:
    return [
        _held(case, number, case.states[case.ends.index(end)])
        for number, case in enumerate(cases)
        if end in case.ends
    ]


def _book_now(cases: list[Case]) -> list[Held]:
    return [_held(c, n, c.states[-1]) for n, c in enumerate(cases) if c.closed_on is None]


def _life(case: Case) -> Life:
    late = {end: state[1] for end, state in zip(case.ends, case.states, strict=False)}
    ended = case.ended if case.closed_on else ""
    return Life(case.drawn, case.amount, late, ended, case.closed_on)


def _moved(cases: list[Case], before: date, on: date) -> list[Moved]:
    found = []
    for case in cases:
        states = dict(zip(case.ends, case.states, strict=False))
        if before in states:
            after = states.get(on)
            balance, days, _ = states[before]
            found.append(Moved(balance, days, after[1] if after else None, case.ended))
    return found


def _forget() -> None:
    """Examples share a transaction; the next one begins with an empty book."""
    MonthEnd.objects.all().delete()
    Standing.objects.all().delete()
    Loan.objects.all().delete()
