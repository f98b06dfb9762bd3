"""A delay that a payment system caused: two people find so, and it costs the borrower nothing.

商业银行金融资产风险分类办法 (2023) excepts short technical delays from 关注; core.asset_class.RULES
has the days. The days in question are lived again without penalty and without being late.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution, User
from xinnong.core.asset_class import rules_on
from xinnong.lending.models import Loan, LoanDue, LoanProposal, OpenDue, ProposalKind, Standing
from xinnong.lending.queries.loans import open_day_of, terms_in_force
from xinnong.lending.services.confirming import Confirming, carry_out
from xinnong.lending.services.correcting import UNDER_WAY, mend, paid_by_component
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.loan_refusals import DayClosed, NotTechnical
from xinnong.lending.services.proposing import Proposed, propose
from xinnong.lending.services.rebooking import tell

ROUTE: Final = "lending.excuse-delay"
REASON: Final = "loan.excuse"
TOLD: Final = "excused"
"""Kind of the line in which a borrower reads that a delay does not count."""


def propose_excuse(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    due_on: date,
    until_on: date,
    cause: str,
    evidence: str,
    now: datetime,
    key: str,
) -> UUID:
    """Propose that the delay of one instalment was technical, up to the day the money came.

    Raises NotYours, NotAuthorised, LoanUnknown, LoanNotActive, NotTechnical, EvidenceMissing,
    ProposalOpen, CommandKeyReused.
    """

    def check(loan: Loan) -> None:
        on = open_day_of(institution.code)
        if on is None:
            raise DayClosed(on=None, open_on=None)
        check_delay(loan, due_on, until_on, on)

    asked = Proposed(actor, institution, loan_ref, ProposalKind.EXCUSE, evidence, now, key)
    return propose(
        asked, states=UNDER_WAY, check=check, cause=cause, counts_from=due_on, until_on=until_on
    )


def check_delay(loan: Loan, due_on: date, until_on: date, on: date) -> None:
    """Refuse days that the rule does not except, days to come, and what is no due date."""
    most = rules_on(due_on).technical_days
    fell_due = LoanDue.objects.filter(loan=loan, until_version=None, on=due_on).exists()
    if not fell_due or until_on > on or not 0 < (until_on - due_on).days <= most:
        raise NotTechnical(most_days=most)


def excuse_delay(
    *,
    actor: User,
    institution: Institution,
    loan_ref: UUID,
    proposal_ref: UUID,
    on: date,
    now: datetime,
    key: str,
) -> dict[str, int]:
    """Confirm a colleague's finding; answers by how much the days since were mended.

    Raises NotYours, NotAuthorised, NotProposed, ProposalEnded, SamePerson, NotTechnical, the day's
    refusals, CommandKeyReused.
    """
    asked = Confirming(actor, institution, loan_ref, proposal_ref, on, now, key)
    return carry_out(
        asked, ProposalKind.EXCUSE, ROUTE, lambda books, proposal: excuse(books, proposal, on, key)
    )


def excuse(books: LoanBooks, proposal: LoanProposal, on: date, key: str) -> dict[str, int]:
    """Live the loan again without the days of a confirmed proposal. In the caller's transaction."""
    loan, due_on, until_on = books.loan, proposal.counts_from, proposal.until_on
    assert due_on is not None, "an excuse names a due date"
    assert until_on is not None, "an excuse ends"
    check_delay(loan, due_on, until_on, on)
    before = paid_by_component(loan)
    mended = mend(books, terms_in_force(loan), on, key, before, REASON)
    if OpenDue.objects.filter(loan=loan, on=due_on).exists():
        Standing.objects.filter(loan=loan).update(technical=True)
    tell(loan, on, TOLD, -mended["penalty"] - mended["compound"])
    return mended
