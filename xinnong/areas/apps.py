"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AreasConfig(AppConfig):
    """See the package docstring."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "xinnong.areas"
    label = "areas"
    verbose_name = _("行政区划")

    def ready(self) -> None:
        """Word the refusals."""
        from xinnong.areas.wording import register

        register()
