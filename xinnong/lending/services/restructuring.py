"""Restructuring: easier terms for a borrower in difficulty, as a new loan that pays the old one.

商业银行金融资产风险分类办法 17 to 23. What is owed beside principal is paid on the day; the new loan
is under observation from its first due day on, and keeps at least the class the old one had.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.asset_class import AssetClass
from xinnong.core.restructuring import least_class
from xinnong.core.schedule.day_counts import add_months
from xinnong.core.schedule.terms import Method, Unit
from xinnong.ledger.services import Move
from xinnong.lending.loan_terms import LoanTerms
from xinnong.lending.models import (
    Loan,
    LoanDue,
    LoanProposal,
    LoanState,
    PayChannel,
    ProposalKind,
    Repayment,
    Standing,
)
from xinnong.lending.queries.loans import (
    PRINCIPAL,
    late_after,
    late_of,
    principal_minor,
    settled_terms,
    settlement_quote,
    terms_in_force,
)
from xinnong.lending.services.amending import Change, amend
from xinnong.lending.services.confirming import Confirming, carry_out
from xinnong.lending.services.drawing import begin_loan
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.loan_refusals import NotEased, RateOutOfBounds
from xinnong.lending.services.observing import watch_from
from xinnong.lending.services.repaying import (
    check_source,
    close_if_paid,
    spend,
    spread_moves,
    write_parts,
)

ROUTE: Final = "lending.restructure"
REASON: Final = "loan.restructure"


def restructure(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    loan_ref: UUID,
    proposal_ref: UUID,
    on: date,
    now: datetime,
    key: str,
    channel: str = PayChannel.TRANSFER,
) -> UUID:
    """Carry out what a colleague proposed; answers the new loan.

    The new loan pays the old one's principal, late or not; everything else that is owed to the day
    comes through `channel` in the same journal. Raises NotYours, NotAuthorised, NotProposed,
    ProposalEnded, SamePerson, NotEased, RateOutOfBounds, NothingHeld, LoanNotActive, InvalidTerms,
    the day's refusals, CommandKeyReused.
    """

    def act(books: LoanBooks, proposal: LoanProposal) -> dict[str, object]:
        return {"loan": str(ease(books, proposal, on, channel, key).ref)}

    asked = Confirming(actor, institution, loan_ref, proposal_ref, on, now, key)
    answer = carry_out(
        asked, ProposalKind.RESTRUCTURE, ROUTE, act, states=(LoanState.ACTIVE,), channel=channel
    )
    return UUID(str(answer["loan"]))


def ease(books: LoanBooks, proposal: LoanProposal, on: date, channel: str, key: str) -> Loan:
    """Put the old loan into a new one on the proposed terms. In the caller's transaction."""
    old = books.loan
    quote, amount = settlement_quote(old, on=on), principal_minor(old)
    before = Standing.objects.get(loan=old)
    new = begin_loan(
        eased_terms(books.institution, old, proposal, on), amount, on, books.now, books.actor,
        renews=old.ref,
    )  # fmt: skip
    if new.matures_on <= old.matures_on and new.rate_percent >= _rate_on(old, on):
        raise NotEased
    _observe(new, before, on)
    moves = _settle(books, on)
    moves += _pay(books, quote.total_minor - amount, on, channel, books.source(channel))
    into = LoanBooks(books.institution, books.actor, books.now, new).of_loan(PRINCIPAL)
    moves += _pay(books, amount, on, PayChannel.RENEWAL, into)
    posted = books.post(key=key, on=on, reason=REASON, moves=moves)
    Repayment.objects.filter(loan=old, booked_at=books.now, journal=None).update(journal=posted.id)
    close_if_paid(old, on)
    record(
        actor=books.actor, action="lending.restructure", at=books.now, subject=new.ref,
        counts={"amount_minor": amount}, concerns=books.institution,
    )  # fmt: skip
    return new


def eased_terms(institution: Institution, old: Loan, proposal: LoanProposal, on: date) -> LoanTerms:
    """The proposed terms; what they do not name stays. Raises RateOutOfBounds for a higher rate."""
    rate, now = proposal.rate_percent, _rate_on(old, on)
    assert rate is not None, "a restructuring names a rate"
    assert proposal.months is not None, "a restructuring names months"
    if rate > now:
        raise RateOutOfBounds(floor_percent=Decimal(0), cap_percent=now)
    terms, method = terms_in_force(old), Method(proposal.method)
    at_once = method is Method.AT_MATURITY
    last = add_months(on, proposal.months, on.day)
    return LoanTerms(
        institution=institution,
        contract_ref=old.contract_ref,
        product=old.product,
        person=old.person,
        area12=old.area12,
        household_id=old.household_id,
        limit_minor=old.principal_minor,
        rate_percent=rate,
        late_rate_percent=late_after(old, rate, on),
        method=method,
        day_count=terms.day_count,
        number_of_repayments=1 if at_once else proposal.months,
        unit=Unit.MONTHS,
        first_due_on=last if at_once else None,
        interest_period=terms.interest_period,
        rounding=terms.rounding,
        compounds=old.compounds,
        principal_first_after_days=old.principal_first_after_days,
        payee=old.payee,
    )


def carry_observation(old: Standing, new: Loan) -> None:
    """A renewed loan stays under the observation its forerunner was under."""
    if old.restructured:
        assert old.observed_from is not None
        watch_from(new, old.observed_from, AssetClass(old.least_class))


def _rate_on(loan: Loan, on: date) -> Decimal:
    return late_of(loan, terms_in_force(loan)).rates_on(on)[0]


def _observe(new: Loan, before: Standing, on: date) -> None:
    """Watch the new loan, in the old one's class, with what was judged of it."""
    Loan.objects.filter(pk=new.pk).update(restructured_on=on)
    first = LoanDue.objects.filter(loan=new, until_version=None).order_by("on").first()
    assert first is not None
    least = least_class(AssetClass(before.asset_class), watched=before.restructured)
    watch_from(new, first.on, least)
    Standing.objects.filter(loan=new).update(
        asset_class=before.asset_class,
        class_reasons=before.class_reasons,
        misused=before.misused,
        expected_loss_percent=before.expected_loss_percent,
        special_minor=before.special_minor,
    )


def _settle(books: LoanBooks, on: date) -> list[Move]:
    """Let everything fall due on the day; answers what that mends of the days booked."""
    loan = books.loan
    if not LoanDue.objects.filter(loan=loan, until_version=None, on__gt=on).exists():
        return []
    change = Change(
        loan=loan, terms=settled_terms(terms_in_force(loan), on), on=on, now=books.now,
        actor=books.actor, reason=REASON,
    )  # fmt: skip
    return books.accrual_moves(amend(change), "loan.mend")


def _pay(books: LoanBooks, amount_minor: int, on: date, channel: str, source: int) -> list[Move]:
    """Take money for what is due, from a channel or from the new loan."""
    if not amount_minor:
        return []
    check_source(books.loan, amount_minor, channel)
    spread = spend(books.loan, amount_minor)
    assert not spread.rest_minor, "no more is paid than is owed"
    repayment = Repayment.objects.create(
        ref=new_ref(), loan=books.loan, institution=books.loan.institution, on=on,
        amount_minor=amount_minor, channel=channel, booked_on=on, booked_at=books.now,
        booked_by=books.actor if isinstance(books.actor, UUID) else books.actor.ref,
    )  # fmt: skip
    write_parts(repayment, spread.parts)
    return spread_moves(books, spread, source)
