"""A payment that was never one is undone by two people; the borrower reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.loans import Lender, nothing_moves, open_lender, owed_now, unbalanced, vouched
from tests.lending.putting_right import DUE, as_the_reference, both, drawn, first_due, refused, told
from tests.lending.test_changing_a_loan import preview
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import services
from xinnong.lending.aftercare_tables import reminder_text
from xinnong.lending.models import Loan, LoanProposal, Reminder
from xinnong.lending.services.loan_refusals import (
    NotAuthorised,
    NotProposed,
    ProposalEnded,
    ReversedAlready,
)
from xinnong.lending.services.refusals import NotYours, SamePerson

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TWICE: dict[str, Any] = {"cause": "booked_twice", "evidence": "流水-9"}


@pytest.fixture
def lender() -> Iterator[Lender]:
    with vouched():
        yield open_lender()


def paid_twice(lender: Lender) -> tuple[Loan, Any]:
    """The first instalment is booked on its day, and once more."""
    loan = drawn(lender)
    lender.end(date(2026, 3, 5))
    lender.repay(loan, first_due(loan), DUE)
    again = lender.repay(loan, first_due(loan), DUE)
    lender.end(date(2026, 3, 7))
    return loan, again


def proposed(loan: Loan) -> LoanProposal:
    with scoped(SYSTEM):
        return LoanProposal.objects.filter(loan=loan).order_by("-id")[0]


def test_one_proposes_another_confirms_and_the_borrower_is_told(lender: Lender) -> None:
    lin, chen = signed_in(lender.people.lin), past_second_factor(lender.people.chen)
    loan, again = paid_twice(lender)
    assert lender.balance("224101") == first_due(loan)
    first, second = both(lin, chen, loan, "reverse", TWICE | {"repayment": str(again.repayment)})
    assert "会记的账" in first
    for words in ("同一笔钱记了两次", "流水-9", "林客户经理", "冲正哪一笔还款"):
        assert words in second
    assert lender.balance("224101") == 0
    assert lender.balance("224190") == first_due(loan)
    assert owed_now(loan) == {}
    as_the_reference(loan, date(2026, 3, 8))
    assert unbalanced() == 0
    assert told(loan)[-1] == "undone"
    with scoped(SYSTEM):
        assert "不再算还款" in reminder_text(Reminder.objects.get(loan=loan, kind="undone"))
    assert proposed(loan).state == "confirmed"


def test_nobody_undoes_a_payment_alone_or_twice(lender: Lender) -> None:
    loan, again = paid_twice(lender)
    people, on = lender.people, date(2026, 3, 8)
    people.chen.second_factor_passed = True
    of: dict[str, Any] = {"institution": lender.bank, "loan_ref": loan.ref, "now": NOW}

    def propose(actor: User) -> UUID:
        return services.propose_undoing(
            actor=actor, key=lender.key(), repayment_ref=again.repayment, **of, **TWICE
        )

    def confirm(actor: User, ref: UUID) -> dict[str, int]:
        return services.undo_repayment(actor=actor, key=lender.key(), proposal_ref=ref, on=on, **of)

    with nothing_moves():
        ref = propose(people.chen)
        tries = (
            (people.chen, ref, SamePerson), (people.lin, ref, NotAuthorised),
            (people.zhao, ref, NotYours), (people.chen, uuid4(), NotProposed),
        )  # fmt: skip
        for actor, wanted, why in tries:
            with pytest.raises(why):
                confirm(actor, wanted)
        services.withdraw_proposal(
            actor=people.chen, institution=lender.bank, proposal_ref=ref, now=NOW
        )
        with pytest.raises(ProposalEnded):
            confirm(people.chen, ref)
    confirm(people.chen, propose(people.lin))
    with nothing_moves(), pytest.raises(ReversedAlready):
        propose(people.lin)
    with scoped(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        LoanProposal.objects.filter(loan=loan).update(cause="")


def test_without_a_second_factor_it_stays_proposed_and_bad_input_is_refused(
    lender: Lender,
) -> None:
    lin, loan = signed_in(lender.people.lin), drawn(lender)
    lender.end(date(2026, 3, 5))
    paid = lender.repay(loan, 100_000, DUE)
    lender.end(DUE)
    right = TWICE | {"repayment": str(paid.repayment)}
    for field, value in {"cause": "harvest", "repayment": str(uuid4()), "evidence": " "}.items():
        assert "errors" in refused(lin, loan, "reverse", right | {field: value})
    _page, confirmed = preview(lin, loan, "reverse", right)
    assert lin.post(f"/loans/{loan.ref}/reverse/", confirmed).status_code == 302
    assert "没有办这一步的权限" in refused(signed_in(lender.people.chen), loan, "confirm", {})
    assert "提议在等确认" in refused(lin, loan, "reverse", right)
