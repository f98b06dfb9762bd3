"""Loans as programs read them: amounts in yuan as text, dates as ISO text, nothing in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.core.money import yuan
from xinnong.core.waterfall import COMPONENTS
from xinnong.lending.loan_facts import facts_of_loan
from xinnong.lending.models import RepaymentState
from xinnong.lending.queries.loans import parts_paid, repayments_between, standing_of
from xinnong.lending.services.repaying import Excess, split_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from xinnong.lending.models import Loan, LoanDue, Repayment
    from xinnong.lending.services.repaying import PaymentReceipt


def row_report(loan: Loan) -> dict[str, Any]:
    """A loan in a list."""
    return {
        "ref": str(loan.ref),
        "contract": str(loan.contract_ref),
        "product": loan.product.code,
        "state": loan.state,
        "principal_yuan": yuan(loan.principal_minor),
        "disbursed_on": loan.disbursed_on.isoformat(),
        "matures_on": loan.matures_on.isoformat(),
    }


def loan_report(loan: Loan, *, today: date) -> dict[str, Any]:
    """A loan on the open day, with its schedule."""
    facts, standing = facts_of_loan(loan, today=today), standing_of(loan)
    return {
        **row_report(loan),
        "person": str(loan.person),
        "rate_percent": str(loan.rate_percent),
        "late_rate_percent": str(loan.late_rate_percent),
        "method": facts.terms.method.value,
        "day_count": facts.terms.day_count.value,
        "on": facts.on.isoformat(),
        "days_past_due": facts.days_past_due,
        "asset_class": standing.asset_class if standing else None,
        "owed_yuan": parts(facts.quote.owed),
        "principal_left_yuan": yuan(facts.principal_minor),
        "closed_on": loan.closed_on.isoformat() if loan.closed_on else None,
        "schedule": [_due(each) for each in facts.dues],
    }


def _due(due: LoanDue) -> dict[str, Any]:
    total = due.principal_minor + due.interest_minor + due.fee_minor
    return {
        "n": due.n,
        "due": due.on.isoformat(),
        "principal_yuan": yuan(due.principal_minor),
        "interest_yuan": yuan(due.interest_minor),
        "fee_yuan": yuan(due.fee_minor),
        "total_yuan": yuan(total),
    }


def parts(amounts: Mapping[str, int]) -> dict[str, str]:
    """Amounts by component, all of them named."""
    return {name: yuan(amounts.get(name, 0)) for name in COMPONENTS}


def quote_report(
    loan: Loan,
    amount_minor: int | None,
    *,
    today: date,
    excess: Excess = Excess.HOLD,
    settles: bool = False,
) -> dict[str, Any]:
    """What is due, what settles, and what a repayment of an amount would do.

    `too_much_yuan` is what lies beyond settling: of cash or a card refused, of a transfer held.
    """
    facts = facts_of_loan(loan, today=today)
    due, settle = facts.due_now_minor, facts.quote.total_minor
    said: dict[str, Any] = {
        "on": facts.on.isoformat(),
        "due_now_yuan": yuan(due),
        "owed_yuan": parts(facts.quote.owed),
        "settle_yuan": yuan(settle),
        "amount_yuan": None,
        "pays_due_yuan": None,
        "prepays_yuan": None,
        "holds_yuan": None,
        "too_much_yuan": None,
    }
    if amount_minor is None:
        return said
    split = split_of(amount_minor, facts.quote, excess, settles=settles)
    return said | {
        "amount_yuan": yuan(amount_minor),
        "pays_due_yuan": yuan(split.due_minor),
        "prepays_yuan": yuan(split.prepaid_minor),
        "holds_yuan": yuan(split.held_minor),
        "too_much_yuan": yuan(max(0, amount_minor - settle)),
    }


def receipt_report(receipt: PaymentReceipt) -> dict[str, Any]:
    """Where money went."""
    return {
        "repayment": str(receipt.repayment),
        "paid_yuan": parts(receipt.paid),
        "prepaid_yuan": yuan(receipt.prepaid_minor),
        "held_yuan": yuan(receipt.held_minor),
        "state": receipt.state,
    }


def statement_report(loan: Loan, *, from_on: date, until_on: date) -> dict[str, Any]:
    """Movements between two days, the oldest first, and their sums; what was reversed adds nothing."""
    found = repayments_between(loan, from_on, until_on)
    is_drawn = from_on <= loan.disbursed_on <= until_on
    drawn = loan.principal_minor if is_drawn else 0
    repaid = sum(r.amount_minor for r in found if r.state == RepaymentState.BOOKED)
    spent = parts_paid(loan)
    return {
        "loan": str(loan.ref),
        "from_on": from_on.isoformat(),
        "until_on": until_on.isoformat(),
        "movements": [
            *([_draw(loan)] if is_drawn else []),
            *(_repayment(each, spent.get(each.pk, {})) for each in found),
        ],
        "drawn_yuan": yuan(drawn),
        "repaid_yuan": yuan(repaid),
    }


def _draw(loan: Loan) -> dict[str, Any]:
    return {
        "on": loan.disbursed_on.isoformat(),
        "kind": "draw",
        "amount_yuan": yuan(loan.principal_minor),
        "channel": None,
        "ref": str(loan.ref),
        "parts_yuan": None,
    }


def _repayment(each: Repayment, spent: Mapping[str, int]) -> dict[str, Any]:
    is_booked = each.state == RepaymentState.BOOKED
    return {
        "on": each.on.isoformat(),
        "kind": "repayment" if is_booked else "reversed",
        "amount_yuan": yuan(each.amount_minor),
        "channel": each.channel,
        "ref": str(each.ref),
        "parts_yuan": parts(spent) if is_booked else None,
    }
