"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EcardConfig(AppConfig):
    """Registers the words of refusals and the header entries."""

    name = "xinnong.ecard"
    verbose_name = _("医保码")

    def ready(self) -> None:
        """Tell `web` what this app adds to every page."""
        from xinnong.ecard.entries import register as register_entries
        from xinnong.ecard.wording import register

        register()
        register_entries()
