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
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import KeyForm, RevokeKeyForm
from xinnong.outreach.keys import ALGORITHMS
from xinnong.outreach.papers import set_card
from xinnong.outreach.queries.badges import badge_by_ref
from xinnong.outreach.queries.staff import keys_made
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.badges import make_key, revoke_badge, revoke_key
from xinnong.outreach.views.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from xinnong.outreach.models import Badge


@require_http_methods(["GET", "POST"])
@allowed(Permission.STOP_CHANNEL)
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys; with a second factor have another one made, or one believed no more."""
    user, told, found = user_of(request), Told(), keys_made()
    may_make = user.can(Permission.LICENSE_CHANNEL)
    if request.method == "POST" and not may_make:
        raise Http404
    step = request.POST.get("step", "")
    is_revoking = step == "revoke"
    good = [(str(each), str(each)) for each in found if each.revoked_at is None]
    form = KeyForm(request.POST if step == "make" else None)
    revoking = RevokeKeyForm(request.POST if is_revoking else None, keys=good)

    def make() -> object:
        algorithm = ALGORITHMS[form.cleaned_data["algorithm"]]
        return make_key(actor=user, algorithm=algorithm, now=timezone.now())

    def revoke() -> None:
        said = revoking.cleaned_data
        key = next(each for each in found if str(each) == said["key"])
        revoke_key(actor=user, key=key, reason=said["reason"], now=timezone.now())

    filled, act = (revoking, revoke) if is_revoking else (form, make)
    if filled.is_bound and filled.is_valid() and told.of(act):
        say_done(request, DONE, "revoke-key" if is_revoking else "key")
        return redirect("outreach:keys")
    if request.method == "POST" and not filled.is_bound:
        told.no_such_step()
    context = {
        "table": tables.keys_table(found),
        "form": form if may_make else None,
        "revoking": revoking if may_make and good else None,
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
    return _shown(request, found, told)


@require_safe
@allowed(Permission.READ_ACTIVITIES)
def card(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The badge as a card to print."""
    found, told = badge_by_ref(ref), Told()
    if found is None or found.revoked_at is not None:
        raise Http404
    code = code_of(found.activity) if user_of(request).can(Permission.FILE_ACTIVITY) else ""
    cards: list[bytes] = []
    if not told.of(lambda: cards.append(set_card(found, code=code))):
        return _shown(request, found, told)
    answer = HttpResponse(cards[0], content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="badge-{found.pk}.pdf"'
    return answer


def _shown(request: HttpRequest, found: Badge, told: Told) -> HttpResponse:
    text = written(bytes(found.message))
    context = {"badge": found, "qr": _code(text), "text": text, "refusal": told.refusal}
    return render(
        request, "outreach/badge.html", context, status=UNPROCESSABLE if told.refusal else 200
    )


def _code(text: str) -> SafeString:
    """A QR code as SVG without a size of its own; made of our own text alone."""
    made = segno.make(text, error="m")
    return mark_safe(  # noqa: S308 - drawn by segno from modules, no text of anybody in it
        made.svg_inline(omitsize=True, border=4, svgclass=None, lineclass=None)
    )
