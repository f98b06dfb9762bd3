"""Steps that one person proposes and another confirms: what they show and what they carry out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.accounts.visibility import user_of
from xinnong.core.payments import number_of
from xinnong.lending import services
from xinnong.lending.forms import servicing as forms
from xinnong.lending.models import (
    Loan,
    LoanProposal,
    ProposalKind,
    ProposalState,
    Repayment,
    RepaymentState,
)
from xinnong.lending.queries.borrowers import staff_names
from xinnong.lending.queries.loans import dues_in_force, figures_day
from xinnong.lending.wording import rate_text
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web import figures
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.forms import Form
    from django.http import HttpRequest

REHEARSED = ("restructure", "reverse", "correct", "excuse")
"""Steps whose preview shows what their confirmation would do."""
PROPOSED = (*REHEARSED, "write-off")
LOOKS_BACK = timedelta(days=400)
"""How long ago an instalment may have fallen due whose delay is still found technical."""


def waiting_for(loan: Loan) -> LoanProposal | None:
    """The one proposal of a loan that nobody answered yet."""
    return LoanProposal.objects.filter(loan=loan, state=ProposalState.OPEN).first()


def repayment_choices(loan: Loan) -> list[tuple[str, str]]:
    """The repayments that count, the newest first, in words."""
    made = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED).order_by("-on", "-id")
    return [(str(each.ref), " ".join(_said(each))) for each in made]


def _said(paid: Repayment) -> tuple[str, str, str]:
    day = date_format(paid.on, "SHORT_DATE_FORMAT")
    return day, figures.yuan(paid.amount_minor), paid.get_channel_display()


def correct_form(data: Any, loan: Loan) -> Form:
    """A payment and what is right."""
    return forms.CorrectForm(data, choices=repayment_choices(loan), loan=loan)


def excuse_form(data: Any, loan: Loan) -> Form:
    """The instalments that fell due not too long ago, the newest first."""
    on = figures_day(loan.institution, timezone.localdate())
    dues = [due for due in dues_in_force(loan) if on - LOOKS_BACK <= due.on < on]
    choices = [
        (due.on.isoformat(), _("第 %(n)s 期，%(on)s") % {"n": due.n, "on": date_format(due.on)})
        for due in reversed(dues)
    ]
    return forms.ExcuseForm(data, choices=choices)


def propose_correction(asked: dict[str, Any], told: Mapping[str, Any]) -> object:
    """From what the form says."""
    return services.propose_correction(
        **asked, repayment_ref=told["repayment"], counts_from=told["counts_from"],
        amount_minor=told["amount"], to_loan=told["to_loan"].ref, cause=told["cause"],
        evidence=told["evidence"],
    )  # fmt: skip


def propose_undoing(asked: dict[str, Any], told: Mapping[str, Any]) -> object:
    """From what the form says."""
    return services.propose_undoing(
        **asked, repayment_ref=told["repayment"], cause=told["cause"], evidence=told["evidence"]
    )


def confirm(loan: Loan, asked: dict[str, Any], told: Mapping[str, Any]) -> object:
    """Carry out what waits, whatever it is."""
    waiting = waiting_for(loan)
    kind = waiting.kind if waiting is not None else ProposalKind.WRITE_OFF
    if waiting is None or kind == ProposalKind.WRITE_OFF:
        return services.write_off(**asked)
    asked = asked | {"proposal_ref": waiting.ref}
    if kind == ProposalKind.CORRECT:
        return services.correct_repayment(**asked)
    if kind == ProposalKind.EXCUSE:
        return services.excuse_delay(**asked)
    if kind == ProposalKind.REVERSE:
        return services.undo_repayment(**asked)
    return services.restructure(**asked, channel=told["channel"])


def confirm_form(data: Any, loan: Loan) -> Form:
    """How the interest comes is asked of a restructuring alone."""
    form, waiting = forms.ConfirmForm(data), waiting_for(loan)
    if waiting is not None and waiting.kind != ProposalKind.RESTRUCTURE:
        del form.fields["channel"]
    return form


def concerned(request: HttpRequest, loan: Loan, form: Form) -> list[Loan]:
    """The loans that a step changes: the loan, and another that a payment moves to."""
    other = form.cleaned_data.get("to_loan")
    waiting = waiting_for(loan)
    if other is None and isinstance(form, forms.ConfirmForm) and waiting is not None:
        other = Loan.objects.filter(ref=waiting.to_loan).first() if waiting.to_loan else None
    if other is None or other.pk == loan.pk:
        return [loan]
    record_read(
        actor=user_of(request), at=timezone.now(), purpose=Purpose.SERVICING, case=str(other.ref),
        fields=("loan",), household_id=other.household_id, person=other.person,
        area12=other.area12,
    )  # fmt: skip
    return [loan, other]


def heading_of(loan: Loan) -> str:
    """Above what would become of another loan."""
    return _("贷款 %(number)s 会这样") % {"number": number_of("L", loan.pk)}


def proposal_facts(proposal: LoanProposal) -> list[Definition]:
    """What a colleague proposed."""
    names = staff_names([proposal.proposed_by])
    why = proposal.get_difficulty_display() or proposal.get_cause_display()
    facts = [
        Definition(_("提议"), proposal.get_kind_display()),
        Definition(_("提议人"), names.get(proposal.proposed_by, "—")),
        Definition(_("什么原因"), why),
        Definition(_("凭证编号"), proposal.evidence),
    ]
    if proposal.rate_percent is not None:
        facts.append(Definition(_("新的年利率（%）"), rate_text(proposal.rate_percent)))
        facts.append(Definition(_("从今天起还几个月"), str(proposal.months)))
    return [
        *facts, *_correction_facts(proposal), *_undoing_facts(proposal), *_excuse_facts(proposal)
    ]  # fmt: skip


def _undoing_facts(proposal: LoanProposal) -> list[Definition]:
    if proposal.kind != ProposalKind.REVERSE:
        return []
    paid = Repayment.objects.get(ref=str(proposal.repayment))
    note = _("确认后这笔不再算还款；钱记到待处理科目，弄清楚再退或者再记。")
    return [Definition(_("冲正哪一笔还款"), " ".join(_said(paid)), note=note)]


def _correction_facts(proposal: LoanProposal) -> list[Definition]:
    if proposal.kind != ProposalKind.CORRECT or proposal.counts_from is None:
        return []
    assert proposal.repayment is not None, "a correction names a repayment"
    old = Repayment.objects.get(ref=proposal.repayment)
    target = Loan.objects.filter(ref=str(proposal.to_loan)).first()
    pairs = [
        (_("还款日期"), date_format(old.on), date_format(proposal.counts_from)),
        (_("还款金额"), figures.yuan(old.amount_minor), figures.yuan(proposal.amount_minor or 0)),
        (_("记到哪笔贷款"), number_of("L", old.loan_id),
         number_of("L", target.pk) if target else "—"),
    ]  # fmt: skip
    return [Definition(term, f"{was} → {now}" if was != now else was) for term, was, now in pairs]


def _excuse_facts(proposal: LoanProposal) -> list[Definition]:
    if proposal.kind != ProposalKind.EXCUSE or proposal.counts_from is None:
        return []
    assert proposal.until_on is not None, "an excuse ends"
    return [
        Definition(_("哪一期晚了"), date_format(proposal.counts_from)),
        Definition(_("钱哪一天到的"), date_format(proposal.until_on)),
    ]
