"""The officer's tablet at the farmhouse: what to take along, and what comes home.

The page itself holds nobody's data and is kept by the browser, so that it opens without network.
What is taken along goes to the device once a day and is sealed there; what was done on the way is
sent home piece by piece through the commands of the desk, each under the key it was begun with.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.lending import services, wording
from xinnong.lending.forms.loans import DeskWishForm, SigningForm, VisitForm
from xinnong.lending.forms.visits import OfflineSigningForm, OfflineVisitForm, OfflineWishForm
from xinnong.lending.loan_tables import contract_facts, title_of, wish_of
from xinnong.lending.queries.applications import application_by_ref, offer_by_ref, open_offers
from xinnong.lending.queries.borrowers import colleague, evidence_of, person_by_ref
from xinnong.lending.queries.contracts import contract_by_ref, terms_of
from xinnong.lending.queries.norms import crops_with_norm
from xinnong.lending.queries.products import product_of
from xinnong.lending.queries.visits import MOST_STOPS, stops
from xinnong.lending.services.refusals import NotYours
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.views.queue import wish_of_form
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.forms import Form
    from django.http import HttpRequest

    from xinnong.lending.models import Application, Contract, Offer
    from xinnong.lending.queries.visits import Stop
    from xinnong.web.tables import Definition

SEEN: Final = ("visit", "line")
CHOSEN: Final = "lending.visit"
"""In the session: the people an officer wants to see beside those who wait."""
GOOD_FOR: Final = timedelta(hours=14)
"""A day's work; what was taken along is gone from the device after it."""
MOST_BYTES: Final = 8 * 1024 * 1024
UNPROCESSABLE: Final = 422
CREDIT: Final = "credit"
"""What needs a guarantor or a mortgage is not asked for at a kitchen table."""


