"""Activities: the list, the filing, and the page on which they are approved, refused, reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.outreach import tables
from xinnong.outreach.answers import open_purposes
from xinnong.outreach.done_wording import DONE
from xinnong.outreach.forms import ActivityForm, ReasonForm, ReportForm
from xinnong.outreach.models import ActivityState
from xinnong.outreach.queries import staff, windows
from xinnong.outreach.queries.badges import badges_of
from xinnong.outreach.secrets import code_of
from xinnong.outreach.services.approving import (
    approve_for_bureau,
    approve_for_town,
    refuse_activity,
)
from xinnong.outreach.services.badges import issue_badges
from xinnong.outreach.services.closing import report_activity
from xinnong.outreach.services.filing import cancel_activity, file_activity
from xinnong.outreach.views.asking import Told, searched
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.accounts.models import User
    from xinnong.outreach.models import Activity, Agent, Team


@require_safe
@allowed(Permission.READ_ACTIVITIES)
def activities(request: HttpRequest) -> HttpResponse:
    """List activities: the channel's own, all of the bureau's, or those of a town."""
    user = user_of(request)
    context: dict[str, Any] = {"states": _state_links(request)}
    if _is_town(user):
        context["table"] = _of_town(request, user)
        return render(request, "outreach/activities.html", context)
    found = staff.activities_page(
        states=_states(request), search=searched(request),
        turn=turn_of(request.GET), limit=PAGE_ROWS,
    )  # fmt: skip
    shown, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda e: str(e.pk))
    hint = _("换一个状态或名称；渠道在队伍页面备案活动。")
    context["table"] = tables.activities_table(shown, caption=_("进村活动"), hint=hint, pager=pager)
    context["search"] = searched(request)
    today = timezone.localdate()
    context["calendar"] = tables.calendar_table(staff.calendar(from_on=today))
    if user.can(Permission.STOP_CHANNEL):
        past = today - 4 * staff.WEEK
        context["differences"] = tables.differences_table(staff.with_differences(from_on=past))
    return render(request, "outreach/activities.html", context)


def _of_town(request: HttpRequest, user: User) -> Any:
    past = timezone.localdate() - staff.WEEK
    states = _states(request)
    found = windows.activities_for_town(user.ref, user.area_prefixes, from_on=past)
    shown = [each for each in found if each.state in states]
    hint = _("渠道备案到本镇的活动会出现在这里，等您审批。")
    return tables.activities_table(shown, caption=_("进村活动"), hint=hint)


def _states(request: HttpRequest) -> list[str]:
    """The states asked for: all without a filter, none for an unknown one."""
    asked = request.GET.get("state", "")
    return [each for each in ActivityState.values if asked in {"", each}]


def _state_links(request: HttpRequest) -> list[tuple[str, Any, bool]]:
    asked = request.GET.get("state", "")
    choices = [("", _("全部")), *ActivityState.choices]
    return [(value, label, value == asked) for value, label in choices]


@require_http_methods(["GET", "POST"])
@allowed(Permission.FILE_ACTIVITY)
def new_activity(request: HttpRequest, team: UUID) -> HttpResponse:
    """File an activity of a team; everything that is wrong is told at once."""
    found = staff.team_by_ref(team)
    if found is None:
        raise Http404
    agents = {str(each.ref): each for each in staff.agents_in(found)}
    choices = [(ref, each.name) for ref, each in agents.items()]
    may = open_purposes(found.channel, timezone.localdate())
    form, told = ActivityForm(request.POST or None, agents=choices, may=may), Told()
    if form.is_valid() and told.of(lambda: _file(request, found, agents, form.cleaned_data)):
        say_done(request, DONE, "file")
        return redirect("outreach:activities")
    context = {"form": form, "team": found, "refusal": told.refusal, "problems": told.problems}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "outreach/new_activity.html", context, status=status)


def _file(request: HttpRequest, team: Team, agents: dict[str, Agent], said: Any) -> Activity:
    chosen = [agents[ref] for ref in said["agents"]]
    return file_activity(
        actor=user_of(request), team=team, now=timezone.now(), **(said | {"agents": chosen})
    )


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_ACTIVITIES)
def activity(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show one activity, and carry out the step that is this person's."""
    user = user_of(request)
    found = _loaded(user, ref)
    if found is None:
        raise Http404
    step, told = request.POST.get("step", ""), Told()
    reason = ReasonForm(request.POST if step in {"refuse", "cancel"} else None)
    report = ReportForm(request.POST if step == "report" else None)
    form = report if step == "report" else reason
    is_filled = not form.is_bound or form.is_valid()
    if step and is_filled and told.of(lambda: _do(request, found, step, form)):
        both = step == "approve" and _loaded(user, ref)
        is_approved = both and both.state == ActivityState.APPROVED
        say_done(request, DONE, "approve-both" if is_approved else step)
        return redirect("outreach:activity", found.ref)
    context = {
        "activity": found,
        "facts": tables.activity_facts(found, opens_team=not _is_town(user)),
        "badges": tables.badges_table(badges_of(found)) if not _is_town(user) else None,
        "agents": tables.agents_table(_along(user, found), may_stop=False),
        "code": code_of(found) if user.can(Permission.FILE_ACTIVITY) else "",
        "reason": reason,
        "report": report,
        "refusal": told.refusal,
        **_may(user, found),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "outreach/activity.html", context, status=status)


