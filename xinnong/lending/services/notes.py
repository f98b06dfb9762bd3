"""Notes of the lender's staff on a loan: added, never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from xinnong.accounts.models import Institution, User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.services import record
from xinnong.ledger.services import answer_once
from xinnong.lending.models import Loan, LoanNote
from xinnong.lending.services.lender_scope import check_staff, of_lender
from xinnong.lending.services.loan_refusals import NoteUnsound

ADD: Final = "lending.add-note"
MOST: Final = 500


def add_note(
    *, actor: User, institution: Institution, loan: Loan, text: str, now: datetime, key: str
) -> None:
    """Write a note down, once per key. Raises NotYours, NotAuthorised, NoteUnsound."""
    said = text.strip()

    def work() -> dict[str, object]:
        check_staff(actor, loan, Permission.HANDLE_LOANS)
        if not 0 < len(said) <= MOST or "\0" in said:
            raise NoteUnsound(most=MOST)
        LoanNote.objects.create(
            loan=loan, institution=loan.institution, text=said, written_by=actor.ref, written_at=now
        )
        record(actor=actor, action=ADD, at=now, subject=loan.ref, concerns=institution)
        return {}

    with scoped(of_lender(institution.code, actor)):
        answer_once(
            institution=institution, actor=actor, route=ADD, key=key,
            body={"loan": loan.ref, "text": said}, now=now, work=work,
        )  # fmt: skip
