"""The ledger app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, journals, statements, periods."""

    name = "xinnong.ledger"
    verbose_name = _("账务")

    def ready(self) -> None:
        """Give the refusals their words."""
        from xinnong.ledger import wording

        wording.register()
