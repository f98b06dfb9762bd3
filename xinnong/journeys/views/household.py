"""The household page: opened with a purpose, every reading of it remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.core.bins import DIMENSIONS
from xinnong.core.errors import Refused
from xinnong.journeys.forms import KnownOnForm, PurposeForm
from xinnong.journeys.purposes import Chosen, choose_purpose, chosen_purpose, last_purpose
from xinnong.journeys.queries.household import household_by_ref, members_of
from xinnong.journeys.queries.identity import open_identity
from xinnong.journeys.views.borrowed import SEEN, borrowing_context
from xinnong.journeys.views.file import dimension_context, file_context
from xinnong.journeys.views.tables import reads_table
from xinnong.privacy.models import ReadKind
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.queries import reads_page
from xinnong.privacy.services import record_read
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from xinnong.registry.models import Household

ALL_FACTS = "all"
OPENED = ("household", "members", "score", "line")
UNMASKED = ("rid", "phone", "address")


@allowed(Permission.READ_HOUSEHOLD)
def household(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a household's file, or ask for the purpose first."""
    home = _load(ref)
    chosen = _purpose(request, ref)
    if chosen is None:
        return _ask(request, home, PurposeForm(initial={"purpose": last_purpose(request.session)}))
    form, basis, user = KnownOnForm(request.GET), request.GET.get("basis", ""), user_of(request)
    past = form.past()
    borrowed = {} if past else borrowing_context(home, user)
    _remember(request, home, chosen, OPENED + SEEN if borrowed else OPENED)
    context = file_context(home, user=user, chosen_basis=basis, past=past)
    extra = {
        **borrowed,
        "purpose_label": Purpose(chosen.purpose).label,
        "chosen_basis": basis,
        "known_on_form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "journeys/household.html", {**context, **extra}, status=status)


@require_POST
@allowed(Permission.READ_HOUSEHOLD)
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the chosen purpose for half an hour and open the file."""
    home = _load(ref)
    form = PurposeForm(request.POST)
    if not form.is_valid():
        return _ask(request, home, form, status=UNPROCESSABLE)
    try:
        choose_purpose(
            request.session,
            household_ref=home.ref,
            purpose=form.cleaned_data["purpose"],
            case=form.cleaned_data["case"],
            now=timezone.now(),
        )
    except Refused as refusal:
        form.add_error("case", str(wording_of(refusal.code).says))
        return _ask(request, home, form, status=UNPROCESSABLE)
    return HttpResponseRedirect(reverse("journeys:household", args=[home.ref]))


@allowed(Permission.READ_FACTS)
def dimension(request: HttpRequest, ref: str, dimension: str) -> HttpResponse:
    """Open one dimension: features with points, facts with sources, what lost out."""
    home = _load(ref)
    chosen = _purpose(request, ref)
    if dimension not in DIMENSIONS:
        raise Http404
    if chosen is None:
        return HttpResponseRedirect(reverse("journeys:household", args=[home.ref]))
    _remember(request, home, chosen, (f"facts.{dimension}",))
    context = dimension_context(
        home,
        dimension,
        user=user_of(request),
        chosen_basis=request.GET.get("basis", ""),
        past=KnownOnForm(request.GET).past(),
        every_fact=ALL_FACTS in request.GET,
    )
    if context is None:
        raise Http404
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx adds it
    template = "journeys/_dimension.html" if part else "journeys/dimension.html"
    return render(request, template, context)


@allowed(Permission.READ_WHO_LOOKED)
def reads(request: HttpRequest, ref: str) -> HttpResponse:
    """List every reading that the reader may know of; the number alone says whose file it is."""
    home = _load(ref)
    if _purpose(request, ref) is None:
        return HttpResponseRedirect(reverse("journeys:household", args=[home.ref]))
    turn = turn_of(request.GET)
    found = reads_page({"household_id": home.id}, turn=turn, limit=PAGE_ROWS + 1)
    shown, pager = page_of(
        found, size=PAGE_ROWS, address=request.GET, key=lambda read: str(read.pk)
    )
    context = {"household": home, "reads": reads_table(shown, pager=pager)}
    return render(request, "journeys/household_reads.html", context)


@require_POST
@allowed(Permission.UNMASK_IDENTITY)
def identity(request: HttpRequest, ref: str, person: UUID) -> HttpResponse:
    """Open the full id, phone and address of one member, as a read of its own."""
    home = _load(ref)
    chosen = _purpose(request, ref)
    member = next((m for m in members_of(home) if m.ref == person), None)
    if chosen is None or member is None:
        raise Http404
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=chosen.purpose,
        case=chosen.case,
        fields=UNMASKED,
        household_id=home.id,
        person=member.ref,
        area12=home.area12,
        kind=ReadKind.UNMASKED,
    )
    context = {"household": home, "member": member, "identity": open_identity(member)}
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx adds it
    return render(request, "journeys/_identity.html" if part else "journeys/identity.html", context)


def _load(ref: str) -> Household:
    found = household_by_ref(ref)
    if found is None:
        raise Http404
    return found


def _purpose(request: HttpRequest, ref: str) -> Chosen | None:
    return chosen_purpose(request.session, household_ref=ref, now=timezone.now())


def _ask(
    request: HttpRequest, home: Household, form: PurposeForm, status: int = 200
) -> HttpResponse:
    """Ask for the purpose, showing the number and village alone."""
    context = {"household": home, "place": places().label(home.area12), "form": form}
    return render(request, "journeys/purpose.html", context, status=status)


def _remember(request: HttpRequest, home: Household, chosen: Chosen, fields: Sequence[str]) -> None:
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=chosen.purpose,
        case=chosen.case,
        fields=fields,
        household_id=home.id,
        area12=home.area12,
    )
