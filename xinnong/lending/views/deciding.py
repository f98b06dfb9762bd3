"""One application: what was asked, what was known, what speaks against it, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.origination import needs_line, obstacles
from xinnong.lending import services, wording
from xinnong.lending.forms.loans import AnswerForm, DecisionForm, ReportForm, SecondForm, VisitForm
from xinnong.lending.loan_tables import (
    decisions_table,
    evidence_of,
    preview_of,
    reports_table,
    visits_table,
    wish_of,
)
from xinnong.lending.models import ApplicationState, Outcome
from xinnong.lending.queries.applications import (
    application_by_ref,
    contracted_minor,
    decidable,
    decisions_on,
    first_approval,
    investigations_of,
    last_decision,
)
from xinnong.lending.queries.borrowers import (
    borrower_names,
    colleague,
    person_by_ref,
    staff_names,
)
from xinnong.lending.queries.contracts import contract_of, report_by_ref, reports_of
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.norms import crops_with_norm
from xinnong.lending.queries.products import product_of
from xinnong.lending.queries.securities import security_problems
from xinnong.lending.reasons import problems_said, reasons_of
from xinnong.lending.security_tables import secured_by
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.tables import facts_of
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import Application
    from xinnong.web.tables import Definition

WAITING = (ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW)
SEEN = ("applications", "line", "score")


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def application(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show an application with everything a decision rests on, and take one step of it."""
    found = _loaded(request, ref)
    if request.method == "GET":
        return _page(request, found)
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Http404
    form, act = step(request, found)
    told = Refusals()
    if form is not None and not form.is_valid():
        return _page(request, found, form=form)
    if not told.of(act):
        return _page(request, found, form=form, told=told)
    contract = contract_of(found.pk)
    if contract is not None and request.POST["step"] == "draft":
        return redirect("lending:contract", contract.ref)
    return redirect("lending:application", found.ref)


@allowed(Permission.HANDLE_LOANS)
def letter(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The answer on paper, for a borrower who has no phone."""
    found = _loaded(request, ref)
    decision = last_decision(found)
    names = borrower_names([found.person])
    context = {
        "application": found,
        "title": wording.title_of(product_of(found.offer.product)),
        "name": names.get(found.person, ""),
        "institution": user_of(request).institution,
        "reasons": reasons_of(decision) if decision else [],
        "decision": decision,
        "today": timezone.localdate(),
    }
    return render(request, "lending/letter.html", context)


def _loaded(request: HttpRequest, ref: UUID) -> Application:
    """The application through the reader's scope, with the reading on record."""
    found = application_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.APPLICATION,
        case=str(found.ref),
        fields=SEEN,
        household_id=found.household_id,
        person=found.person,
        area12=found.area12,
    )
    return found


