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
        from xinnong.journeys.views.runs import latest_run_panel
        from xinnong.journeys.wording import REFUSALS
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.panels import register_panel
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
        register(
            NavEntry(
                12,
                _("谁看过谁"),
                "journeys:reads",
                lambda request: may(request, Permission.READ_READS),
                about=_("查看、查找、导出的记录和审计日志"),
            )
        )
        register(
            NavEntry(
                40,
                _("历次计算"),
                "journeys:runs",
                lambda request: may(request, Permission.READ_RUNS),
                about=_("全县计算的状态、批次和各步用时"),
            )
        )
        register(
            NavEntry(
                45,
                _("评分卡和授信政策"),
                "journeys:documents",
                lambda request: may(request, Permission.READ_COUNTY),
                about=_("正在使用的版本、分档和得分、准入条件"),
            )
        )
        register_panel("journeys.run", 20, latest_run_panel)
