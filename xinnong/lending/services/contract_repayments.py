"""Repaying a loan: by its borrower, or across the counter of its lender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import scoped
from xinnong.lending.queries.loans import moving_day
from xinnong.lending.services.lender_scope import check_mover, of_lender
from xinnong.lending.services.previewing import foresee, state_of
from xinnong.lending.services.repaying import Excess, PaymentReceipt, repay

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor
    from xinnong.lending.models import Loan
    from xinnong.lending.services.previewing import Foreseen


def repay_loan(
    *,
    actor: Actor,
    loan: Loan,
    amount_minor: int,
    channel: str,
    now: datetime,
    key: UUID,
    excess: Excess = Excess.REDUCE_INSTALLMENT,
    settles: bool = False,
) -> PaymentReceipt:
    """Take a repayment today, or on the lender's next day where it has ended today already.

    The same key answers the same receipt.

    Raises NotYours and what `repay` raises.
    """
    check_mover(actor, loan)
    with scoped(of_lender(loan.institution, actor)):
        on = moving_day(loan.institution, timezone.localdate(now))
    return repay(
        actor=actor,
        institution=Institution.objects.select_related("operator").get(code=loan.institution),
        loan_ref=loan.ref,
        amount_minor=amount_minor,
        channel=channel,
        on=on,
        now=now,
        key=str(key),
        excess=excess,
        settles=settles,
    )


def foresee_repayment(
    *, actor: Actor, loan: Loan, now: datetime, act: Callable[[], object]
) -> tuple[Foreseen, str]:
    """What a repayment of today would do, and the loan's state that this was said of; nothing stays.

    Raises NotYours and what `act` raises.
    """
    check_mover(actor, loan)
    with scoped(of_lender(loan.institution, actor)):
        on = moving_day(loan.institution, timezone.localdate(now))
        state = state_of(loan, on)
        return foresee(actor=actor, loan=loan, on=on, act=act), state
