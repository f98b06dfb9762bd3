"""The insight app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    """Read-only dashboards."""

    name = "xinnong.insight"
    verbose_name = _("数据看板")

    def ready(self) -> None:
        """Add the county page to the header and one's own areas to the first page."""
        from xinnong.accounts.permissions import Permission
        from xinnong.insight.panel import own_areas_panel
        from xinnong.journeys.access import may
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.panels import register_panel

        register(
            NavEntry(
                30,
                _("县域看板"),
                "insight:county",
                lambda request: may(request, Permission.READ_COUNTY),
                about=_("覆盖率、等级、额度和数据完整度"),
            )
        )
        register_panel("insight.own_areas", 10, own_areas_panel)
