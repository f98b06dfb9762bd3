"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SourcesConfig(AppConfig):
    """Registers the words of refusals and the header entry."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "xinnong.sources"
    label = "sources"
    verbose_name = _("数据来源")

    def ready(self) -> None:
        """Tell `web` what this app adds to every page."""
        from xinnong.sources.wording import register

        register()
