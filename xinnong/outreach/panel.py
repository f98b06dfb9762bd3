"""Visits on the first page: what waits for approval, who goes out today, who comes to my village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.outreach.models import ActivityState
from xinnong.outreach.queries import staff, windows
from xinnong.web import figures
from xinnong.web.panels import Figure, Panel

if TYPE_CHECKING:
    from django.http import HttpRequest


def visits_panel(request: HttpRequest) -> Panel | None:
    """Counts that open the lists they count; a cadre's leads to today's teams with their phrases."""
    user = request.user
    if not isinstance(user, User):
        return None
    if user.can(Permission.COUNT_HEADS):
        return _of_village(user)
    if not user.can(Permission.READ_ACTIVITIES):
        return None
    waiting, today = _counted(user)
    page = reverse("outreach:activities")
    filed = _("次活动等审批") if user.approving else _("次活动等医保局和乡镇批准")
    shown = [
        Figure(figures.count(waiting), filed, url=f"{page}?state={ActivityState.FILED}"),
        Figure(
            figures.count(today), _("次活动今天进村"), url=f"{page}?state={ActivityState.APPROVED}"
        ),
    ]
    return Panel(_("进村活动"), shown)


def _of_village(user: User) -> Panel:
    today = timezone.localdate()
    found = windows.notices_for(user.ref, user.area_prefixes, on=today)
    shown = [
        Figure(
            figures.count(len(found)), _("支队伍今天批准进村"), url=reverse("outreach:today")
        )
    ]  # fmt: skip
    return Panel(
        _("今天进村的队伍"), shown, note=_("没有批准的，一律不让办。"),
        url=reverse("outreach:check"), url_label=_("查8位号码"),
    )  # fmt: skip


def _counted(user: User) -> tuple[int, int]:
    """How many visits wait for approval, and how many take place today."""
    today = timezone.localdate()
    if "town" not in user.roles:
        return staff.waiting_and_on(today)
    found = windows.activities_for_town(user.ref, user.area_prefixes, from_on=today)
    waiting = [each for each in found if each.state == ActivityState.FILED]
    now = [each for each in found if each.state == ActivityState.APPROVED and each.on == today]
    return len(waiting), len(now)
