"""The family account: whose codes I show, who shows mine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.dynamic_codes import MOST_MEMBERS
from xinnong.ecard import services
from xinnong.ecard.forms import WhoForm
from xinnong.ecard.models import BondState
from xinnong.ecard.queries.codes import credential_of
from xinnong.ecard.queries.family import bond_by_ref, granted_by, held_by, past_of
from xinnong.ecard.views.asking import Tried, me_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

AGREE, DECLINE, END = "agree", "decline", "end"
ANSWERED = {
    AGREE: _l("同意了，家人可以替您出示。您随时可以解除。"),
    DECLINE: _l("没有同意，家人不能替您出示。"),
    END: _l("解除了，马上不能代为出示。"),
}


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
            waits = tried.made.state == BondState.ASKED
            messages.success(
                request,
                _("提出来了。请家人在自己的手机上同意，或带身份证到定点医院、药店当面同意。")
                if waits
                else _("加上了，出示医保码时可以选这位家人。"),
            )
            return redirect("ecard:family")
    return _family(request, form, tried)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def answer(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Agree, decline or end one tie of mine; whoever comes back to its address sees the family."""
    if request.method == "GET":
        return redirect("ecard:family")
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
    if tried.refusal:
        return _family(request, WhoForm(), tried)
    messages.success(request, ANSWERED[step])
    return redirect("ecard:family")


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
