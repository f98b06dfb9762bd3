"""A farmer's own pages: the code, activation, loss, history."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.dynamic_codes import LIFETIME_SECONDS, grouped
from xinnong.ecard import services
from xinnong.ecard.forms import ActivateForm, RevokeForm, ShowForm
from xinnong.ecard.issuers import has_issuer, is_stand_in
from xinnong.ecard.models import BondState, EndReason
from xinnong.ecard.pictures import picture_of
from xinnong.ecard.queries.codes import (
    credential_of,
    credentials_of,
    redemptions_of,
    refused_tries_of,
)
from xinnong.ecard.queries.family import granted_by, held_by
from xinnong.ecard.queries.places import names_of
from xinnong.ecard.tables import credential_facts, history_table, tries_table
from xinnong.ecard.views.asking import Tried, me_of
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.ecard.issuers import Shown
    from xinnong.ecard.models import FamilyBond


@require_GET
@allowed(Permission.HOLD_ECARD)
def mine(request: HttpRequest) -> HttpResponse:
    """My code: one big button behind a warning, or how to activate."""
    return _mine(request)


def _mine(request: HttpRequest, tried: Tried | None = None) -> HttpResponse:
    me = me_of(request)
    form = ShowForm(request.POST or None, bonds=_shown_for(me))
    context = {
        "form": form,
        "mine": credential_of(me),
        "is_known": me is not None,
        "asked": [each for each in granted_by(me) if each.state == BondState.ASKED] if me else [],
        "no_issuer": None if has_issuer() else wording_of("ecard.no_issuer"),
        "is_stand_in": is_stand_in(),
        "refusal": tried.refusal if tried else None,
    }
    return render(request, "ecard/mine.html", context, status=UNPROCESSABLE if tried else 200)


def _shown_for(me: UUID | None) -> list[FamilyBond]:
    return [each for each in held_by(me) if each.state == BondState.ACTIVE] if me else []


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def code(request: HttpRequest) -> HttpResponse:
    """Show a code, once; the page keeps the digits and the time they end, and nothing does later.

    Whoever comes back to its address, by a switch of language or size, begins again.
    """
    if request.method == "GET":
        return redirect("ecard:mine")
    user, me = user_of(request), me_of(request)
    bonds = _shown_for(me)
    form = ShowForm(request.POST, bonds=bonds)
    if me is None or not form.is_valid():
        return _mine(request, Tried(lambda: None))
    person = UUID(form.cleaned_data.get("person") or str(me))
    only_at = form.cleaned_data["only_at"]
    tried = Tried(
        lambda: services.show_code(actor=user, person=person, only_at=only_at, now=timezone.now())
    )
    if tried.refusal:
        return _mine(request, tried)
    shown: Shown = tried.made
    context = {
        "digits": grouped(shown.digits),
        "picture": picture_of(shown.digits),
        "expires_at": shown.expires_at,
        "seconds": LIFETIME_SECONDS,
        "whose": next((each.member_name for each in bonds if each.member == person), ""),
        "only_at": names_of({only_at}).get(only_at, ""),
        "again": {"person": str(person) if person != me else "", "only_at": only_at},
        "is_stand_in": is_stand_in(),
    }
    return render(request, "ecard/code.html", context)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def activate(request: HttpRequest) -> HttpResponse:
    """Activate on the own phone."""
    form, refusal = ActivateForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.activate_own(
                actor=user_of(request),
                said=services.Identification(said["name"].strip(), said["rid"], said["number"]),
                check=said["check"],
                now=timezone.now(),
                key=said["key"],
            )
        )
        if tried.refusal is None:
            messages.success(request, _("医保码开通了，可以出示。"))
            return redirect("ecard:mine")
        refusal = tried.refusal
    context = {
        "form": form,
        "refusal": refusal or (None if has_issuer() else wording_of("ecard.no_issuer")),
        "has_issuer": has_issuer(),
        "mine": credential_of(me_of(request)),
        "is_stand_in": is_stand_in(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "ecard/activate.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def lost(request: HttpRequest) -> HttpResponse:
    """Revoke the own credential."""
    form, refusal = RevokeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        reason = EndReason(form.cleaned_data["reason"])
        tried = Tried(
            lambda: services.revoke_own(actor=user_of(request), reason=reason, now=timezone.now())
        )
        if tried.refusal is None:
            messages.success(request, _("医保码停用了，已经出示的码也马上作废。"))
            return redirect("ecard:mine")
        refusal = tried.refusal
    context = {"form": form, "refusal": refusal, "mine": credential_of(me_of(request))}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "ecard/lost.html", context, status=status)


@require_GET
@allowed(Permission.HOLD_ECARD)
def history(request: HttpRequest) -> HttpResponse:
    """Where my codes were used, and every credential I had."""
    me = me_of(request)
    found = redemptions_of(me, turn=turn_of(request.GET), limit=PAGE_ROWS + 1) if me else []
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "table": history_table(rows, me or UUID(int=0), pager),
        "tries": tries_table(refused_tries_of(me, most=PAGE_ROWS)) if me else None,
        "credentials": [credential_facts(each) for each in credentials_of(me)] if me else [],
    }
    return render(request, "ecard/history.html", context)
