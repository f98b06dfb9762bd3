"""Badges: the page and the card of one, the keys that sign them, and the county's bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import segno
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.badges import written
from xinnong.outreach import tables
from xinnong.outreach.answers import village_names
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import KeyForm
from xinnong.outreach.keys import ALGORITHMS
from xinnong.outreach.queries.badges import badge_by_ref
from xinnong.outreach.queries.staff import keys_made
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.badges import make_key, revoke_badge
from xinnong.outreach.views.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from django.utils.safestring import SafeString


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys, and have another one made with a second factor."""
    user, told = user_of(request), Told()
    may_make = user.can(Permission.LICENSE_CHANNEL)
    if request.method == "POST" and not may_make:
        raise Http404
    form = KeyForm(request.POST or None)

    def make() -> object:
        algorithm = ALGORITHMS[form.cleaned_data["algorithm"]]
        return make_key(actor=user, algorithm=algorithm, now=timezone.now())

    if form.is_bound and form.is_valid() and told.of(make):
        say_done(request, DONE, "key")
        return redirect("outreach:keys")
    context = {
        "table": tables.keys_table(keys_made()),
        "form": form if may_make else None,
        "needs_second_factor": not may_make,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/keys.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_ACTIVITIES)
def badge(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a badge with its code, and take it back."""
    found, told = badge_by_ref(ref), Told()
    if found is None:
        raise Http404

    def revoke() -> None:
        revoke_badge(actor=user_of(request), badge=found, now=timezone.now())

    if request.method == "POST" and told.of(revoke):
        say_done(request, DONE, "revoke")
        return redirect("outreach:badge", ref)
    text = written(bytes(found.message))
    context = {"badge": found, "qr": _code(text), "text": text, "refusal": told.refusal}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/badge.html", context, status=status)


@require_safe
@allowed(Permission.READ_ACTIVITIES)
def card(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The badge as a card to print, 86 by 124 millimetres, its code 50 wide."""
    found = badge_by_ref(ref)
    if found is None or found.revoked_at is not None:
        raise Http404
    code = code_of(found.activity) if user_of(request).can(Permission.FILE_ACTIVITY) else ""
    activity = found.activity
    context = {
        "badge": found,
        "qr": _code(written(bytes(found.message))),
        "code": f"{code[:4]} {code[4:]}".strip(),
        "villages": village_names(activity.villages),
        "hours": tables.hours_of(activity),
    }
    answer = render(request, "outreach/card.svg", context, content_type="image/svg+xml")
    answer.headers["Content-Disposition"] = f'inline; filename="badge-{found.pk}.svg"'
    return answer


def _code(text: str) -> SafeString:
    """A QR code as SVG without a size of its own; made of our own text alone."""
    made = segno.make(text, error="m")
    return mark_safe(  # noqa: S308 - drawn by segno from modules, no text of anybody in it
        made.svg_inline(omitsize=True, border=4, svgclass=None, lineclass=None)
    )
