"""The counter of a hospital or pharmacy: redeem a code, see what came of it, activate in person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.ecard import services
from xinnong.ecard.forms import AgreeForm, EnrolForm, RedeemForm
from xinnong.ecard.issuers import has_issuer, is_stand_in
from xinnong.ecard.queries.codes import redemption_by_ref, redemptions_at
from xinnong.ecard.queries.places import terminals_of
from xinnong.ecard.tables import counter_table, receipt_facts
from xinnong.ecard.views.asking import Tried
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.ecard.models import Redemption

READ = ("ecard",)
TERMINAL = "ecard.terminal"
"""In the session: the terminal this browser stands at, chosen once."""


@require_http_methods(["GET", "POST"])
@allowed(Permission.REDEEM_ECARD)
def counter(request: HttpRequest) -> HttpResponse:
    """Scan, type or paste a code."""
    user = user_of(request)
    place = user.institution
    assert place is not None, "this role belongs to an institution"
    terminals = list(terminals_of(place.code))
    start = {"out_biz_no": f"W-{uuid4().hex}", "terminal": request.session.get(TERMINAL, "")}
    form = RedeemForm(request.POST or None, kind=place.kind, terminals=terminals, initial=start)
    refusal = None if has_issuer() else wording_of("ecard.no_issuer")
    if request.method == "POST" and form.is_valid():
        said = services.Presented(**form.cleaned_data)
        request.session[TERMINAL] = said.terminal
        tried = Tried(lambda: services.redeem(actor=user, presented=said, now=timezone.now()))
        if tried.refusal is None:
            return redirect("ecard:receipt", tried.made.ref)
        refusal = tried.refusal
    found = redemptions_at(place.code, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "form": form,
        "refusal": refusal,
        "place": place,
        "is_pharmacy": place.kind == place.Kind.PHARMACY,
        "terminals": terminals,
        "table": counter_table(rows, pager),
        "is_stand_in": is_stand_in(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "ecard/counter.html", context, status=status)


@require_GET
@allowed(Permission.REDEEM_ECARD)
def receipt(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What the counter needs to know of a redeemed code; the person sees who looked."""
    found = redemption_by_ref(ref)
    place = user_of(request).institution
    if found is None or place is None or found.institution != place.code:
        raise Http404
    _remember(request, found)
    context = {"facts": receipt_facts(found), "redemption": found}
    return render(request, "ecard/receipt.html", context)


def _remember(request: HttpRequest, found: Redemption) -> None:
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.PRESENT,
        case=str(found.ref),
        fields=READ,
        person=found.person,
    )


@require_http_methods(["GET", "POST"])
@allowed(Permission.ACTIVATE_ECARD)
def enrol(request: HttpRequest) -> HttpResponse:
    """Activate for somebody who stands here with the id card."""
    form, refusal = EnrolForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.activate_in_person(
                actor=user_of(request),
                said=services.Identification(said["name"].strip(), said["rid"], said["number"]),
                has_seen_id=said["has_seen_id"],
                now=timezone.now(),
                key=said["key"],
            )
        )
        if tried.refusal is None:
            messages.success(request, _("开通了。请本人在自己的手机上出示。"))
            return redirect("ecard:enrol")
        refusal = tried.refusal
    context = {
        "form": form,
        "refusal": refusal or (None if has_issuer() else wording_of("ecard.no_issuer")),
        "is_stand_in": is_stand_in(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "ecard/enrol.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.ACTIVATE_ECARD)
def agree(request: HttpRequest) -> HttpResponse:
    """Write down that somebody who stands here lets a relative show the code."""
    form, refusal = AgreeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.agree_in_person(
                actor=user_of(request),
                name=said["name"].strip(),
                rid=said["rid"],
                holder_name=said["holder_name"].strip(),
                has_seen_id=said["has_seen_id"],
                now=timezone.now(),
            )
        )
        if tried.refusal is None:
            messages.success(request, _("记下了，家人现在可以代为出示。"))
            return redirect("ecard:agree")
        refusal = tried.refusal
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "ecard/agree.html", context, status=status)
