"""What people say about a loan that no figure shows; its class follows at the day's end."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.services import ActsFor, record
from xinnong.ledger.services import answer_once
from xinnong.lending.models import Standing
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_refusals import NothingJudged
from xinnong.lending.services.repaying import active_loan

JUDGE: Final = "lending.judge"
WHOLE: Final = 100


def judge(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    on: date,
    now: datetime,
    key: str,
    misused: bool | None = None,
    expected_loss_percent: int | None = None,
    difficulty_over: bool | None = None,
) -> None:
    """Say what the class of a loan depends on beside its lateness; the day's end classes by it.

    None leaves a judgement as it is. `difficulty_over` lets the observation of a restructured loan
    end. Raises NotYours, NotAuthorised, NothingJudged, LoanNotActive, the day's refusals,
    CommandKeyReused.
    """
    said = {
        "misused": misused,
        "expected_loss_percent": expected_loss_percent,
        "difficulty_over": difficulty_over,
    }
    given = {name: value for name, value in said.items() if value is not None}

    def work() -> dict[str, object]:
        loan = active_loan(institution, loan_ref, on)
        check_staff(actor, loan, Permission.HANDLE_LOANS)
        if not given or not 0 <= (expected_loss_percent or 0) <= WHOLE:
            raise NothingJudged
        Standing.objects.filter(loan=loan).update(**given)
        record(actor=actor, action=JUDGE, at=now, subject=loan.ref, concerns=institution)
        return {}

    body = {"loan": loan_ref, "on": on, **{name: int(value) for name, value in given.items()}}
    with scoped(of_lender(institution.code, actor)):
        answer_once(
            institution=institution, actor=actor, route=JUDGE, key=key, body=body, now=now,
            work=work,
        )  # fmt: skip