def _decide(request: HttpRequest, found: Application) -> tuple[Form, Callable[[], object]]:
    form = DecisionForm(request.POST)

    def act() -> object:
        said = form.cleaned_data
        return services.decide_by_officer(
            actor=user_of(request),
            application=found,
            outcome=said["outcome"],
            amount_minor=said["amount"],
            months=said["months"],
            rate_percent=said["rate_percent"],
            reasons=said["reasons"],
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _confirm(request: HttpRequest, found: Application) -> tuple[Form, Callable[[], object]]:
    form = SecondForm(request.POST)

    def act() -> object:
        said, user = form.cleaned_data, user_of(request)
        if not user.can(Permission.CONFIRM_LOANS):
            raise NotYours
        return services.confirm_by_second(
            actor=user,
            application=found,
            agrees=said["outcome"] == Outcome.APPROVE,
            reasons=said["reasons"],
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _visit(request: HttpRequest, found: Application) -> tuple[Form, Callable[[], object]]:
    form = VisitForm(request.POST, request.FILES, crops=crops_with_norm())

    def act() -> object:
        said = form.cleaned_data
        companion = colleague(said["companion"])
        if companion is None:
            raise NotYours
        return services.record_investigation(
            actor=user_of(request),
            application=found,
            companion=companion,
            visited_on=said["visited_on"],
            photos=[said["photo"]],
            purpose=said["purpose"],
            crop=said["crop"],
            scale_hundredths=int(said["mu"] * 100),
            finding=said["finding"],
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _ask_report(request: HttpRequest, found: Application) -> tuple[Form, Callable[[], object]]:
    form = ReportForm(request.POST, request.FILES)

    def act() -> object:
        said, person = form.cleaned_data, person_by_ref(found.person)
        if person is None:
            raise NotYours
        return services.ask_credit_report(
            actor=user_of(request),
            person=person,
            institution=found.institution,
            purpose="before",
            authorisation_sha256=said["authorisation"],
            authorised_on=said["authorised_on"],
            now=timezone.now(),
            key=said["key"],
        )

    return form, act


def _file_report(request: HttpRequest, found: Application) -> tuple[Form, Callable[[], object]]:
    form = AnswerForm(request.POST, request.FILES)

    def act() -> object:
        asked = report_by_ref(form.cleaned_data["query"])
        if asked is None or asked.person != found.person:
            raise NotYours
        return services.file_credit_report(
            actor=user_of(request),
            query=asked,
            data=form.cleaned_data["report"].read(),
            now=timezone.now(),
        )

    return form, act


def _withdraw(request: HttpRequest, found: Application) -> tuple[None, Callable[[], object]]:
    return None, lambda: services.withdraw_application(
        actor=user_of(request), application=found, now=timezone.now(), key=found.ref
    )


def _withdraw_approval(
    request: HttpRequest, found: Application
) -> tuple[None, Callable[[], object]]:
    return None, lambda: services.withdraw_approval(
        actor=user_of(request), application=found, now=timezone.now(), key=uuid4()
    )


def _ask_person(request: HttpRequest, found: Application) -> tuple[None, Callable[[], object]]:
    return None, lambda: services.ask_for_person(
        actor=user_of(request), application=found, now=timezone.now(), key=found.ref
    )


def _draft(request: HttpRequest, found: Application) -> tuple[None, Callable[[], object]]:
    return None, lambda: services.draft_contract(
        actor=user_of(request), application=found, now=timezone.now(), key=found.ref
    )


STEPS: Mapping[str, Callable[..., tuple[Form | None, Callable[[], object]]]] = {
    "decide": _decide,
    "confirm": _confirm,
    "withdraw-approval": _withdraw_approval,
    "visit": _visit,
    "ask-report": _ask_report,
    "file-report": _file_report,
    "withdraw": _withdraw,
    "ask-person": _ask_person,
    "draft": _draft,
}


def _page(
    request: HttpRequest,
    found: Application,
    *,
    form: Form | None = None,
    told: Refusals | None = None,
) -> HttpResponse:
    product = product_of(found.offer.product)
    decisions, visits = decisions_on(found), investigations_of(found)
    reports = reports_of(found.person, institution=found.institution)
    promised = contracted_minor(
        found.household_id, institution=found.institution, but=found,
        organisation=found.organisation,
    )  # fmt: skip
    names = staff_names(
        [
            *(each.decided_by for each in decisions),
            *(ref for each in visits for ref in (each.first_by, each.second_by)),
        ]
    )
    failed = request.method == "POST"
    context: dict[str, object] = {
        "application": found,
        "name": found.organisation_name or borrower_names([found.person]).get(found.person, ""),
        "is_waiting": found.state in WAITING,
        "wish": wish_of(found),
        "evidence": evidence_of(found, promised),
        "product_facts": facts_of(found.offer.product, product),
        "product_title": wording.title_of(product),
        "decisions": decisions_table(decisions, names),
        "visits": visits_table(visits, names, found.amount_minor),
        "reports": reports_table(reports),
        "unanswered": next((each for each in reports if each.answered_at is None), None),
        "conditions": [
            wording.word(code)
            for code in product.conditions_for(security=found.security, payee=found.payee)
        ],
        "contract": contract_of(found.pk),
        "secured_by": secured_by(found),
        "preview": _preview(found),
        "problems": told.problems if told else [],
        "refusal": told.refusal if told else None,
        "wrong_form": form if form is not None and form.errors else None,
        **_open_steps(request, found, form),
    }
    return render(
        request, "lending/application.html", context, status=UNPROCESSABLE if failed else 200
    )


def _preview(found: Application) -> list[Definition]:
    """The contract as it would be drafted today; nothing before an approval."""
    decision = last_decision(found)
    if found.state != ApplicationState.APPROVED or decision is None:
        return []
    product = product_of(found.offer.product)
    return preview_of(found, decision, product, timezone.localdate())


def _open_steps(request: HttpRequest, found: Application, form: Form | None) -> dict[str, object]:
    """Forms of the steps that this person could take now; what was typed stays."""
    product, first = product_of(found.offer.product), first_approval(found)
    wish = decidable(found, product, amount_minor=found.amount_minor, months=found.months)
    today = timezone.localdate()
    against = (
        *obstacles(wish, product, lpr_percent=lpr_percent_on(today)),
        *security_problems(found, amount_minor=found.amount_minor, on=today),
    )
    user = user_of(request)
    may_confirm = user.can(Permission.CONFIRM_LOANS)
    waits = found.state in WAITING
    initial = {"amount": found.amount_minor, "months": found.months}

    def kept(kind: type[Form], fresh: Form) -> Form:
        return form if isinstance(form, kind) else fresh

    return {
        "against": problems_said(against) if waits else [],
        "first": first,
        "needs_factor": Permission.CONFIRM_LOANS in user.approving and not may_confirm,
        "is_first": first is not None and first.decided_by == user.ref,
        "decision_form": kept(DecisionForm, DecisionForm(initial=initial))
        if waits and first is None
        else None,
        "names_rate": not needs_line(product),
        "second_form": kept(SecondForm, SecondForm())
        if first is not None and may_confirm and first.decided_by != user.ref
        else None,
        "visit_form": kept(VisitForm, VisitForm(crops=crops_with_norm())),
        "report_form": kept(ReportForm, ReportForm()),
        "answer_form": kept(AnswerForm, AnswerForm()),
    }
