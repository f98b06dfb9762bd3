"""Teams: the channel files them and their people, the bureau looks at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.outreach import tables
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import AgentForm, SubcontractorForm, TeamForm
from xinnong.outreach.queries import staff
from xinnong.outreach.services.licensing import (
    file_agent,
    file_subcontractor,
    file_team,
    own_channel,
)
from xinnong.outreach.services.refusals import NotYours
from xinnong.outreach.views.asking import Told
from xinnong.web.done import say_done
from xinnong.web.refusals import UNPROCESSABLE, render_refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.outreach.models import Team


@require_http_methods(["GET", "POST"])
@allowed(Permission.FILE_ACTIVITY)
def teams(request: HttpRequest) -> HttpResponse:
    """List the channel's teams, file another one, or a firm that works in its name."""
    try:
        channel = own_channel(user_of(request))
    except NotYours as refused:
        return render_refused(request, code=refused.code)
    step, told = request.POST.get("step", ""), Told()
    firms = {str(each.ref): each for each in staff.subcontractors_of(channel)}
    named = [(ref, each.name) for ref, each in firms.items()]
    team_form = TeamForm(request.POST if step == "team" else None, firms=named)
    sent = (request.POST, request.FILES) if step == "firm" else (None, None)
    firm_form = SubcontractorForm(*sent)
    asked: dict[str, Any] = {"actor": user_of(request), "now": timezone.now()}

    def file() -> object:
        if step == "firm":
            return file_subcontractor(**asked, **firm_form.cleaned_data)
        said = team_form.cleaned_data
        return file_team(**asked, name=said["name"], subcontractor=firms.get(said["subcontractor"]))

    form: Any = firm_form if step == "firm" else team_form
    if form.is_bound and form.is_valid() and told.of(file):
        say_done(request, DONE, step)
        return redirect("outreach:teams")
    if request.method == "POST" and not form.is_bound:
        told.no_such_step()
    context = {
        "channel": channel,
        "facts": tables.channel_facts(channel),
        "table": tables.teams_table(staff.teams_of(channel), files=True),
        "firms": tables.subcontractors_table(list(firms.values()), may_stop=False),
        "team_form": team_form,
        "firm_form": firm_form,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/teams.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_ACTIVITIES)
def team(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show a team with its people; the channel files another person."""
    found, user = staff.team_by_ref(ref), user_of(request)
    if found is None:
        raise Http404
    files, told = user.can(Permission.FILE_ACTIVITY), Told()
    form = AgentForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and not files:
        raise Http404
    if form.is_bound and form.is_valid() and told.of(lambda: _file(request, found, form)):
        say_done(request, DONE, "agent")
        return redirect("outreach:team", found.ref)
    may_stop = user.can(Permission.STOP_CHANNEL)
    context = {
        "team": found,
        "facts": tables.standing_facts(found),
        "table": tables.agents_table(staff.agents_in(found), may_stop=may_stop),
        "form": form if files else None,
        "may_stop": may_stop,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/team.html", context, status=status)


def _file(request: HttpRequest, found: Team, form: AgentForm) -> object:
    return file_agent(actor=user_of(request), team=found, now=timezone.now(), **form.cleaned_data)
