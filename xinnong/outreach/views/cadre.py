"""The cadre's page: who is approved in the own village today, the phrase, and the heads that came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.models import Level
from xinnong.areas.places import places
from xinnong.outreach import answers, tables
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import HeadsForm
from xinnong.outreach.models import ActivityState
from xinnong.outreach.queries import windows
from xinnong.outreach.secrets import code_of, phrase
from xinnong.outreach.services.closing import count_heads, note_seen
from xinnong.outreach.views.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from xinnong.accounts.models import User
    from xinnong.areas.places import Place
    from xinnong.outreach.models import Agent, Notice


@dataclass(frozen=True, slots=True)
class Visit:
    """One approved team as its cadre sees it."""

    notice: Notice
    village: str
    said: answers.Said | None
    hours: str
    digits: str
    phrase: str
    agents: Sequence[Agent]
    form: HeadsForm | None


@require_http_methods(["GET", "POST"])
@allowed(Permission.COUNT_HEADS)
def today(request: HttpRequest) -> HttpResponse:
    """Show today's approved teams of the village with their phrases, and take the head count."""
    user, told, now = user_of(request), Told(), timezone.now()
    on = timezone.localdate(now)
    notices = windows.notices_for(user.ref, user.area_prefixes, on=on)
    wanted = request.POST.get("notice", "")
    chosen = next((each for each in notices if str(each.pk) == wanted), None)
    if request.method == "POST" and chosen is None:
        raise Http404
    form = HeadsForm(request.POST) if chosen else None
    if chosen and form and form.is_valid():
        heads = form.cleaned_data["heads"]
        if told.of(lambda: count_heads(actor=user, notice=chosen, heads=heads, now=now)):
            say_done(request, DONE, "heads")
            return redirect("outreach:today")
    for each in notices:
        note_seen(actor=user, notice=each, now=now)
    standing = {each.ref: answers.of_team(each) for village in _villages(notices)
                for each in windows.teams_in_village(village, now=now, today=on)}  # fmt: skip
    context: dict[str, Any] = {
        "visits": [_visit(user, each, standing, form if each is chosen else None, now)
                   for each in notices],
        "closed": answers.closed_purposes(on), "refusal": told.refusal, "form": form,
        "own_villages": _own_villages(user),
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/today.html", context, status=status)


def _own_villages(user: User) -> list[Place]:
    """The villages a cadre answers for, which a call names by their digits."""
    found = map(places().of, user.area_prefixes)
    return [each for each in found if each is not None and each.level == Level.VILLAGE]


def _villages(notices: Sequence[Notice]) -> set[str]:
    return {each.area12 for each in notices}


def _visit(user: User, notice: Notice, standing: Any, form: HeadsForm | None, now: Any) -> Visit:
    activity = notice.activity
    counts = activity.state == ActivityState.APPROVED and now >= activity.begins_at
    place, code = places().of(notice.area12), code_of(activity)
    return Visit(
        notice=notice,
        village=place.name if place else notice.area12,
        said=standing.get(activity.ref),
        hours=tables.hours_of(activity),
        digits=f"{code[:4]} {code[4:]}",
        phrase=phrase(activity),
        agents=windows.agents_of(user.ref, activity),
        form=(form or HeadsForm(auto_id=f"id_%s_{notice.pk}")) if counts else None,
    )
