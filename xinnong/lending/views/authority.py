"""How much each role may approve: read by officers, proposed and confirmed by two managers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending import services
from xinnong.lending.forms.loans import LimitForm
from xinnong.lending.loan_tables import limits_table
from xinnong.lending.queries.applications import limits_of
from xinnong.lending.queries.borrowers import staff_names
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import AuthorityLimit

ENDINGS: Mapping[str, Callable[..., AuthorityLimit]] = {
    "confirm": services.confirm_limit,
    "withdraw": services.withdraw_limit,
}


@require_http_methods(["GET", "POST"])
@allowed(Permission.SET_AUTHORITY)
def authority(request: HttpRequest) -> HttpResponse:
    """Show the limits with who set them; propose one, or confirm somebody else's."""
    told, form = Refusals(), LimitForm(initial={"from_on": timezone.localdate()})
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step == "propose":
            form = LimitForm(request.POST)
            if form.is_valid() and told.of(lambda: _propose(request, form)):
                return redirect("lending:authority")
        elif step in ENDINGS:
            if told.of(lambda: _end(request, ENDINGS[step])):
                return redirect("lending:authority")
        else:
            raise Http404
    found = limits_of(lender_of(request))
    refs = [ref for each in found for ref in (each.proposed_by, each.confirmed_by) if ref]
    mine = user_of(request).ref
    waiting = [each for each in found if each.confirmed_by is None and each.withdrawn_at is None]
    context = {
        "table": limits_table(found, staff_names(refs)),
        "waiting": [each for each in waiting if each.proposed_by != mine],
        "own": [each for each in waiting if each.proposed_by == mine],
        "form": form,
        "refusal": told.refusal,
    }
    failed = request.method == "POST"
    return render(
        request, "lending/authority.html", context, status=UNPROCESSABLE if failed else 200
    )


def _propose(request: HttpRequest, form: LimitForm) -> object:
    said = form.cleaned_data
    return services.propose_limit(
        actor=user_of(request),
        institution=lender_of(request),
        role=said["role"],
        alone_minor=said["alone"],
        second_minor=said["second"],
        from_on=said["from_on"],
        now=timezone.now(),
        key=said["key"],
    )


def _end(request: HttpRequest, end: Callable[..., AuthorityLimit]) -> object:
    asked = request.POST.get("limit", "")
    limit = next((each for each in limits_of(lender_of(request)) if str(each.ref) == asked), None)
    if limit is None:
        raise Http404
    return end(actor=user_of(request), limit=limit, now=timezone.now())
