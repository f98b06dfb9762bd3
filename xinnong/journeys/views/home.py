"""Where each role starts: one question, one main action, and what else the role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import signed_in, user_of
from xinnong.areas.places import places
from xinnong.journeys.forms import FindForm
from xinnong.journeys.views.recent import recent_shown
from xinnong.web.navigation import links_for
from xinnong.web.panels import panels_for

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


FIRST_PAGES = (
    (Permission.READ_OWN_FILE, "journeys:own_file"),
    (Permission.FIND_HOUSEHOLDS, ""),
    (Permission.DELIVER_BATCH, "sources:calendar"),
    (Permission.KEEP_LEDGER, "ledger:trial_balance"),
    (Permission.REDEEM_ECARD, "ecard:counter"),
    (Permission.READ_READS, "journeys:reads"),
    (Permission.READ_RUNS, ""),
    (Permission.READ_COUNTY, "insight:county"),
)
"""Whose work is one page starts there; the others start at a page of their own."""


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show where a person's work starts: their search, their figures, or their one page."""
    user = user_of(request)
    first = next((name for verb, name in FIRST_PAGES if user.can(verb)), "")
    if first:
        return redirect(first)
    known = places()
    context = {
        "roles": [role.label for role in user.role_classes],
        "institution": user.institution,
        "areas": [place.name for code in user.area_prefixes if (place := known.of(code))],
        "find_form": FindForm() if user.can(Permission.FIND_HOUSEHOLDS) else None,
        "panels": panels_for(request),
        "links": links_for(request),
        "recent": recent_shown(request),
        "waits_for_second_factor": bool(user.approving) and not user.second_factor_passed,
    }
    return render(request, "journeys/home.html", context)
