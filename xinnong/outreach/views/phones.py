"""The live badge on an agent's phone: the page that keeps it, what it sends, and the channel's list."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinnong.accounts.asked import asked_too_often, too_many
from xinnong.accounts.devices import client_address
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.badges import HOUR_SECONDS
from xinnong.core.errors import Refused
from xinnong.outreach import tables
from xinnong.outreach.answers import village_names
from xinnong.outreach.forms import PhoneForm
from xinnong.outreach.queries import staff
from xinnong.outreach.queries.phones import phones_in
from xinnong.outreach.services.phones import ask_phone, end_phone, enrol_phone, live_badges
from xinnong.outreach.views.asking import Told
from xinnong.web.refusals import UNPROCESSABLE, wording_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.outreach.services.phones import LiveBadge

MOST_BYTES: Final = 2_048
MOST_A_MINUTE: Final = 20
SCRIPT: Final = "text/javascript; charset=utf-8"
SHAPES: Final[Mapping[str, str]] = {
    "code": r"[0-9 -]{12,32}",
    "point": r"0[23][0-9a-f]{64}",
    "signature": r"[0-9a-f]{128}",
    "second": r"[0-9]{1,11}",
}


@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The page; it holds nobody's data, the phone adds its own."""
    return render(request, "outreach/my_badge.html")


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page on the phone."""
    return render(request, "outreach/my_badge_worker.js", content_type=SCRIPT)


@csrf_exempt  # no cookie opens anything here: the phone's own signature does
@require_POST
def enrol(request: HttpRequest) -> HttpResponse:
    """Take a phone's key with the code that the channel gave out."""

    def act(said: Mapping[str, str]) -> dict[str, Any]:
        point, signature = (bytes.fromhex(said[name]) for name in ("point", "signature"))
        enrol_phone(code=said["code"], point=point, signature=signature, now=timezone.now())
        return {}

    return _answer(request, ("code", "point", "signature"), act)


@csrf_exempt  # as above
@require_POST
def badges(request: HttpRequest) -> HttpResponse:
    """Hand a phone its live badges."""

    def act(said: Mapping[str, str]) -> dict[str, Any]:
        point, signature = (bytes.fromhex(said[name]) for name in ("point", "signature"))
        found = live_badges(
            point=point, second=int(said["second"]), signature=signature, now=timezone.now()
        )
        return {"badges": [_told(each) for each in found]}

    return _answer(request, ("point", "second", "signature"), act)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_ACTIVITIES)
def of_team(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Whose phone shows a live badge; give out a code for one, or end it."""
    found, user, told = staff.team_by_ref(ref), user_of(request), Told()
    if found is None or not (
        user.can(Permission.FILE_ACTIVITY) or user.can(Permission.STOP_CHANNEL)
    ):
        raise Http404
    people = {str(each.ref): each for each in staff.agents_in(found)}
    sent = request.POST if request.method == "POST" else None
    form = PhoneForm(sent, agents=[(ref, each.name) for ref, each in people.items()])
    codes: list[str] = []

    def act() -> None:
        said: dict[str, Any] = {"actor": user, "now": timezone.now()}
        agent = people[form.cleaned_data["agent"]]
        if request.POST.get("step") == "end":
            end_phone(agent=agent, **said)
        else:
            codes.append(ask_phone(agent=agent, **said))

    done = form.is_bound and form.is_valid() and told.of(act)
    if done and not codes:
        return redirect("outreach:team_phones", found.ref)
    context = {
        "team": found,
        "table": tables.phones_table(list(people.values()), phones_in(found)),
        "form": form,
        "may_ask": user.can(Permission.FILE_ACTIVITY),
        "code": " ".join(codes[0][at : at + 4] for at in (0, 4, 8)) if codes else "",
        "agent": people[form.cleaned_data["agent"]] if codes else None,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" and not done else 200
    return render(request, "outreach/phones.html", context, status=status)


def _told(live: LiveBadge) -> dict[str, object]:
    """A live badge as a phone keeps it: the signed message, its hours, and what stands beside the code."""
    activity = live.badge.activity
    team, channel = activity.team, activity.team.channel
    day = date_format(activity.on, "DATE_FORMAT")
    return {
        "message": live.message.hex(),
        "from": int(activity.begins_at.timestamp()) // HOUR_SECONDS * HOUR_SECONDS,
        "until": -(-int(activity.ends_at.timestamp()) // HOUR_SECONDS) * HOUR_SECONDS,
        "name": live.badge.agent.name,
        "facts": [
            [str(_("哪家的")), channel.name],
            [str(_("队伍")), team.name],
            [str(_("哪些村")), village_names(activity.villages)],
            [str(_("哪天")), f"{day} {tables.hours_of(activity)}"],
            [str(_("回拨核实")), channel.call_back],
        ],
    }


def _answer(
    request: HttpRequest, names: tuple[str, ...], act: Callable[[Mapping[str, str]], dict[str, Any]]
) -> HttpResponse:
    """One question of a phone: read strictly, answered with the hour here, or refused in words."""
    said = _said(request, names)
    if said is None:
        return JsonResponse({"code": "request.invalid"}, status=UNPROCESSABLE)
    now = timezone.now()
    if asked_too_often("phone", client_address(request), most=MOST_A_MINUTE, now=now):
        return too_many(now)
    try:
        told = act(said)
    except Refused as refused:
        wording = wording_of(refused.code, refused.params)
        words = {"code": refused.code, "title": str(wording.says), "advice": str(wording.advice)}
        return JsonResponse(words, status=UNPROCESSABLE)
    answer = JsonResponse({"second": int(now.timestamp()), **told})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _said(request: HttpRequest, names: tuple[str, ...]) -> Mapping[str, str] | None:
    """The fields of a question, each in its shape; None for anything else."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return None
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.keys() != set(names):
        return None
    fits = all(
        isinstance(said[name], str) and re.fullmatch(SHAPES[name], said[name]) for name in names
    )
    return said if fits else None