def _loaded(user: User, ref: UUID) -> Activity | None:
    if _is_town(user):
        return windows.activity_for_town(user.ref, user.area_prefixes, ref)
    return staff.activity_by_ref(ref)


def _along(user: User, found: Activity) -> list[Agent]:
    return windows.agents_of(user.ref, found) if _is_town(user) else staff.agents_along(found)


def _may(user: User, found: Activity) -> dict[str, bool]:
    """Which steps the page offers."""
    is_filed = found.state == ActivityState.FILED
    approves = Permission.APPROVE_ACTIVITY in user.approving
    is_mine = found.town_by is None if _is_town(user) else found.bureau_by is None
    is_live = found.state in {ActivityState.FILED, ActivityState.APPROVED}
    is_over = found.ends_at <= timezone.now()
    files = user.can(Permission.FILE_ACTIVITY)
    return {
        "may_approve": is_filed and is_mine and user.can(Permission.APPROVE_ACTIVITY),
        "needs_second_factor": approves and not user.can(Permission.APPROVE_ACTIVITY),
        "may_refuse": is_filed and approves,
        "may_issue": files and found.state == ActivityState.APPROVED and not is_over,
        "may_cancel": files and is_live and not is_over,
        "may_report": files
        and found.state == ActivityState.APPROVED
        and is_over
        and found.reported_at is None,
    }


def _do(request: HttpRequest, found: Activity, step: str, form: Any) -> None:
    user, now, said = user_of(request), timezone.now(), getattr(form, "cleaned_data", {})
    if step == "approve" and user.can(Permission.APPROVE_ACTIVITY):
        approve = approve_for_town if _is_town(user) else approve_for_bureau
        approve(actor=user, activity=found, now=now)
    elif step == "refuse" and Permission.APPROVE_ACTIVITY in user.approving:
        refuse_activity(actor=user, activity=found, reason=said["reason"], now=now)
    elif step == "issue" and user.can(Permission.FILE_ACTIVITY):
        issue_badges(actor=user, activity=found, now=now)
    elif step == "cancel" and user.can(Permission.FILE_ACTIVITY):
        cancel_activity(actor=user, activity=found, reason=said["reason"], now=now)
    elif step == "report" and user.can(Permission.FILE_ACTIVITY):
        report_activity(actor=user, activity=found, now=now, **said)
    else:
        raise Http404


def _is_town(user: User) -> bool:
    return "town" in user.roles
