"""Paying ahead and a lower rate never cost more.

Rounding is not monotonic: sharing a few fen out over many instalments can round each of them down
and so pay principal later. From one yuan for each instalment, and a hundredth of a percent, on
nothing costs a fen more; below, no row costs more than a fen. Left out: instalments in multiples, and
level amounts from the annual rate, whose drift from interest by days is shared out anew as well.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.core.schedule.loans import WITH_COUNT, Said, built, documents, many_loans, yuan

YUAN = 100
LEAST_CUT = Decimal("0.01")


def cost(said: Said) -> tuple[int, int]:
    """All that is paid, and in how many rows."""
    found = built(said)
    assume(found is not None)
    assert found is not None
    return found[1].totals.total_minor, len(found[1].rows)


@st.composite
def prepaid(draw: st.DrawFn, said: Said, *, least_minor: int) -> Said:
    principal = int(said["principal"].replace(".", ""))
    start = date.fromisoformat(said["disbursed_on"])
    effects = ["reduce_installment", "apply_next"]
    if said["method"] in WITH_COUNT:
        effects.append("reduce_count")
    assume(principal > least_minor)
    event = {
        "on": (start + timedelta(days=draw(st.integers(0, 400)))).isoformat(),
        "kind": "prepayment",
        "amount": yuan(draw(st.integers(least_minor, principal))),
        "effect": draw(st.sampled_from(effects)),
        "until": draw(st.sampled_from(["date", "period_end"])),
    }
    return {**said, "events": [event]}


@many_loans
@given(documents(events=False, plain=True), st.data())
def test_paying_ahead_never_costs_more(said: Said, data: st.DataObject) -> None:
    least = YUAN * said["number_of_repayments"]
    ahead = data.draw(prepaid(said, least_minor=least))
    assert cost(ahead)[0] <= cost(said)[0], ahead


@many_loans
@given(documents(events=False, plain=True), st.data())
def test_paying_a_few_fen_ahead_costs_at_most_a_fen_a_row(said: Said, data: st.DataObject) -> None:
    ahead = data.draw(prepaid(said, least_minor=1))
    (after, rows), (before, _) = cost(ahead), cost(said)
    assert after <= before + rows, ahead


@many_loans
@given(documents(events=False, plain=True), st.data())
def test_a_lower_rate_never_costs_more(said: Said, data: st.DataObject) -> None:
    rate = Decimal(said["annual_rate"])
    assume(rate >= LEAST_CUT)
    lower = data.draw(st.decimals(0, rate - LEAST_CUT, places=6))
    start = date.fromisoformat(said["disbursed_on"])
    on = (start + timedelta(days=data.draw(st.integers(0, 400)))).isoformat()
    cut = {**said, "events": [{"on": on, "kind": "rate_change", "rate": f"{lower:f}"}]}
    assert cost(cut)[0] <= cost(said)[0], cut
