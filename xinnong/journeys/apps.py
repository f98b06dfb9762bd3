"""The journeys app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysConfig(AppConfig):
    """Role homes, the workbench, the household page and one's own file."""

    name = "xinnong.journeys"
    verbose_name = _("办事")

    def ready(self) -> None:
        """Add this app's entries to the header and its sentences to the refusals."""
        from xinnong.accounts.permissions import Permission
        from xinnong.journeys.access import may
        from xinnong.journeys.wording import REFUSALS
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.refusals import register_wordings

        register_wordings(REFUSALS)
        register(
            NavEntry(
                10,
                _("查农户"),
                "journeys:workbench",
                lambda request: may(request, Permission.FIND_HOUSEHOLDS),
                about=_("按姓名、证件号、村和等级查找，打开档案"),
            )
        )
        register(
            NavEntry(
                10,
                _("我的档案"),
                "journeys:own_file",
                lambda request: may(request, Permission.READ_OWN_FILE),
                about=_("额度、评分和谁看过"),
            )
        )
