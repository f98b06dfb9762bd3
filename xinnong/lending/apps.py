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
        from xinnong.lending.book_wording import BOOK_REFUSALS
        from xinnong.lending.loan_wording import LOAN_REFUSALS
        from xinnong.lending.may_draw import register_draw_gate
        from xinnong.lending.reasons import DECISIONS, STEPS
        from xinnong.lending.seams import register_drawn
        from xinnong.lending.services.contract_draws import hold_to_contract, sum_drawn
        from xinnong.lending.wording import REFUSALS
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.refusals import register_wordings

        register_draw_gate(hold_to_contract)
        register_drawn(sum_drawn)
        for sentences in (REFUSALS, DECISIONS, STEPS, LOAN_REFUSALS, BOOK_REFUSALS):
            register_wordings(sentences)
        entries = (
            (11, _("借钱"), "my_loans", Permission.APPLY_FOR_LOAN, _("能借多少、申请、合同")),
            (
                20, _("贷款申请"), "applications", Permission.HANDLE_LOANS,
                _("等待处理的申请、审批、签约"),
            ),
            (
                21, _("柜台办理"), "counter", Permission.HANDLE_LOANS,
                _("为到场的农户申请和签约，不用手机"),
            ),
            (22, _("贷款台账"), "loans", Permission.HANDLE_LOANS, _("每一笔贷款：筛选、查找、导出")),
            (
                23, _("资产组合"), "portfolio", Permission.READ_PORTFOLIO,
                _("余额、逾期、迁徙、准备、利息，点开看到贷款"),
            ),
            (43, _("审批权限"), "authority", Permission.SET_AUTHORITY, _("每个岗位能批多少")),
        )  # fmt: skip
        for position, label, name, verb, about in entries:
            register(NavEntry(position, label, f"lending:{name}", _holds(verb), about=about))
        register(
            NavEntry(
                46,
                _("各机构贷款"),
                "lending:county_books",
                lambda request: (
                    _holds(Permission.READ_COUNTY)(request)
                    and not _holds(Permission.READ_PORTFOLIO)(request)
                ),
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
