"""A farmer's own pages: my line, borrow, my applications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.origination import contract_rate, needs_line
from xinnong.lending import services, wording
from xinnong.lending.forms.loans import WishForm
from xinnong.lending.loan_facts import LOAN_TONES
from xinnong.lending.loan_tables import (
    APPLICATION_TONES,
    CONTRACT_TONES,
    cost_said,
    title_of,
    wish_of,
)
from xinnong.lending.models import ApplicationState, Channel, DecisionKind
from xinnong.lending.queries.applications import (
    application_by_ref,
    applications_of,
    contracted_minor,
    last_decision,
    open_offers,
)
from xinnong.lending.queries.borrowers import granted_lines, person_by_ref
from xinnong.lending.queries.contracts import (
    contract_of,
    contracts_of,
)
from xinnong.lending.queries.loans import loans_of
from xinnong.lending.queries.lpr import lpr_percent_on
from xinnong.lending.queries.products import product_of
from xinnong.lending.queries.securities import guarantees_of
from xinnong.lending.reasons import reasons_of
from xinnong.lending.security_tables import GUARANTOR_TONES
from xinnong.lending.services.commands import at_counter
from xinnong.lending.views.asking import Refusals
from xinnong.lending.views.drawing import note_newness
from xinnong.lending.views.queue import wish_of_form
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.core.products import Product
    from xinnong.credit.models import Line
    from xinnong.lending.models import Application, Offer
    from xinnong.registry.models import Person
    from xinnong.web.tables import Definition

USUAL_MONTHS = 12
TAKEN = "taken"
"""In the address of a borrow page that was opened by taking up the whole line as it is offered."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What one lender offers this household: what is left of the line, and the products."""

    line: Line
    lender: str
    left_minor: int
    offers: list[tuple[Offer, str, str]]


