"""This app's pages in the header: where they stand, what they are called, who may open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.permissions import Permission as P  # noqa: N817  # stands in every line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

PAGES: Mapping[str, tuple[str, ...]] = {
    "my_loans": ("loan_statement",),
    "loans": ("loan", "change_loan", "loan_statement", "loan_bureau", "loan_file"),
    "portfolio": ("bureau", "statistics"),
    "collections": ("collection",),
    "statements": ("statement_line",),
    "core_breaks": ("core_break",),
}
"""Pages that belong to an entry although their addresses do not say so."""
Entry = tuple[int, "_StrPromise", str, P, "_StrPromise"]


def entries() -> list[Entry]:
    """Position, label, name of the page, verb, and what it is for."""
    return [
        (11, _("借钱"), "my_loans", P.APPLY_FOR_LOAN, _("能借多少、申请、合同")),
        (20, _("贷款申请"), "applications", P.HANDLE_LOANS, _("等待处理的申请、审批、签约")),
        (21, _("柜台办理"), "counter", P.HANDLE_LOANS, _("为到场的农户申请和签约，不用手机")),
        (
            21,
            _("上门办理"),
            "visit",
            P.HANDLE_LOANS,
            _("出门前下载名单，没有网络也能调查、签约，回来发送"),
        ),
        (22, _("贷款台账"), "loans", P.HANDLE_LOANS, _("每一笔贷款：筛选、查找、导出")),
        (
            23,
            _("资产组合"),
            "portfolio",
            P.READ_PORTFOLIO,
            _("余额、逾期、迁徙、准备、利息，点开看到贷款"),
        ),
        (24, _("催收"), "collections", P.HANDLE_LOANS, _("逾期贷款、承诺和催收记录")),
        (25, _("贷后检查"), "checks", P.HANDLE_LOANS, _("放款后要去看的和看过的")),
        (26, _("预警"), "alerts", P.CONFIRM_LOANS, _("借名、冒名和多人共用的线索")),
        (41, _("付款"), "payments", P.KEEP_LEDGER, _("放款和退款送银行付出，登记银行结果")),
        (
            42,
            _("银行账户对账单"),
            "statements",
            P.KEEP_LEDGER,
            _("读入对账单，认领来账"),
        ),
        (
            42,
            _("核心系统对账"),
            "core_breaks",
            P.READ_LEDGER,
            _("核心系统的数和我们算的数，哪里不一样"),
        ),
        (43, _("审批权限"), "authority", P.SET_AUTHORITY, _("每个岗位能批多少")),
    ]
