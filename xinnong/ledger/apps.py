"""The ledger app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """Accounts, journals, statements, periods."""

    name = "xinnong.ledger"
    verbose_name = _("账务")

    def ready(self) -> None:
        """Give the refusals their words and the books their place in the header."""
        from xinnong.ledger import wording
        from xinnong.ledger.access import reads_own_books
        from xinnong.web.navigation import NavEntry, register

        wording.register()
        register(
            NavEntry(
                40,
                _("账务"),
                "ledger:trial_balance",
                reads_own_books,
                about=_("试算平衡、账户明细、对账和结账"),
            )
        )