@allowed(Permission.APPLY_FOR_LOAN)
def my_loans(request: HttpRequest) -> HttpResponse:
    """How much I may borrow, with one big button; what I asked for; what I signed."""
    person = borrower_of(request)
    if person is None:
        return render(request, "lending/nobody.html")
    applications = [
        (each, title_of(each), APPLICATION_TONES.get(each.state, "plain"))
        for each in applications_of(person.ref)
    ]
    contracts = [
        (each, title_of(each.application), CONTRACT_TONES.get(each.state, "plain"))
        for each in contracts_of(person.ref)
    ]
    context = {
        "offered": _offered(request, person),
        "applications": applications,
        "contracts": contracts,
        "guarantees": [
            (each, GUARANTOR_TONES.get(each.state, "plain")) for each in guarantees_of(person.ref)
        ],
        "loans": [
            (each, wording.title_of(product_of(each.product)), LOAN_TONES.get(each.state, "plain"))
            for each in loans_of(person.ref)
        ],
    }
    return render(request, "lending/my_loans.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.APPLY_FOR_LOAN)
def borrow(request: HttpRequest, offer: UUID) -> HttpResponse:
    """Say how much, how long, what for; see what it costs; hand it in."""
    person = borrower_of(request)
    offered, found = _chosen(request, person, offer)
    product = product_of(found.product)
    start = {
        "amount": min(offered.left_minor, product.most_minor),
        "months": min(USUAL_MONTHS, product.most_months),
        "method": product.ways[0].method,
    }
    form, told = WishForm(request.POST or None, product=product, initial=start), Refusals()
    is_filled, looks = form.is_bound and form.is_valid(), request.POST.get("step") == "look"
    if is_filled and not looks and person is not None:
        made = _submit(request, person, found, form, told)
        if made:
            return redirect("lending:my_application", made)
    said: dict[str, Any] = form.cleaned_data if is_filled else start
    context = {
        "form": form,
        "offered": offered,
        "title": wording.title_of(product),
        "says": wording.says_of(product),
        "costs": _costs(offered, product, said["amount"], said["months"]),
        "refusal": told.refusal,
    }
    failed = form.is_bound and not (looks and is_filled)
    return render(request, "lending/borrow.html", context, status=UNPROCESSABLE if failed else 200)


def _chosen(request: HttpRequest, person: Person | None, ref: UUID) -> tuple[Offered, Offer]:
    """The offer with the line it lends from; 404 for an offer that is not made to this person."""
    for each in _offered(request, person) if person else []:
        for offer, _title, _says in each.offers:
            if offer.ref == ref:
                return each, offer
    raise Http404


def _costs(offered: Offered, product: Product, amount_minor: int, months: int) -> list[Definition]:
    today = timezone.localdate()
    rate = contract_rate(product, offered.line.rate_percent, lpr_percent=lpr_percent_on(today))
    return cost_said(product, rate, amount_minor, months, today) if rate is not None else []


def _submit(
    request: HttpRequest, person: Person, offer: Offer, form: WishForm, told: Refusals
) -> UUID | None:
    made: list[UUID] = []

    def submit() -> None:
        application = services.submit_application(
            actor=user_of(request),
            person=person,
            offer=offer,
            wish=wish_of_form(form),
            channel=Channel.PRE_OFFERED if TAKEN in request.GET else Channel.PHONE,
            now=timezone.now(),
            key=form.cleaned_data["key"],
        )
        made.append(application.ref)

    note_newness(request, person, offer.institution)
    return made[0] if told.of(submit) else None


@require_http_methods(["GET", "POST"])
@allowed(Permission.APPLY_FOR_LOAN)
def my_application(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What became of an application, why, and what can be done."""
    found, user, told = application_by_ref(ref), user_of(request), Refusals()
    if found is None or found.person != user.person_ref:
        raise Http404
    if request.method == "POST" and told.of(lambda: _own_step(request, found)):
        contract = contract_of(found.pk)
        if contract is not None:
            return redirect("lending:my_contract", contract.ref)
        return redirect("lending:my_application", found.ref)
    decision, contract = last_decision(found), contract_of(found.pk)
    context = {
        "application": found,
        "title": title_of(found),
        "wish": wish_of(found),
        "tone": APPLICATION_TONES.get(found.state, "plain"),
        "decision": decision,
        "reasons": reasons_of(decision) if decision else [],
        "contract": contract,
        "may_withdraw": contract is None
        and found.state
        in {ApplicationState.SUBMITTED, ApplicationState.IN_REVIEW, ApplicationState.APPROVED},
        "may_ask_person": found.state == ApplicationState.REFUSED
        and decision is not None
        and decision.kind == DecisionKind.AUTO,
        "may_draft": found.state == ApplicationState.APPROVED and contract is None,
        "refusal": told.refusal,
    }
    failed = request.method == "POST"
    return render(
        request, "lending/my_application.html", context, status=UNPROCESSABLE if failed else 200
    )


def _own_step(request: HttpRequest, found: Application) -> object:
    """One step with one's own application; its reference is the key, because each comes once."""
    steps = {
        "withdraw": services.withdraw_application,
        "person": services.ask_for_person,
        "draft": services.draft_contract,
    }
    act = steps.get(request.POST.get("step", ""))
    if act is None:
        raise Http404
    return act(actor=user_of(request), application=found, now=timezone.now(), key=found.ref)


def borrower_of(request: HttpRequest) -> Person | None:
    """The person who asks, where a household belongs to it."""
    person = person_by_ref(user_of(request).person_ref)
    return person if person is not None and person.household is not None else None


def _offered(request: HttpRequest, person: Person) -> list[Offered]:
    """Lines with what is left of them; products that lend inside a line and are asked by phone."""
    home, today = person.household, timezone.localdate()
    assert home is not None, "checked by the caller"
    found = []
    for line in granted_lines(home):
        if not line.line_minor:
            continue
        offers = open_offers(line.lender, on=today)
        with at_counter(user_of(request), institution=line.lender, home=home):
            promised = contracted_minor(home.pk, institution=line.lender)
        read = [(offer, product_of(offer.product)) for offer in offers]
        read.sort(key=lambda pair: (bool(pair[1].produces), pair[0].product.code))
        listed = [
            (offer, wording.title_of(product), wording.says_of(product))
            for offer, product in read
            if needs_line(product)
        ]
        lender = Institution.objects.get(code=line.lender).shown_name
        left = max(0, line.line_minor - promised)
        found.append(Offered(line, lender, left, listed if left else []))
    return found
