"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuardConfig(AppConfig):
    """Registers the words of refusals and the header entries."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "xinnong.guard"
    label = "guard"
    verbose_name = _("反诈防护")

    def ready(self) -> None:
        """Tell `web` what this app adds to every page."""
        from xinnong.guard.panel import police_panel
        from xinnong.guard.warning_panel import warning_panel
        from xinnong.guard.wording import register
        from xinnong.web.panels import register_panel

        register()
        register_panel("guard.warnings", 5, warning_panel)
        register_panel("guard.waiting", 6, police_panel)
