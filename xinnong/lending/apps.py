"""The lending app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LendingConfig(AppConfig):
    """Loan products and what is lent under them."""

    name = "xinnong.lending"
    verbose_name = _("贷款")

    def ready(self) -> None:
        """Add the products to the header and the sentences of refusals."""
        from xinnong.lending.loan_wording import LOAN_REFUSALS
        from xinnong.lending.wording import REFUSALS
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.refusals import register_wordings

        register_wordings(REFUSALS)
        register_wordings(LOAN_REFUSALS)
        register(
            NavEntry(
                44,
                _("贷款产品"),
                "lending:products",
                lambda request: request.user.is_authenticated,
                about=_("谁能借、借多少、怎么还、利率在什么范围"),
            )
        )
