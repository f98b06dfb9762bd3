"""A cadre's warnings: read, tell the village, and say on which number the next one is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.guard.forms import CadreNumberForm
from xinnong.guard.models import CaseState, Verdict
from xinnong.guard.queries.warnings import has_number, warnings_for
from xinnong.guard.services.warning import keep_cadre_number, tell_village
from xinnong.guard.warning_tables import case_places
from xinnong.guard.warning_wording import warning_said
from xinnong.web.asking import Told
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.guard.models import CadreWarning


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_WARNINGS)
def warnings(request: HttpRequest) -> HttpResponse:
    """Show the own warnings; note that the village was told; keep the own number."""
    user, told = user_of(request), Told()
    step = request.POST.get("step", "")
    form = CadreNumberForm(request.POST if step == "number" else None)
    if request.method == "POST" and told.of(lambda: _act(request, step, form)):
        return redirect("guard:warnings")
    context = {
        "warnings": [_shown(each) for each in warnings_for(user)], "form": form,
        "has_number": has_number(user), "refusal": told.refusal,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/warnings.html", context, status=status)


def _act(request: HttpRequest, step: str, form: CadreNumberForm) -> None:
    actor, now = user_of(request), timezone.now()
    if step == "number":
        number = form.cleaned_data["number"] if form.is_valid() else "-"
        keep_cadre_number(actor=actor, number=number, now=now)
    elif step == "told":
        try:
            ref = UUID(request.POST.get("warning", ""))
        except ValueError:
            raise Http404 from None
        tell_village(actor=actor, ref=ref, now=now)
    else:
        raise Http404


def _shown(each: CadreWarning) -> dict[str, object]:
    """A warning in the language of the page, and whether it still holds."""
    case, known = each.warning.case, places()
    return {
        "ref": each.ref, "at": each.warning.approved_at, "told_at": each.told_at,
        "text": warning_said(case_places(case)),
        "villages": "、".join(known.label(code) for code in each.villages),
        "holds": case.state == CaseState.OPEN and case.verdict != Verdict.NOT,
    }  # fmt: skip
