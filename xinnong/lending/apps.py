"""The lending app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from xinnong.accounts.permissions import Permission


class LendingConfig(AppConfig):
    """Loan products, applications and contracts."""

    name = "xinnong.lending"
    verbose_name = _("贷款")

    def ready(self) -> None:
        """Add this app's pages to the header and the sentences of refusals."""
        from xinnong.accounts.permissions import Permission
        from xinnong.ledger.access import reads_own_books
        from xinnong.ledger.naming import register_products
        from xinnong.lending.book_wording import titles_by_code
        from xinnong.lending.demo_book.notice import demo_panel
        from xinnong.lending.entries import PAGES, entries
        from xinnong.lending.guard_holds import hold_of_guard
        from xinnong.lending.journal_reasons import register as register_reasons_of_journals
        from xinnong.lending.may_draw import register_draw_gate
        from xinnong.lending.seams import register_draw_hold, register_drawn
        from xinnong.lending.sentences import SENTENCES
        from xinnong.lending.services.contract_draws import hold_to_contract, sum_drawn
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.panels import register_panel
        from xinnong.web.refusals import register_wordings

        register_reasons_of_journals()
        register_panel("lending.demo-book", 5, demo_panel)
        register_draw_gate(hold_to_contract)
        register_drawn(sum_drawn)
        register_draw_hold(hold_of_guard)
        for sentences in SENTENCES:
            register_wordings(sentences)
        register_products(titles_by_code)
        for position, label, name, verb, about in entries():
            pages = frozenset(f"lending:{each}" for each in PAGES.get(name, ()))
            shown_to = reads_own_books if verb == Permission.READ_LEDGER else _holds(verb)
            register(NavEntry(position, label, f"lending:{name}", shown_to, about, pages))
        register(
            NavEntry(
                46,
                _("各机构贷款"),
                "lending:county_books",
                _only_the_county,
                about=_("每家机构月末贷款的合计，没有个人"),
            )
        )
        register(
            NavEntry(
                44,
                _("贷款产品"),
                "lending:products",
                lambda request: request.user.is_authenticated and bool(request.user.granted),
                about=_("谁能借、借多少、怎么还、利率在什么范围"),
            )
        )


def _holds(verb: Permission) -> Callable[[HttpRequest], bool]:
    """Whether whoever asks is signed in and holds the verb."""
    return lambda request: request.user.is_authenticated and request.user.can(verb)


def _only_the_county(request: HttpRequest) -> bool:
    """Who reads the county's sums and no lender's own book."""
    from xinnong.accounts.permissions import Permission

    return _holds(Permission.READ_COUNTY)(request) and not _holds(Permission.READ_PORTFOLIO)(
        request
    )
