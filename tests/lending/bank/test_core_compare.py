"""The comparison with a core as one statement and as a loop over loans: they agree, night after night."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.lending.loans import Lender
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import CoreBreak, CoreFigure
from xinnong.lending.services.core_compare import compare

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOANS, NIGHTS = 300, 6
FIRST = date(2026, 3, 1)
PAIRS = {
    "principal": ("our_principal_minor", "principal_minor"),
    "interest": ("our_interest_minor", "interest_minor"),
    "days_past_due": ("our_days_past_due", "days_past_due"),
    "asset_class": ("our_asset_class", "asset_class"),
}
Standing = dict[tuple[int, str], tuple[int, int, date]]


def slowly(standing: Standing, figures: list[CoreFigure], as_of: date) -> Standing:
    """What stands after a night, loan by loan."""
    now: Standing = {}
    for each in figures:
        pairs = {kind: (getattr(each, o), getattr(each, t)) for kind, (o, t) in PAIRS.items()}
        if each.as_of < as_of:
            pairs = {"missing": (each.our_principal_minor, 0)} if each.principal_minor else {}
        for kind, (ours, theirs) in pairs.items():
            if ours != theirs or kind == "missing":
                since = standing.get((each.loan_id, kind), (0, 0, as_of))[2]
                now[each.loan_id, kind] = (ours, theirs, since)
    return now


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_statement_agrees_with_the_loop(lender: Lender, seed: int) -> None:
    dice, standing = random.Random(seed), Standing()
    with scoped(SYSTEM):
        for night in range(NIGHTS):
            as_of = FIRST + timedelta(night)
            CoreFigure.objects.bulk_create(
                (
                    figure(lender, loan, as_of, dice)
                    for loan in range(1, LOANS + 1)
                    if night == 0 or dice.random() > 0.1
                ),
                update_conflicts=True, unique_fields=["loan"],
                update_fields=["as_of", *(name for pair in PAIRS.values() for name in pair)],
            )  # fmt: skip
            broken, missing = compare(lender.bank.code, as_of)
            standing = slowly(standing, list(CoreFigure.objects.all()), as_of)
            rows = CoreBreak.objects.exclude(state="gone")
            assert {
                (each.loan_id, each.kind): (each.ours, each.theirs, each.since_on) for each in rows
            } == standing
            differ = {loan for loan, kind in standing if kind != "missing"}
            gone = {loan for loan, kind in standing if kind == "missing"}
            assert (broken, missing) == (len(differ), len(gone))


def figure(lender: Lender, loan: int, as_of: date, dice: random.Random) -> CoreFigure:
    """Figures that agree or nearly do."""
    said = {name: dice.randint(1, 2) for pair in PAIRS.values() for name in pair}
    return CoreFigure(
        loan_id=loan, institution=lender.bank.code, number=f"J{loan}", as_of=as_of, **said
    )
