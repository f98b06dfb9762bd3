"""What waits for an officer, on the first page: open cases, orders without their second key, requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.guard.queries.waiting import what_waits
from xinnong.web import figures
from xinnong.web.panels import Figure, Panel

if TYPE_CHECKING:
    from django.http import HttpRequest


def police_panel(request: HttpRequest) -> Panel | None:
    """Counts that open the lists they count; nothing for those who read no cases."""
    user = request.user
    if not isinstance(user, User) or not user.can(Permission.READ_CASES):
        return None
    waits, cases, orders = what_waits(), reverse("guard:cases"), reverse("guard:orders")
    shown = [
        Figure(figures.count(waits.cases), _("个案件在办"), url=f"{cases}?state=open"),
        Figure(
            figures.count(waits.urgent), _("个紧急案件"), url=f"{cases}?state=open&severity=urgent"
        ),
        Figure(figures.count(waits.orders), _("份处置等审批"), url=f"{orders}?state=signed"),
    ]
    if user.can(Permission.HANDLE_CASES):
        asked = reverse("guard:asked")
        shown.append(Figure(figures.count(waits.requests), _("个请求等答复"), url=asked))
    return Panel(_("等着办的"), shown)
