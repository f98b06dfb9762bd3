"""Where each role starts: one question, one main action, and what else the role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import signed_in
from xinnong.journeys.access import user_of
from xinnong.journeys.forms import FindForm
from xinnong.journeys.purposes import recent_households
from xinnong.web.navigation import links_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show where a person's work starts: their search, or else the first page they may open."""
    user = user_of(request)
    links = links_for(request)
    can_find = user.can(Permission.FIND_HOUSEHOLDS)
    if links and not can_find:
        return redirect(links[0].url)
    context = {
        "roles": [role.label for role in user.role_classes],
        "institution": user.institution,
        "areas": list(user.areas.all()),
        "find_form": FindForm() if can_find else None,
        "links": links,
        "recent": recent_households(request.session),
        "waits_for_second_factor": bool(user.approving) and not user.second_factor_passed,
    }
    return render(request, "journeys/home.html", context)
