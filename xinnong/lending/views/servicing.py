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
from xinnong.ledger.chart import kind_of
from xinnong.lending import services
from xinnong.lending.forms import servicing as forms
from xinnong.lending.loan_facts import class_text, schedule_table
from xinnong.lending.models import (
    LoanNote,
    LoanProposal,
    LoanState,
    ProposalKind,
    ProposalState,
    Repayment,
    RepaymentState,
)
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.contracts import contracts_to_renew_on
from xinnong.lending.queries.loans import loan_by_ref, open_day_of, settlement_quote
from xinnong.lending.queries.products import product_of
from xinnong.lending.services.loan_ledger import LoanBooks
from xinnong.lending.services.previewing import Foreseen, foresee, rehearse
from xinnong.lending.services.repaying import Excess
from xinnong.lending.views import endings
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.wording import rate_text, title_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web import figures
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Definition, Table

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
    "confirm": forms.ConfirmForm,
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
    on, told = open_day_of(loan.institution) or timezone.localdate(), Refusals()
    seen = _digest(loan, form)
    if request.POST.get("step") == "confirm" and request.POST.get("seen") == seen:
        if told.of(lambda: _act(request, loan, step, form.cleaned_data, on)):
            return redirect("lending:loan", loan.ref)
        return _page(request, loan, step, form, told=told)
    found: list[Foreseen] = []
    told.of(lambda: found.append(_foreseen(request, loan, step, form, on)))
    return _page(request, loan, step, form, told=told, found=found, seen=seen)


def _end(request: HttpRequest, loan: Loan) -> HttpResponse:
    """Withdraw or turn down what was proposed, or say why not."""
    told = Refusals()
    if told.of(lambda: endings.end_proposal(request, loan)):
        return redirect("lending:loan", loan.ref)
    return _page(request, loan, "confirm", forms.ConfirmForm(), told=told)


def _form(request: HttpRequest, loan: Loan, step: str) -> Form:
    data = request.POST or None
    if step == "renew":
        return forms.RenewForm(data, choices=contract_choices(loan))
    if step != "reverse":
        return FORMS[step](data)
    made = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED).order_by("-on", "-id")
    choices = [
        (
            str(each.ref),
            f"{date_format(each.on, 'SHORT_DATE_FORMAT')} {figures.yuan(each.amount_minor)}",
        )
        for each in made
    ]
    return forms.ReverseForm(data, choices=choices)


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


def _digest(loan: Loan, form: Form) -> str:
    """What was seen: the loan's version and what was typed."""
    said = sorted((name, str(value)) for name, value in form.cleaned_data.items())
    return hashlib.sha256(f"{loan.version} {loan.state} {said}".encode()).hexdigest()


def _foreseen(request: HttpRequest, loan: Loan, step: str, form: Form, on: date) -> Foreseen:
    actor = user_of(request)

    def act() -> None:
        done = _act(request, loan, step, form.cleaned_data, on)
        if step == "restructure":
            proposal = LoanProposal.objects.get(ref=str(done))
            books = LoanBooks(_lender(request), actor, timezone.now(), loan)
            rehearse(books, proposal, on, "transfer")

    return foresee(actor=actor, loan=loan, on=on, act=act)


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
        "restructure": lambda: services.propose_restructuring(**proposes, **told),
        "write-off": lambda: services.propose_write_off(**proposes, **told),
        "recover": lambda: services.recover(
            **of_loan, amount_minor=told["amount"], channel=told["channel"]
        ),
        "reverse": lambda: services.reverse_repayment(
            **who, on=on, repayment_ref=told["repayment"]
        ),
        "judge": lambda: services.judge(**of_loan, **told),
        "note": lambda: services.add_note(**who, loan=loan, text=told["text"]),
        "confirm": lambda: _confirm(loan, of_loan, told),
    }
    return deeds[step]()


def _repay(loan: Loan, asked: dict[str, Any], told: dict[str, Any], on: date) -> object:
    settles = told["settles"]
    amount = settlement_quote(loan, on=on).total_minor if settles else told["amount"] or 0
    return services.repay(
        **asked, amount_minor=amount, channel=told["channel"], excess=Excess(told["excess"]),
        settles=settles,
    )  # fmt: skip


