"""The queue of applications, and how one begins at a desk or an outlet."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending import services, wording
from xinnong.lending.demo_book.notice import demo_panel
from xinnong.lending.forms.loans import CounterForm, DeskWishForm, QueueForm, WishForm
from xinnong.lending.loan_tables import queue_table
from xinnong.lending.queries.applications import (
    QueueFilters,
    applications_page,
    offer_by_ref,
    open_offers,
    waiting_for_second,
)
from xinnong.lending.queries.borrowers import (
    borrower_names,
    evidence_of,
    people_at_counter,
    person_by_ref,
)
from xinnong.lending.queries.products import product_of
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing, record_read
from xinnong.registry.queries import organisations_headed_by
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import Offer
    from xinnong.registry.models import Organisation, Person

ID_TAIL = "tail6"


@allowed(Permission.HANDLE_LOANS)
def applications(request: HttpRequest) -> HttpResponse:
    """List applications by state, channel and product; what waits comes first."""
    lender = lender_of(request)
    offers = open_offers(lender, on=timezone.localdate())
    named = [(offer.product.code, wording.title_of(product_of(offer.product))) for offer in offers]
    form = QueueForm(request.GET, products=named)
    if not form.is_valid():
        return render(request, "lending/applications.html", {"form": form}, status=UNPROCESSABLE)
    rows = applications_page(
        lender, QueueFilters(**form.cleaned_data), turn=turn_of(request.GET), limit=PAGE_ROWS + 1
    )
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda a: str(a.pk))
    record_listing(
        actor=user_of(request),
        at=timezone.now(),
        asked="applications",
        households=[each.household_id for each in shown],
        purpose=Purpose.APPLICATION,
    )
    names = borrower_names(each.person for each in shown)
    context = {
        "form": form,
        "table": queue_table(shown, names, waiting_for_second(shown), pager),
        "panel": demo_panel(request),
    }
    return render(request, "lending/applications.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def counter(request: HttpRequest) -> HttpResponse:
    """Find whoever stands at the counter by what the id card in the hand says."""
    form = CounterForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        found = people_at_counter(
            user_of(request), tail=form.cleaned_data["tail"], name=form.cleaned_data["name"]
        )
        record_listing(
            actor=user_of(request),
            at=timezone.now(),
            asked=ID_TAIL,
            households=[person.household_id for person in found if person.household_id],
            purpose=Purpose.PRESENT,
        )
        context |= {"found": found, "has_searched": True}
    status = UNPROCESSABLE if request.method == "POST" and not form.is_valid() else 200
    return render(request, "lending/counter.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def apply_for(request: HttpRequest, person: UUID) -> HttpResponse:
    """Write down what somebody who is here asks for; first which product, then the wish."""
    borrower = person_by_ref(person)
    if borrower is None or borrower.household is None:
        raise Http404
    _remember_presence(request, borrower)
    lender, today = lender_of(request), timezone.localdate()
    offer, organisation = _chosen_offer(request, lender), _chosen_organisation(request, borrower)
    evidence = None if organisation else evidence_of(borrower.household, institution=lender)
    context: dict[str, object] = {
        "borrower": borrower,
        "line": evidence.line if evidence else None,
        "offers": [
            (each, product_of(each.product), wording.title_of(product_of(each.product)))
            for each in open_offers(
                lender, on=today, borrower="organisation" if organisation else "household"
            )
        ],
        "offer": offer,
        "organisation": organisation,
        "organisations": organisations_headed_by(borrower),
    }
    if offer is None:
        return render(request, "lending/apply_for.html", context)
    product = product_of(offer.product)
    form = DeskWishForm(request.POST or None, product=product, initial={"months": 12})
    told = Refusals()
    if request.method == "POST" and form.is_valid():
        made = _submit(request, borrower, offer, form, told, organisation)
        if made:
            return redirect("lending:application", made)
    failed = request.method == "POST"
    context |= {
        "form": form, "product": product, "title": wording.title_of(product),
        "refusal": told.refusal,
    }  # fmt: skip
    return render(
        request, "lending/apply_for.html", context, status=UNPROCESSABLE if failed else 200
    )


def _submit(
    request: HttpRequest,
    borrower: Person,
    offer: Offer,
    form: DeskWishForm,
    told: Refusals,
    organisation: Organisation | None,
) -> UUID | None:
    made: list[UUID] = []

    def submit() -> None:
        application = services.submit_application(
            actor=user_of(request),
            person=borrower,
            offer=offer,
            wish=wish_of_form(form),
            channel=form.cleaned_data["channel"],
            now=timezone.now(),
            key=form.cleaned_data["key"],
            organisation=organisation,
        )
        made.append(application.ref)

    return made[0] if told.of(submit) else None


def wish_of_form(form: WishForm) -> services.Wish:
    """What was filled in; what the product does not leave open is its only choice."""
    said = form.cleaned_data
    return services.Wish(
        amount_minor=said["amount"],
        months=said["months"],
        method=said["method"],
        purpose=said["purpose"],
        security=said.get("security") or form.product.securities[0],
        produces=tuple(said.get("produces", ())),
        wants_person=said["wants_person"],
        wants_letter=said.get("wants_letter", False),
    )


def _chosen_offer(request: HttpRequest, lender: str) -> Offer | None:
    text = request.GET.get("offer", "")
    if not text:
        return None
    try:
        offer = offer_by_ref(UUID(text))
    except ValueError:
        raise Http404 from None
    if offer is None or offer.institution != lender:
        raise Http404
    return offer


def _chosen_organisation(request: HttpRequest, borrower: Person) -> Organisation | None:
    """The organisation for which somebody is here; only one that they head by the register."""
    text = request.GET.get("organisation", "")
    if not text:
        return None
    headed = {str(each.ref): each for each in organisations_headed_by(borrower)}
    if text not in headed:
        raise Http404
    return headed[text]


def _remember_presence(request: HttpRequest, borrower: Person) -> None:
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.PRESENT,
        fields=("line", "members"),
        household_id=borrower.household_id,
        person=borrower.ref,
        area12=borrower.area12,
    )
