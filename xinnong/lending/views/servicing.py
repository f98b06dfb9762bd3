"""Changing a running loan: a form, a preview of the effect, and the confirmation."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending import services
from xinnong.lending.forms import servicing as forms
from xinnong.lending.models import (
    LoanNote,
    LoanProposal,
    LoanState,
)
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.contracts import contracts_to_renew_on
from xinnong.lending.queries.loans import figures_day, loan_by_ref, settlement_quote
from xinnong.lending.queries.products import product_of
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.previewing import Foreseen, foresee_all, rehearse, state_of
from xinnong.lending.services.repaying import Excess
from xinnong.lending.views import endings
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.views.effects import shown
from xinnong.lending.views.two_people import (
    PROPOSED,
    REHEARSED,
    concerned,
    confirm,
    confirm_form,
    correct_form,
    excuse_form,
    heading_of,
    proposal_facts,
    propose_correction,
    propose_undoing,
    repayment_choices,
    waiting_for,
)
from xinnong.lending.wording import title_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web import figures
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import Loan

TITLES: Mapping[str, Any] = {
    "repay": _l("登记收款"),
    "rate": _l("调整利率"),
    "pause": _l("停息"),
    "extend": _l("办理展期"),
    "renew": _l("无还本续贷"),
    "restructure": _l("提议重组"),
    "write-off": _l("提议核销"),
    "recover": _l("收回已核销贷款"),
    "reverse": _l("冲正还款"),
    "correct": _l("更正记错的还款"),
    "excuse": _l("认定技术性逾期"),
    "judge": _l("判断分类"),
    "note": _l("写备注"),
    "confirm": _l("确认提议"),
}
FORMS: Mapping[str, type[Form]] = {
    "repay": forms.RepayingForm,
    "rate": forms.RateForm,
    "pause": forms.UntilForm,
    "extend": forms.UntilForm,
    "restructure": forms.RestructureForm,
    "write-off": forms.WriteOffForm,
    "recover": forms.RecoverForm,
    "judge": forms.JudgeForm,
    "note": forms.NoteForm,
}
BUILT: Mapping[str, Callable[[Any, Loan], Form]] = {
    "correct": correct_form,
    "excuse": excuse_form,
    "confirm": confirm_form,
}


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def change_loan(request: HttpRequest, ref: UUID, step: str) -> HttpResponse:
    """One step of servicing: fill in, see what it would do, confirm."""
    loan = loan_by_ref(ref)
    if step not in TITLES or loan is None or loan.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user_of(request), at=timezone.now(), purpose=Purpose.SERVICING, case=str(loan.ref),
        fields=("loan",), household_id=loan.household_id, person=loan.person, area12=loan.area12,
    )  # fmt: skip
    if step == "confirm" and request.POST.get("step") in endings.ENDINGS:
        return _end(request, loan)
    form = _form(request, loan, step)
    if request.method == "GET" or not form.is_valid():
        return _page(request, loan, step, form)
    on, told = figures_day(loan.institution, timezone.localdate()), Refusals()
    loans = concerned(request, loan, form)
    seen = _digest(loans, form, on)
    if request.POST.get("step") == "confirm" and request.POST.get("seen") == seen:
        if told.of(lambda: _act(request, loan, step, form.cleaned_data, on)):
            return redirect("lending:loan", loan.ref)
        return _page(request, loan, step, form, told=told)
    found: list[Foreseen] = []
    told.of(lambda: found.extend(_foreseen(request, loans, step, form, on)))
    return _page(request, loan, step, form, told=told, found=found, seen=seen)


def _end(request: HttpRequest, loan: Loan) -> HttpResponse:
    """Withdraw or turn down what was proposed, or say why not."""
    told = Refusals()
    if told.of(lambda: endings.end_proposal(request, loan)):
        return redirect("lending:loan", loan.ref)
    return _page(request, loan, "confirm", forms.ConfirmForm(), told=told)


def _form(request: HttpRequest, loan: Loan, step: str) -> Form:
    data = request.POST or None
    if step in BUILT:
        return BUILT[step](data, loan)
    if step == "renew":
        return forms.RenewForm(data, choices=contract_choices(loan))
    if step == "reverse":
        return forms.ReverseForm(data, choices=repayment_choices(loan))
    return FORMS[step](data)


def contract_choices(loan: Loan) -> list[tuple[str, str]]:
    """The contracts on which a loan may be renewed, in words."""
    return [
        (
            str(each.ref),
            _("%(product)s，最多 %(limit)s，到 %(ends_on)s")
            % {
                "product": title_of(product_of(each.application.offer.product)),
                "limit": figures.whole_yuan(each.limit_minor),
                "ends_on": date_format(each.ends_on),
            },
        )
        for each in contracts_to_renew_on(loan, now=timezone.now())
    ]


def _digest(loans: list[Loan], form: Form, on: date) -> str:
    """What was seen: the loans as they stood on the day, and what was typed."""
    said = sorted((name, str(value)) for name, value in form.cleaned_data.items())
    return hashlib.sha256(f"{[state_of(loan, on) for loan in loans]} {said}".encode()).hexdigest()


def _foreseen(
    request: HttpRequest, loans: list[Loan], step: str, form: Form, on: date
) -> tuple[Foreseen, ...]:
    actor, loan = user_of(request), loans[0]

    def act() -> None:
        done = _act(request, loan, step, form.cleaned_data, on)
        if step in REHEARSED:
            proposal = LoanProposal.objects.get(ref=str(done))
            books = LoanBooks(_lender(request), actor, timezone.now(), loan)
            rehearse(books, proposal, on, form.cleaned_data.get("channel", ""))

    return foresee_all(actor=actor, loans=loans, on=on, act=act)


def _lender(request: HttpRequest) -> Any:
    return user_of(request).institution


def _act(request: HttpRequest, loan: Loan, step: str, said: dict[str, Any], on: date) -> object:
    now, key = timezone.now(), str(said["key"])
    who: dict[str, Any] = {
        "actor": user_of(request), "institution": _lender(request), "now": now, "key": key,
    }  # fmt: skip
    of_loan = who | {"loan_ref": loan.ref, "on": on}
    told = {name: value for name, value in said.items() if name != "key"}
    proposes = who | {"loan_ref": loan.ref}
    deeds: dict[str, Callable[[], object]] = {
        "repay": lambda: _repay(loan, of_loan, told, on),
        "rate": lambda: services.change_rate(**of_loan, **told),
        "pause": lambda: services.pause_interest(**of_loan, **told),
        "extend": lambda: services.extend(**of_loan, **told),
        "renew": lambda: services.renew_on_contract(**of_loan, contract_ref=UUID(told["contract"])),
        "restructure": lambda: _propose_restructuring(proposes, told),
        "write-off": lambda: services.propose_write_off(**proposes, **told),
        "recover": lambda: services.recover(
            **of_loan, amount_minor=told["amount"], channel=told["channel"]
        ),
        "reverse": lambda: propose_undoing(proposes, told),
        "correct": lambda: propose_correction(proposes, told),
        "excuse": lambda: services.propose_excuse(**proposes, **told),
        "judge": lambda: services.judge(**of_loan, **told),
        "note": lambda: services.add_note(**who, loan=loan, text=told["text"]),
        "confirm": lambda: confirm(loan, of_loan, told),
    }
    return deeds[step]()


def _propose_restructuring(asked: dict[str, Any], told: dict[str, Any]) -> object:
    """How the interest comes is chosen again when a colleague confirms; here it is for the preview."""
    said = {name: value for name, value in told.items() if name != "channel"}
    return services.propose_restructuring(**asked, **said)


def _repay(loan: Loan, asked: dict[str, Any], told: dict[str, Any], on: date) -> object:
    settles = told["settles"]
    amount = settlement_quote(loan, on=on).total_minor if settles else told["amount"] or 0
    return services.repay(
        **asked, amount_minor=amount, channel=told["channel"], excess=Excess(told["excess"]),
        settles=settles,
    )  # fmt: skip


def _page(
    request: HttpRequest,
    loan: Loan,
    step: str,
    form: Form,
    *,
    told: Refusals | None = None,
    found: list[Foreseen] | None = None,
    seen: str = "",
) -> HttpResponse:
    waiting = waiting_for(loan) if step == "confirm" else None
    context = {
        "loan": loan, "form": form, "title": TITLES[step], "seen": seen,
        "effects": [
            shown(each, heading_of(each.before.loan) if each.before.loan.pk != loan.pk else "")
            for each in found or ()
        ],
        "name": borrower_names([loan.person]).get(loan.person, ""),
        "refusal": told.refusal if told else None,
        "problems": told.problems if told else [],
        "proposal": proposal_facts(waiting) if waiting else [],
        "two_people": step in PROPOSED,
        **endings.ways_to_end(request, waiting),
    }  # fmt: skip
    wrong = request.method == "POST" and not found
    return render(
        request, "lending/change_loan.html", context, status=UNPROCESSABLE if wrong else 200
    )


def steps_of(loan: Loan) -> list[tuple[str, Any]]:
    """The steps that a loan in its state leaves open, with their names."""
    active = (
        "repay",
        "rate",
        "pause",
        "extend",
        "renew",
        "restructure",
        "write-off",
        "reverse",
        "correct",
        "excuse",
        "judge",
    )
    open_steps: Mapping[str, tuple[str, ...]] = {
        LoanState.ACTIVE: active, LoanState.SETTLED: ("reverse", "correct", "excuse"),
        LoanState.WRITTEN_OFF: ("recover",),
    }  # fmt: skip
    confirms = ("confirm",) if waiting_for(loan) else ()
    return [(step, TITLES[step]) for step in (*confirms, *open_steps[loan.state], "note")]


def notes_table(loan: Loan) -> Table:
    """Notes, the newest first."""
    notes = list(LoanNote.objects.filter(loan=loan).order_by("-id"))
    names = staff_names(each.written_by for each in notes)
    rows = [
        [Cell(date_format(timezone.localtime(each.written_at), "SHORT_DATETIME_FORMAT")),
         Cell(names.get(each.written_by, "—")), Cell(each.text)]
        for each in notes
    ]  # fmt: skip
    columns = [Column(_("时间")), Column(_("谁写的")), Column(_("备注"))]
    return Table(_("备注"), columns, rows, empty_title=_("还没有备注"))
