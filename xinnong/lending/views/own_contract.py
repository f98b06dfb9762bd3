"""A farmer's own contract: to read and hear, to sign, to bind a card, to draw on, to give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.devices import device_of
from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending import services
from xinnong.lending.demo_checks import DEMO_BANK, DEMO_PHOTO, cards_to_try
from xinnong.lending.forms.loans import CardCheckForm, CardForm, DrawForm
from xinnong.lending.loan_facts import left_minor
from xinnong.lending.loan_tables import (
    cards_said,
    conditions_said,
    contract_facts,
)
from xinnong.lending.models import ContractState
from xinnong.lending.queries.contracts import (
    card_by_ref,
    cards_of,
    conditions_met,
    conditions_missing,
    conditions_wanted,
    contract_by_ref,
    drawable,
    open_holds,
    paper_of,
    terms_of,
)
from xinnong.lending.queries.loans import loans_of_contract, moving_day
from xinnong.lending.reasons import problems_said
from xinnong.lending.services.conditions import OPEN
from xinnong.lending.services.contract_draws import NO_DEVICE
from xinnong.lending.services.refusals import CardNotYours
from xinnong.lending.views.asking import Refusals
from xinnong.lending.views.borrowing import borrower_of
from xinnong.lending.views.drawing import card_choices, draw_form, note_newness
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import Contract
    from xinnong.registry.models import Person


@require_http_methods(["GET", "POST"])
@allowed(Permission.APPLY_FOR_LOAN)
def my_contract(request: HttpRequest, ref: UUID) -> HttpResponse:
    """My contract to read and hear, to sign with my card, or to give back."""
    found, person = contract_by_ref(ref), borrower_of(request)
    if found is None or person is None or found.person != person.ref:
        raise Http404
    if request.method == "GET":
        return _contract_page(request, found)
    note_newness(request, person, found.institution)
    told, form = Refusals(), _contract_form(request, found)
    if form is not None and not form.is_valid():
        return _contract_page(request, found, form=form)
    if isinstance(form, DrawForm):
        return _draw(request, found, form, told)
    if told.of(lambda: _contract_step(request, person, found, form)):
        return redirect("lending:my_contract", found.ref)
    return _contract_page(request, found, form=form, told=told)


def _draw(request: HttpRequest, found: Contract, form: DrawForm, told: Refusals) -> HttpResponse:
    """Pay out onto a card of one's own, from this device, and show the loan that came of it."""
    made: list[UUID] = []

    def draw() -> None:
        made.append(
            services.draw_on_contract(
                actor=user_of(request),
                contract=found,
                amount_minor=form.cleaned_data["amount"],
                card=card_by_ref(form.cleaned_data["card"]),
                device=services.device_mark(device_of(request)),
                on=moving_day(found.institution, timezone.localdate()),
                now=timezone.now(),
                key=str(form.cleaned_data["key"]),
            )
        )

    if told.of(draw):
        return redirect("lending:my_loan", made[0])
    return _contract_page(request, found, form=form, told=told)


def _contract_form(
    request: HttpRequest, found: Contract
) -> CardCheckForm | CardForm | DrawForm | None:
    step = request.POST.get("step", "")
    if step == "draw":
        return DrawForm(request.POST, cards=card_choices(found))
    if step == "sign":
        return CardCheckForm(request.POST, cards=card_choices(found))
    if step == "card":
        return CardForm(request.POST)
    if step != "cancel":
        raise Http404
    return None


def _contract_step(
    request: HttpRequest,
    person: Person,
    found: Contract,
    form: CardCheckForm | CardForm | DrawForm | None,
) -> object:
    if isinstance(form, CardCheckForm):
        return _sign(request, found, form)
    if isinstance(form, CardForm):
        return _bind(request, person, found, form)
    return services.cancel_contract(
        actor=user_of(request), contract=found, now=timezone.now(), key=found.ref
    )


def _contract_page(
    request: HttpRequest,
    found: Contract,
    *,
    form: CardCheckForm | CardForm | DrawForm | None = None,
    told: Refusals | None = None,
) -> HttpResponse:
    now, terms, choices = timezone.now(), terms_of(found), card_choices(found)
    cards = cards_of(found.person, institution=found.institution)
    waiting = open_holds(found.person, institution=found.institution, now=now)
    is_drafted, cools = found.state == ContractState.DRAFTED, found.cooling_off_until
    by_card = "card_check" in terms["signing"]
    mark = services.device_mark(device_of(request))
    against = drawable(found, now=now, device=NO_DEVICE if mark is None else mark)
    left = left_minor(found, revolving=bool(terms["revolving"]), today=timezone.localdate(now))
    check = form if isinstance(form, CardCheckForm) else CardCheckForm(cards=choices)
    context = {
        "contract": found,
        "lender": Institution.objects.get(code=found.institution).shown_name,
        "facts": contract_facts(found, terms),
        "conditions": conditions_said(conditions_wanted(found), conditions_met(found), is_own=True),
        "is_ready": not conditions_missing(found),
        "paper": paper_of(found),
        "cards": cards_said(cards, waiting),
        "form": check if is_drafted and by_card and cards else None,
        "card_form": None if cards else form if isinstance(form, CardForm) else CardForm(),
        "signs_by_card": by_card,
        "demo_cards": cards_to_try(),
        "demo_bank": DEMO_BANK,
        "demo_photo": DEMO_PHOTO,
        "is_drafted": is_drafted,
        "is_over": found.state not in OPEN,
        "may_cancel": is_drafted or (cools is not None and timezone.localdate(now) <= cools),
        "against": problems_said(against),
        "loans": loans_of_contract(found.ref),
        "left_minor": left,
        "draw_form": draw_form(form, choices, left) if left and not against else None,
        "refusal": told.refusal if told else None,
        "wrong_form": form if form is not None and form.errors else None,
    }
    failed = request.method == "POST"
    return render(
        request, "lending/my_contract.html", context, status=UNPROCESSABLE if failed else 200
    )


def _sign(request: HttpRequest, found: Contract, form: CardCheckForm) -> object:
    card = card_by_ref(form.cleaned_data["card"])
    if card is None:
        raise CardNotYours
    return services.sign_by_card_check(
        actor=user_of(request),
        contract=found,
        photo=form.cleaned_data["photo"],
        card=card,
        device=device_of(request),
        now=timezone.now(),
        key=form.cleaned_data["key"],
    )


def _bind(request: HttpRequest, person: Person, found: Contract, form: CardForm) -> object:
    return services.bind_card(
        actor=user_of(request),
        person=person,
        institution=found.institution,
        now=timezone.now(),
        **form.cleaned_data,
    )
