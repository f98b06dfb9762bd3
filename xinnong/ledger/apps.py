"""The ledger app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest


class LedgerConfig(AppConfig):
    """Accounts, journals, statements, periods."""

    name = "xinnong.ledger"
    verbose_name = _("账务")

    def ready(self) -> None:
        """Give the refusals their words and the books their place in the header."""
        from xinnong.ledger import wording
        from xinnong.web.navigation import NavEntry, register

        wording.register()
        register(
            NavEntry(
                40,
                _("账务"),
                "ledger:trial_balance",
                _keeps_books,
                about=_("试算平衡、账户明细、对账和结账"),
            )
        )


def _keeps_books(request: HttpRequest) -> bool:
    """Whether somebody of a lender may read its books."""
    from xinnong.accounts.models import User
    from xinnong.accounts.permissions import Permission
    from xinnong.accounts.roles import OwnerKind

    user = request.user
    if not isinstance(user, User) or not user.can(Permission.READ_LEDGER):
        return False
    institution = user.institution
    return institution is not None and institution.operator.kind == OwnerKind.LENDER