@require_GET
@allowed(Permission.HANDLE_LOANS)
def visit(request: HttpRequest) -> HttpResponse:
    """The page that also opens without network; nobody's data is in it."""
    context = {
        "visit_form": OfflineVisitForm(crops=crops_with_norm()),
        "wish_form": OfflineWishForm(),
        "sign_form": OfflineSigningForm(),
    }
    return render(request, "lending/visit.html", context)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page; it holds addresses alone and answers everybody."""
    return render(request, "lending/visit_worker.js", content_type="text/javascript; charset=utf-8")


@require_POST
@allowed(Permission.HANDLE_LOANS)
def choose(request: HttpRequest, person: UUID) -> HttpResponse:
    """Put somebody on the list of people to see."""
    if person_by_ref(person) is not None:
        chosen = [each for each in request.session.get(CHOSEN, []) if each != str(person)]
        request.session[CHOSEN] = [str(person), *chosen][:MOST_STOPS]
    return redirect("lending:visit")


@require_GET
@never_cache
@allowed(Permission.HANDLE_LOANS)
def taken_along(request: HttpRequest) -> HttpResponse:
    """The people to see today with what a visit needs; each of them learns that it was read."""
    lender, now = lender_of(request), timezone.now()
    chosen = [UUID(each) for each in request.session.get(CHOSEN, [])]
    found = stops(lender, chosen=chosen)
    for stop in found:
        record_read(
            actor=user_of(request), at=now, purpose=Purpose.APPLICATION, fields=SEEN,
            household_id=stop.person.household_id, person=stop.person.ref,
            area12=stop.person.area12,
        )  # fmt: skip
    today = timezone.localdate(now)
    credit = [
        o for o in open_offers(lender, on=today) if CREDIT in product_of(o.product).securities
    ]
    return JsonResponse(
        {
            "owner": str(user_of(request).ref),
            "taken_at": now.isoformat(),
            "good_until": (now + GOOD_FOR).isoformat(),
            "stops": [_stop(stop, lender) for stop in found],
            "offers": [_offer(each) for each in credit],
        }
    )


def _stop(stop: Stop, lender: str) -> dict[str, Any]:
    home = stop.person.household
    assert home is not None, "the query leaves out people without a household"
    evidence = evidence_of(home, institution=lender)
    line = figures.whole_yuan(evidence.line.line_minor) if evidence else _("没有授信")
    return {
        "person": str(stop.person.ref),
        "name": stop.person.name,
        "place": places().label(stop.person.area12),
        "line": str(line),
        "applications": [_application(each) for each in stop.applications],
        "contracts": [_contract(each) for each in stop.contracts],
    }


def _application(each: Application) -> dict[str, Any]:
    return {"ref": str(each.ref), "title": title_of(each), "facts": _pairs(wish_of(each))}


def _contract(each: Contract) -> dict[str, Any]:
    return {
        "ref": str(each.ref),
        "title": title_of(each.application),
        "facts": _pairs(contract_facts(each, terms_of(each))),
    }


def _offer(each: Offer) -> dict[str, Any]:
    product = product_of(each.product)
    return {
        "ref": str(each.ref),
        "title": wording.title_of(product),
        "says": wording.says_of(product),
        "bounds": f"{wording.amounts_text(product)} · {wording.months_text(product)}",
        "methods": [[way.method, str(wording.METHODS_SAID[way.method])] for way in product.ways],
        "produces": [[code, wording.word(code)] for code in product.produces],
    }


def _pairs(definitions: Sequence[Definition]) -> list[list[str]]:
    return [[str(each.term), str(each.value)] for each in definitions]


@require_POST
@allowed(Permission.HANDLE_LOANS)
def sync(request: HttpRequest) -> HttpResponse:
    """Take one piece home: sent, or what somebody has to look at, in words.

    The same key again answers as before and does nothing twice. Nothing that moves money or
    decides comes this way: there is no kind for it.
    """
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None or _is_too_large(request):
        return _look(_("这件资料看不懂，或者照片太大。"), _("请重新拍照，每张不超过 8 MB。"))
    if request.POST.get("owner") != str(user_of(request).ref):
        return _look(_("这件资料是另一位同事写的。"), _("请由写的人登录后发送。"))
    form, act = kind(request)
    if form is None:
        return _look(
            _("在您的范围里找不到这一件要办的事。"), _("可能已撤回或改派，请回到网点核对。")
        )
    if not form.is_valid():
        wrong = [
            f"{form.fields[name].label}{_('：')}{said[0]}" for name, said in form.errors.items()
        ]
        return _look(_("有的地方没有填对。"), " ".join(wrong))
    told = Refusals()
    if told.of(act):
        return JsonResponse({"state": "sent"})
    assert told.refusal is not None, "what is not done is refused"
    reasons = " ".join(str(each.says) for each in told.problems)
    return _look(f"{told.refusal.says} {reasons}".strip(), str(told.refusal.advice))


def _is_too_large(request: HttpRequest) -> bool:
    files = [each for name in request.FILES for each in request.FILES.getlist(name)]
    return any((each.size or 0) > MOST_BYTES for each in files)


def _look(says: str, advice: str) -> HttpResponse:
    return JsonResponse({"state": "look", "says": says, "advice": advice}, status=UNPROCESSABLE)


Piece = tuple["Form | None", "Callable[[], object]"]


def _nothing() -> Piece:
    return None, lambda: None


def _subject(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("subject", ""))
    except ValueError:
        return None


def _investigation(request: HttpRequest) -> Piece:
    """What was seen at the farm, for an application."""
    ref = _subject(request)
    found = application_by_ref(ref) if ref else None
    if found is None or found.institution != lender_of(request):
        return _nothing()
    form = VisitForm(request.POST, request.FILES, crops=crops_with_norm())

    def act() -> object:
        said = form.cleaned_data
        companion = colleague(said["companion"])
        if companion is None:
            raise NotYours
        return services.record_investigation(
            actor=user_of(request), application=found, companion=companion,
            visited_on=said["visited_on"], photos=[said["photo"]], purpose=said["purpose"],
            crop=said["crop"], scale_hundredths=int(said["mu"] * 100), finding=said["finding"],
            now=timezone.now(), key=said["key"],
        )  # fmt: skip

    return form, act


def _wish(request: HttpRequest) -> Piece:
    """What somebody asked for at the kitchen table; it is decided here, when it comes in."""
    ref, offer_ref = _subject(request), request.POST.get("offer", "")
    person = person_by_ref(ref) if ref else None
    try:
        offer = offer_by_ref(UUID(offer_ref))
    except ValueError:
        offer = None
    if person is None or offer is None or offer.institution != lender_of(request):
        return _nothing()
    form = DeskWishForm(request.POST, product=product_of(offer.product))
    return form, lambda: services.submit_application(
        actor=user_of(request), person=person, offer=offer, wish=wish_of_form(form),
        channel=form.cleaned_data["channel"], now=timezone.now(), key=form.cleaned_data["key"],
    )  # fmt: skip


def _signing(request: HttpRequest) -> Piece:
    """A contract signed on the screen in front of the officer."""
    ref = _subject(request)
    found = contract_by_ref(ref) if ref else None
    if found is None or found.institution != lender_of(request):
        return _nothing()
    form = SigningForm(request.POST, request.FILES)
    return form, lambda: services.sign_in_person(
        actor=user_of(request), contract=found, now=timezone.now(), **form.cleaned_data
    )


KINDS: Final[Mapping[str, Callable[[HttpRequest], Piece]]] = {
    "investigation": _investigation,
    "wish": _wish,
    "signing": _signing,
}