def _confirm(loan: Loan, asked: dict[str, Any], told: dict[str, Any]) -> object:
    waiting = _waiting(loan)
    if waiting is not None and waiting.kind == ProposalKind.RESTRUCTURE:
        return services.restructure(**asked, proposal_ref=waiting.ref, channel=told["channel"])
    return services.write_off(**asked)


def _waiting(loan: Loan) -> LoanProposal | None:
    return LoanProposal.objects.filter(loan=loan, state=ProposalState.OPEN).first()


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
    effect = found[0] if found else None
    waiting = _waiting(loan) if step == "confirm" else None
    context = {
        "loan": loan, "form": form, "title": TITLES[step], "seen": seen, "effect": effect,
        "name": borrower_names([loan.person]).get(loan.person, ""),
        "refusal": told.refusal if told else None,
        "problems": told.problems if told else [],
        "facts": effect_facts(effect) if effect else [],
        "moves": moves_table(effect) if effect else None,
        "before": schedule_table(effect.before.dues, _("现在的还款计划")) if effect else None,
        "after": schedule_table(effect.after.dues, _("改后的还款计划")) if effect else None,
        "proposal": proposal_facts(waiting) if waiting else [],
        **endings.ways_to_end(request, waiting),
    }  # fmt: skip
    wrong = request.method == "POST" and effect is None
    return render(
        request, "lending/change_loan.html", context, status=UNPROCESSABLE if wrong else 200
    )


def effect_facts(effect: Foreseen) -> list[Definition]:
    """What would differ, old beside new."""
    old, new = effect.before, effect.after
    pairs = [
        (_("年利率"), rate_text(old.rates[0]), rate_text(new.rates[0])),
        (_("逾期年利率"), rate_text(old.rates[1]), rate_text(new.rates[1])),
        (_("到期日"), date_format(old.loan.matures_on), date_format(new.loan.matures_on)),
        (_("已到期未还"), figures.yuan(old.owed_minor), figures.yuan(new.owed_minor)),
        (_("状态"), old.loan.get_state_display(), new.loan.get_state_display()),
    ]
    facts = [Definition(term, f"{was} → {now}" if was != now else was) for term, was, now in pairs]
    if new.standing is not None:
        least = new.standing.least_class if new.standing.restructured else 1
        shown = class_text(max(new.standing.asset_class, least))
        facts.append(Definition(_("五级分类"), shown, note=_("日终时按逾期天数和判断重新分类。")))
    return facts


def moves_table(effect: Foreseen) -> Table:
    """What would be booked."""
    rows = [
        [Cell(_account(each.debit.kind)), Cell(_account(each.credit.kind)),
         Cell(figures.yuan(each.amount_minor))]
        for each in effect.moves
    ]  # fmt: skip
    columns = [Column(_("借方")), Column(_("贷方")), Column(_("金额"), is_figure=True)]
    return Table(_("会记的账"), columns, rows, empty_title=_("这一步不记账"))


def _account(code: str) -> str:
    kind = kind_of(code)
    return f"{code} {kind.en if figures.is_english() else kind.zh}"


def proposal_facts(proposal: LoanProposal) -> list[Definition]:
    """What a colleague proposed."""
    names = staff_names([proposal.proposed_by])
    facts = [
        Definition(_("提议"), proposal.get_kind_display()),
        Definition(_("提议人"), names.get(proposal.proposed_by, "—")),
        Definition(_("什么原因"), proposal.get_difficulty_display()),
        Definition(_("凭证编号"), proposal.evidence),
    ]
    if proposal.rate_percent is not None:
        facts.append(Definition(_("新的年利率（%）"), rate_text(proposal.rate_percent)))
        facts.append(Definition(_("从今天起还几个月"), str(proposal.months)))
    return facts


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
        "judge",
    )
    open_steps: Mapping[str, tuple[str, ...]] = {
        LoanState.ACTIVE: active, LoanState.SETTLED: ("reverse",),
        LoanState.WRITTEN_OFF: ("recover",),
    }  # fmt: skip
    confirms = ("confirm",) if _waiting(loan) else ()
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
