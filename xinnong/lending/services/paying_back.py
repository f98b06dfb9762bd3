"""Paying back what a borrower paid too much: from what is held, to the own card."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.money import yuan
from xinnong.ledger.models import Account
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.models import BankCard, Loan, LoanState, PaymentKind, PaymentOrder
from xinnong.lending.queries.contracts import open_holds
from xinnong.lending.queries.loans import open_day_of
from xinnong.lending.services.bank_refusals import PayeeMissing
from xinnong.lending.services.lender_scope import check_mover, of_lender
from xinnong.lending.services.loan_ledger import HELD, IN_TRANSIT, LoanBooks
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    DayClosed,
    NothingHeld,
)
from xinnong.lending.services.payment_results import business_day
from xinnong.lending.services.repaying import held_loan

ROUTE: Final = "lending.pay-back"
ANY_TIME: Final = (LoanState.ACTIVE, LoanState.SETTLED, LoanState.WRITTEN_OFF)


def held_minor(loan_ref: UUID) -> int:
    """What is held for the customer of a loan."""
    account = Account.objects.filter(kind=HELD, object_ref=loan_ref).first()
    return 0 if account is None else account.balance_minor


def _card_of(loan: Loan, now: datetime) -> BankCard | None:
    """The card the loan was paid to, or another of the borrower's; none that still has to wait."""
    holds = open_holds(loan.person, institution=loan.institution, now=now)
    cards = BankCard.objects.filter(
        institution=loan.institution, person=loan.person, removed_at__isnull=True
    ).exclude(pk__in=[hold.card_id for hold in holds if hold.card_id])
    paid_to = cards.filter(ref=loan.payee).first() if loan.payee else None
    return paid_to or cards.order_by("id").first()


def pay_back(
    *, actor: User, institution: Institution, loan_ref: UUID, amount_minor: int, now: datetime,
    key: UUID,
) -> PaymentOrder:  # fmt: skip
    """Order that held money go back to the borrower's own card; the same key orders it once.

    Staff of the lender do it at the counter. Raises NotYours, AmountNotPositive, NothingHeld,
    PayeeMissing, LoanUnknown, the day's refusals, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        if amount_minor <= 0:
            raise AmountNotPositive
        if open_day_of(institution.code) is None:
            raise DayClosed(on=None, open_on=None)
        on = business_day(institution.code, now)
        loan = held_loan(institution, loan_ref, on, *ANY_TIME)
        check_mover(actor, loan)
        held = held_minor(loan.ref)
        if amount_minor > held:
            raise NothingHeld(held_yuan=yuan(held))
        card = _card_of(loan, now)
        if card is None:
            raise PayeeMissing
        order = PaymentOrder.objects.create(
            ref=new_ref(), institution=institution.code, kind=PaymentKind.EXCESS, loan=loan,
            card=card.ref, amount_minor=amount_minor, business_on=on, made_at=now,
        )  # fmt: skip
        books = LoanBooks(institution, actor, now, loan)
        move = Move(books.of_loan(HELD), books.of_house(IN_TRANSIT), amount_minor, ROUTE)
        books.post(key=str(key), on=on, reason=ROUTE, moves=[move])
        record(
            actor=actor, action=ROUTE, at=now, subject=loan.ref,
            counts={"amount_minor": amount_minor}, concerns=institution,
        )  # fmt: skip
        return {"order": str(order.ref)}

    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=ROUTE, key=str(key),
            body={"loan": loan_ref, "amount": amount_minor}, now=now, work=work,
        )  # fmt: skip
        return PaymentOrder.objects.get(ref=UUID(str(answer["order"])))
