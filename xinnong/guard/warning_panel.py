"""What a cadre's first page begins with while gangs are about nearby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.guard.queries.warnings import fresh_warnings_for, has_number
from xinnong.guard.warning_tables import case_places
from xinnong.web.panels import Figure, Panel

if TYPE_CHECKING:
    from django.http import HttpRequest


def warning_panel(request: HttpRequest) -> Panel | None:
    """Warnings that hold; without any only the question for the number, until it is answered."""
    user, page = request.user, reverse("guard:warnings")
    if not isinstance(user, User) or not user.can(Permission.READ_WARNINGS):
        return None
    found = fresh_warnings_for(user, timezone.now())
    asks = not has_number(user)
    if not found and not asks:
        return None
    figures = [
        Figure(
            date_format(timezone.localtime(each.warning.approved_at), "H:i"),
            _("%(places)s：有人冒充工作人员，用村民的手机号开账号")
            % {"places": case_places(each.warning.case)},
            note=_("已在村里提醒") if each.told_at else _("请马上在村里提醒"),
            url=page,
        )
        for each in found
    ]  # fmt: skip
    note = _("还没有填收预警短信的手机号。") if asks else ""
    return Panel(_("邻村预警"), figures, note=note, url=page, url_label=_("打开邻村预警"))
