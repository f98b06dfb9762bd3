"""The bureau and cadres: a report of loss, registered terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.ecard import services
from xinnong.ecard.forms import HotlineForm, TerminalForm, TerminalsForm
from xinnong.ecard.models import EndReason
from xinnong.ecard.queries.places import names_of, terminal_by_ref, terminals_page
from xinnong.ecard.tables import terminals_table
from xinnong.ecard.views.asking import Tried
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "POST"])
@allowed(Permission.REVOKE_ECARD)
def hotline(request: HttpRequest) -> HttpResponse:
    """Revoke for somebody who calls or comes."""
    form, refusal = HotlineForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.revoke_for(
                actor=user_of(request),
                name=said["name"].strip(),
                id_text=said["rid"],
                reason=EndReason(said["reason"]),
                now=timezone.now(),
            )
        )
        if tried.refusal is None:
            messages.success(request, _("停用了。请告诉本人：再开通要带身份证到定点医院或药店。"))
            return redirect("ecard:hotline")
        refusal = tried.refusal
    status = UNPROCESSABLE if request.method == "POST" else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "ecard/hotline.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_TERMINALS)
def terminals(request: HttpRequest) -> HttpResponse:
    """List and register terminals."""
    form, refusal = TerminalForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.register_terminal(
                actor=user_of(request),
                institution=Institution.objects.get(code=said["institution"]),
                code=said["code"],
                place=said["place"],
                now=timezone.now(),
                key=said["key"],
            )
        )
        if tried.refusal is None:
            messages.success(request, _("登记好了，这台终端可以核销医保码。"))
            return redirect("ecard:terminals")
        refusal = tried.refusal
    narrow = TerminalsForm(request.GET)
    is_known = narrow.is_valid()
    found = terminals_page(
        institution=narrow.cleaned_data["institution"] if is_known else None,
        wanted=narrow.cleaned_data.get("code", ""),
        turn=turn_of(request.GET),
        limit=PAGE_ROWS + 1,
    )
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "form": form,
        "refusal": refusal,
        "narrow": narrow,
        "table": terminals_table(rows, pager),
    }
    failed = request.method == "POST" or not is_known
    status = UNPROCESSABLE if failed else 200
    return render(request, "ecard/terminals.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_TERMINALS)
def terminal(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One terminal; end it."""
    found = terminal_by_ref(ref)
    if found is None:
        raise Http404
    if request.method == "POST":
        services.end_terminal(actor=user_of(request), terminal=found, now=timezone.now())
        messages.success(request, _("停用了，这台终端马上不能核销。"))
        return redirect("ecard:terminal", found.ref)
    name = names_of({found.institution}).get(found.institution, found.institution)
    return render(request, "ecard/terminal.html", {"terminal": found, "name": name})
