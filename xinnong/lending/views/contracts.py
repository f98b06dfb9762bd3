"""One contract for the lender's staff: signing, conditions, cards; and its paper for both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, signed_in, user_of
from xinnong.lending import services, wording
from xinnong.lending.forms.loans import (
    CardForm,
    ConditionForm,
    DrawForm,
    LiftForm,
    SigningForm,
)
from xinnong.lending.loan_facts import left_minor
from xinnong.lending.loan_tables import cards_said, conditions_said, contract_facts
from xinnong.lending.models import ContractState
from xinnong.lending.queries.borrowers import borrower_names, person_by_ref
from xinnong.lending.queries.contracts import (
    card_by_ref,
    cards_of,
    conditions_met,
    conditions_missing,
    conditions_wanted,
    contract_by_ref,
    drawable,
    hold_by_ref,
    open_holds,
    paper_of,
    terms_of,
)
from xinnong.lending.queries.loans import loans_of_contract, moving_day
from xinnong.lending.reasons import problems_said
from xinnong.lending.security_tables import secured_by
from xinnong.lending.services.conditions import BY_DOCUMENT
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.views.drawing import card_choices, draw_form
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest

    from xinnong.lending.models import Contract

SEEN = ("contract", "line")


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def contract(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a contract and take one step: sign in person, meet a condition, bind a card, call back."""
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
    if told.of(act):
        return redirect("lending:contract", found.ref)  # a draw shows among the loans
    return _page(request, found, form=form, told=told)


@signed_in
def paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The contract as a PDF, for the borrower and for the lender's staff; anybody else finds none."""
    found = contract_by_ref(ref)
    document = paper_of(found) if found is not None else None
    if found is None or document is None:
        raise Http404
    if user_of(request).person_ref != found.person:
        _remember(request, found)
    answer = HttpResponse(bytes(document.document), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="contract-{found.ref}.pdf"'
    return answer


def _loaded(request: HttpRequest, ref: UUID) -> Contract:
    found = contract_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    _remember(request, found)
    return found


def _remember(request: HttpRequest, found: Contract) -> None:
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


def _sign(request: HttpRequest, found: Contract) -> tuple[Form, Callable[[], object]]:
    form = SigningForm(request.POST, request.FILES)
    return form, lambda: services.sign_in_person(
        actor=user_of(request), contract=found, now=timezone.now(), **form.cleaned_data
    )


def _condition(request: HttpRequest, found: Contract) -> tuple[Form, Callable[[], object]]:
    form = ConditionForm(request.POST)
    return form, lambda: services.meet_condition(
        actor=user_of(request), contract=found, now=timezone.now(), **form.cleaned_data
    )


def _card(request: HttpRequest, found: Contract) -> tuple[Form, Callable[[], object]]:
    form = CardForm(request.POST)

    def act() -> object:
        person = person_by_ref(found.person)
        if person is None:
            raise NotYours
        return services.bind_card(
            actor=user_of(request), person=person, institution=found.institution,
            now=timezone.now(), **form.cleaned_data,
        )  # fmt: skip

    return form, act


def _lift(request: HttpRequest, found: Contract) -> tuple[Form, Callable[[], object]]:
    form = LiftForm(request.POST)

    def act() -> object:
        hold = hold_by_ref(form.cleaned_data["hold"])
        if hold is None or hold.person != found.person:
            raise NotYours
        return services.lift_hold(
            actor=user_of(request), hold=hold, called_how=form.cleaned_data["called_how"],
            now=timezone.now(), key=form.cleaned_data["key"],
        )  # fmt: skip

    return form, act


def _cancel(request: HttpRequest, found: Contract) -> tuple[None, Callable[[], object]]:
    return None, lambda: services.cancel_contract(
        actor=user_of(request), contract=found, now=timezone.now(), key=found.ref
    )


def _draw(request: HttpRequest, found: Contract) -> tuple[Form, Callable[[], object]]:
    """The borrower stands here: no device takes part."""
    form = DrawForm(request.POST, cards=card_choices(found))
    return form, lambda: services.draw_on_contract(
        actor=user_of(request),
        contract=found,
        amount_minor=form.cleaned_data["amount"],
        card=card_by_ref(form.cleaned_data["card"]),
        device=None,
        on=moving_day(found.institution, timezone.localdate()),
        now=timezone.now(),
        key=str(form.cleaned_data["key"]),
    )


STEPS: Mapping[str, Callable[..., tuple[Form | None, Callable[[], object]]]] = {
    "sign": _sign,
    "condition": _condition,
    "card": _card,
    "lift": _lift,
    "cancel": _cancel,
    "draw": _draw,
}


def _page(
    request: HttpRequest,
    found: Contract,
    *,
    form: Form | None = None,
    told: Refusals | None = None,
) -> HttpResponse:
    now, terms, met = timezone.now(), terms_of(found), conditions_met(found)
    cards = cards_of(found.person, institution=found.institution)
    waiting = open_holds(found.person, institution=found.institution, now=now)
    is_drafted = found.state == ContractState.DRAFTED
    signing = form if isinstance(form, SigningForm) else SigningForm()
    against = drawable(found, now=now)
    left = left_minor(found, revolving=bool(terms["revolving"]), today=timezone.localdate(now))
    context = {
        "contract": found,
        "name": found.application.organisation_name
        or borrower_names([found.person]).get(found.person, ""),
        "facts": contract_facts(found, terms),
        "paper": paper_of(found),
        "secured_by": secured_by(found.application),
        "conditions": conditions_said(conditions_wanted(found), met),
        "missing": [
            (ConditionForm(initial={"condition": code}), wording.word(code), code in BY_DOCUMENT)
            for code in conditions_missing(found)
        ],
        "cards": cards_said(cards, waiting),
        "card_form": form if isinstance(form, CardForm) else CardForm(),
        "waiting": [
            (hold, LiftForm(initial={"hold": hold.ref}, auto_id=f"lift_{hold.pk}_%s"))
            for hold in waiting
        ],
        "signing_form": signing if is_drafted and "face_to_face" in terms["signing"] else None,
        "may_cancel": is_drafted,
        "against": problems_said(against),
        "loans": loans_of_contract(found.ref),
        "left_minor": left,
        "draw_form": draw_form(form, card_choices(found), left) if left else None,
        "refusal": told.refusal if told else None,
        "wrong_form": form if form is not None and form.errors else None,
    }
    failed = request.method == "POST"
    return render(
        request, "lending/contract.html", context, status=UNPROCESSABLE if failed else 200
    )
