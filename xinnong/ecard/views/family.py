"""The family account: whose codes I show, who shows mine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.dynamic_codes import MOST_MEMBERS
from xinnong.ecard import services
from xinnong.ecard.forms import WhoForm
from xinnong.ecard.queries.codes import credential_of
from xinnong.ecard.queries.family import bond_by_ref, granted_by, held_by, past_of
from xinnong.ecard.views.asking import Tried, me_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

AGREE, DECLINE, END = "agree", "decline", "end"


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def family(request: HttpRequest) -> HttpResponse:
    """Ask to show a relative's code; see every tie."""
    form, tried = WhoForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        tried = Tried(
            lambda: services.ask_family(
                actor=user_of(request),
                name=said["name"].strip(),
                rid=said["rid"],
                now=timezone.now(),
                key=said["key"],
            )
        )
        if tried.refusal is None:
            return redirect("ecard:family")
    return _family(request, form, tried)


@require_POST
@allowed(Permission.HOLD_ECARD)
def answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Agree, decline or end one tie of mine."""
    bond, step, now = bond_by_ref(ref), request.POST.get("step", ""), timezone.now()
    if bond is None or step not in {AGREE, DECLINE, END}:
        raise Http404
    user = user_of(request)
    if step == END:
        tried = Tried(lambda: services.end_family(actor=user, bond=bond, now=now))
    else:
        tried = Tried(
            lambda: services.answer_family(actor=user, bond=bond, agrees=step == AGREE, now=now)
        )
    return _family(request, WhoForm(), tried) if tried.refusal else redirect("ecard:family")


def _family(request: HttpRequest, form: WhoForm, tried: Tried | None) -> HttpResponse:
    me = me_of(request)
    context = {
        "form": form,
        "mine": credential_of(me),
        "held": held_by(me) if me else [],
        "granted": granted_by(me) if me else [],
        "past": past_of(me) if me else [],
        "most": MOST_MEMBERS,
        "refusal": tried.refusal if tried else None,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "ecard/family.html", context, status=status)
