"""Writing a lost loan off, and what still comes back afterwards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.services import SYSTEM_ACTOR, ActsFor, record
from xinnong.core.asset_class import AssetClass
from xinnong.ledger.models import Account
from xinnong.ledger.services import Move, answer_once
from xinnong.lending.models import Loan, LoanState, OpenDue, ProposalKind, Standing
from xinnong.lending.queries.loans import BOOKED, PRINCIPAL, WRITTEN_OFF, booked_of, principal_minor
from xinnong.lending.services.correcting import paid_by_component
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_ledger import (
    CONTRA,
    PROVISIONS,
    RECOVERED,
    LoanBooks,
)
from xinnong.lending.services.loan_refusals import (
    AmountNotPositive,
    NotALoss,
    RecoversTooMuch,
)
from xinnong.lending.services.proposing import take_proposal
from xinnong.lending.services.repaying import active_loan, held_loan

WRITE_OFF: Final = "lending.write-off"
RECOVER: Final = "lending.recover"


def write_off(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> int:
    """Take a loan of the class loss off the balance; answers principal and receivables in fen.

    Principal goes against provisions, what was earned and never paid is taken back from income;
    all of it stands off the balance, because the debt itself remains. A colleague has proposed it;
    only the installation itself needs no proposal. Raises NotYours, NotAuthorised, NotALoss,
    NotProposed, SamePerson, LoanNotActive, the day's refusals, CommandKeyReused.
    """

    def work() -> dict[str, object]:
        loan = active_loan(institution, loan_ref, on)
        check_staff(actor, loan, Permission.RESOLVE_LOANS)
        if Standing.objects.get(loan=loan).asset_class != AssetClass.LOSS:
            raise NotALoss
        if actor != SYSTEM_ACTOR:
            take_proposal(actor, loan, ProposalKind.WRITE_OFF, now)
        books = LoanBooks(institution, actor, now, loan)
        principal, unpaid = principal_minor(loan), _unpaid(loan, on)
        whole = principal + sum(unpaid.values())
        moves = [Move(books.of_house(PROVISIONS), books.of_loan(PRINCIPAL), principal, "loan.lost")]
        moves += books.accrual_moves(
            {name: -amount for name, amount in unpaid.items()}, "loan.lost"
        )
        moves.append(Move(books.of_loan(WRITTEN_OFF), books.of_house(CONTRA), whole, "loan.lost"))
        books.post(key=key, on=on, reason="loan.write-off", moves=moves)
        Loan.objects.filter(pk=loan.pk).update(state=LoanState.WRITTEN_OFF, closed_on=on)
        Standing.objects.filter(loan=loan).delete()
        OpenDue.objects.filter(loan=loan).delete()
        record(
            actor=actor, action=WRITE_OFF, at=now, subject=loan.ref,
            counts={"amount_minor": whole}, concerns=institution,
        )  # fmt: skip
        return {"whole": whole}

    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=WRITE_OFF, key=key,
            body={"loan": loan_ref, "on": on}, now=now, work=work,
        )  # fmt: skip
    return int(answer["whole"])


def _unpaid(loan: Loan, on: date) -> dict[str, int]:
    """What was booked as earned and never paid, by component."""
    booked, paid = booked_of(loan, before=on), paid_by_component(loan)
    return {name: booked[name] - paid[name] for name in BOOKED}


def recover(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    amount_minor: int,
    channel: str,
    on: date,
    now: datetime,
    key: str,
) -> int:
    """Take money for a loan that was written off; answers what is still owed off the balance.

    Raises NotYours, NotAuthorised, AmountNotPositive, RecoversTooMuch, LoanNotActive (not written off), the day's refusals.
    """

    def work() -> dict[str, object]:
        loan = held_loan(institution, loan_ref, on, LoanState.WRITTEN_OFF)
        check_staff(actor, loan, Permission.RESOLVE_LOANS)
        if amount_minor <= 0:
            raise AmountNotPositive
        books = LoanBooks(institution, actor, now, loan)
        lost = books.of_loan(WRITTEN_OFF)
        left = Account.objects.get(pk=lost).balance_minor - amount_minor
        if left < 0:
            raise RecoversTooMuch(amount_minor=amount_minor)
        moves = [
            Move(books.source(channel), books.account(RECOVERED), amount_minor, "loan.recover"),
            Move(books.of_house(CONTRA), lost, amount_minor, "loan.recover"),
        ]
        books.post(key=key, on=on, reason="loan.recover", moves=moves)
        record(
            actor=actor, action=RECOVER, at=now, subject=loan.ref,
            counts={"amount_minor": amount_minor}, concerns=institution,
        )  # fmt: skip
        return {"left": left}

    with scoped(of_lender(institution.code, actor)):
        answer = answer_once(
            institution=institution, actor=actor, route=RECOVER, key=key,
            body={"loan": loan_ref, "amount": amount_minor, "channel": channel, "on": on},
            now=now, work=work,
        )  # fmt: skip
    return int(answer["left"])
