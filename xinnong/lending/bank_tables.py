"""Orders, files, answers, statements and breaks as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.core.asset_class import AssetClass
from xinnong.core.payments import number_of
from xinnong.lending.bank_wording import aside_said
from xinnong.lending.loan_facts import CLASSES
from xinnong.lending.loan_tables import day, moment
from xinnong.lending.models import BreakKind, BreakState, LineState, PaymentState
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.functional import _StrPromise

    from xinnong.lending.models import (
        BankStatement,
        CoreBreak,
        CoreFigure,
        CoreFile,
        OwnAccount,
        PaymentFile,
        PaymentOrder,
        PaymentResult,
        StatementLine,
    )
    from xinnong.web.paging import Pager

ORDER_TONES: Mapping[str, str] = {
    PaymentState.TO_SEND: "warn",
    PaymentState.SENT: "plain",
    PaymentState.DONE: "good",
    PaymentState.FAILED: "bad",
    PaymentState.RETURNED: "bad",
}
OUTCOMES: Mapping[str, _StrPromise | str] = dict(PaymentState.choices)
LINE_TONES: Mapping[str, str] = {
    LineState.BOOKED: "good",
    LineState.PAYMENT: "good",
    LineState.WAITING: "warn",
    LineState.PROPOSED: "warn",
}
RULES: Mapping[str, _StrPromise] = {
    "virtual": _l("按收款子账号"),
    "number": _l("按附言里的贷款编号"),
    "contract": _l("按附言里的合同编号"),
    "name_amount": _l("按户名和应还金额"),
}


def orders_table(orders: Sequence[PaymentOrder], pager: Pager) -> Table:
    """Payments with how far each is; nothing says whom they pay."""
    rows = [
        [
            Cell(order.number, note=order.get_kind_display()),
            Cell(figures.yuan(order.amount_minor)),
            Cell(day(order.business_on)),
            Cell(order.get_state_display(), tone=ORDER_TONES[order.state], note=_missing(order)),
            Cell(day(order.ended_on) if order.ended_on else "—", note=order.reason),
        ]
        for order in orders
    ]
    columns = [
        Column(_("支付编号")),
        Column(_("金额"), is_figure=True),
        Column(_("业务日期")),
        Column(_("进度")),
        Column(_("结果")),
    ]
    return Table(
        _("付款指令"), columns, rows, pager=pager, empty_title=_("没有这样的付款指令"),
        empty_hint=_("放款或退款以后，付款指令列在这里，等待送行。"),
    )  # fmt: skip


def _missing(order: PaymentOrder) -> str:
    """Why an order cannot go out by file."""
    has_payee = order.card or order.payee
    return "" if has_payee or order.state != PaymentState.TO_SEND else _("没有收款账户，送不出去")


def files_table(files: Sequence[PaymentFile]) -> Table:
    """Files that were made; each may be had again."""
    rows = [
        [
            Cell(each.name, url=reverse("lending:payment_file", args=[each.ref])),
            Cell(figures.count(each.payments)),
            Cell(figures.yuan(each.sum_minor)),
            Cell(each.sha256[:12], note=each.encoding),
            Cell(moment(each.made_at), note=_taken(each)),
        ]
        for each in files
    ]
    columns = [
        Column(_("文件")),
        Column(_("付款笔数"), is_figure=True),
        Column(_("合计金额"), is_figure=True),
        Column(_("校验值")),
        Column(_("生成时间")),
    ]
    return Table(
        _("最近生成的付款文件"), columns, rows, empty_title=_("还没有生成过付款文件"),
        empty_hint=_("同一笔付款只进一个文件；文件可以再下载，内容不变。"),
    )  # fmt: skip


def _taken(file: PaymentFile) -> str:
    return _("银行已接收 %(at)s") % {"at": moment(file.taken_at)} if file.taken_at else ""


def results_table(results: Sequence[PaymentResult]) -> Table:
    """Answers that fit nothing, each with why."""
    rows = [
        [
            Cell(each.number or "—", note=_("文件第 %(row)s 行") % {"row": each.row}),
            Cell(OUTCOMES.get(each.outcome, each.outcome) or "—", note=each.reason),
            Cell("—" if each.amount_minor is None else figures.yuan(each.amount_minor)),
            Cell(aside_said(each.aside)),
            Cell(moment(each.came_at)),
        ]
        for each in results
    ]
    columns = [
        Column(_("银行写的编号")),
        Column(_("处理结果")),
        Column(_("金额"), is_figure=True),
        Column(_("为什么放在一边")),
        Column(_("收到时间")),
    ]
    return Table(_("待查的回盘"), columns, rows, empty_title=_("没有待查的回盘"))


def accounts_table(accounts: Sequence[OwnAccount]) -> Table:
    """The lender's own accounts."""
    rows = [[Cell(each.number), Cell(each.bank), Cell(moment(each.opened_at))] for each in accounts]
    columns = [Column(_("账号")), Column(_("开户行")), Column(_("登记时间"))]
    return Table(
        _("本机构在银行的账户"), columns, rows, empty_title=_("还没有登记账户"),
        empty_hint=_("先登记付款和对账用的账户，才能生成付款文件。"),
    )  # fmt: skip


def statements_table(statements: Sequence[BankStatement]) -> Table:
    """Statements that were taken in: read = lines + repeated; lines = matched + waiting."""
    rows = [
        [
            Cell(f"{day(each.from_on)} — {day(each.through_on)}", note=each.account.number),
            Cell(figures.count(each.lines), note=_repeated(each)),
            Cell(figures.count(each.matched)),
            Cell(figures.count(each.waiting)),
            Cell(figures.yuan(each.closing_minor)),
        ]
        for each in statements
    ]
    columns = [
        Column(_("对账单")),
        Column(_("新的行"), is_figure=True),
        Column(_("自动认出"), is_figure=True),
        Column(_("读入时待认领"), is_figure=True),
        Column(_("期末余额"), is_figure=True),
    ]
    return Table(
        _("已读入的对账单"), columns, rows, empty_title=_("还没有读入过对账单"),
        empty_hint=_("每天把银行导出的对账单读进来，还款会自动认到贷款上。"),
    )  # fmt: skip


def _repeated(statement: BankStatement) -> str:
    return (
        _("另有 %(count)s 行以前来过") % {"count": statement.repeated} if statement.repeated else ""
    )


def lines_table(lines: Sequence[StatementLine], pager: Pager) -> Table:
    """Lines by what became of them; who paid stands on the line's own page."""
    rows = [
        [
            Cell(day(each.on), url=reverse("lending:statement_line", args=[each.ref])),
            Cell(figures.yuan(each.amount_minor)),
            Cell(each.get_state_display(), tone=LINE_TONES.get(each.state, "plain")),
            Cell(rule_said(each)),
        ]
        for each in lines
    ]
    columns = [
        Column(_("日期")),
        Column(_("收支金额"), is_figure=True),
        Column(_("进度")),
        Column(_("怎么认出的")),
    ]
    return Table(
        _("对账单的行"), columns, rows, pager=pager, empty_title=_("没有等人处理的行"),
        empty_hint=_("认不出的来账会列在这里，钱先放在待处理科目。"),
    )  # fmt: skip


def rule_said(line: StatementLine) -> str:
    """By what a line was recognised; one that a rule spoke to in vain says so."""
    if not line.rule:
        return "—"
    said = str(RULES[line.rule])
    is_sure = line.state == LineState.BOOKED and line.settled_by is None
    return said if is_sure else _("%(rule)s，但不能确定") % {"rule": said}


def core_files_table(files: Sequence[CoreFile]) -> Table:
    """Files of the core: read = matched + broken + put aside."""
    rows = [
        [
            Cell(day(each.as_of), note=moment(each.came_at)),
            *(
                Cell(figures.count(figure))
                for figure in (each.read, each.matched, each.broken, each.aside, each.missing)
            ),
        ]
        for each in files
    ]
    columns = [
        Column(_("日终日期")),
        Column(_("读入行数"), is_figure=True),
        Column(_("相符的行"), is_figure=True),
        Column(_("有差异的行"), is_figure=True),
        Column(_("放在一边的行"), is_figure=True),
        Column(_("没有再出现的贷款"), is_figure=True),
    ]
    return Table(
        _("已读入的核心文件"), columns, rows, empty_title=_("还没有读入过核心文件"),
        empty_hint=_("每晚把核心系统的余额、交易和分类送来，这里逐笔核对。"),
    )  # fmt: skip


def breaks_table(breaks: Sequence[CoreBreak], pager: Pager | None = None) -> Table:
    """What differs between the core and us."""
    rows = [
        [
            Cell(
                number_of("L", each.loan_id), url=reverse("lending:core_break", args=[each.ref]),
                note=each.get_kind_display(),
            ),
            Cell(core_said(each.kind, each.ours)),
            Cell(core_said(each.kind, each.theirs)),
            Cell(core_difference(each)),
            Cell(day(each.since_on)),
            Cell(each.get_state_display(), tone=BREAK_TONES[each.state], note=each.explanation),
        ]
        for each in breaks
    ]  # fmt: skip
    columns = [
        Column(_("贷款编号")),
        Column(_("本系统算的"), is_figure=True),
        Column(_("核心系统的"), is_figure=True),
        Column(_("相差"), is_figure=True),
        Column(_("从哪天起")),
        Column(_("进度")),
    ]
    return Table(
        _("和核心系统的差异"), columns, rows, pager=pager, empty_title=_("没有这样的差异"),
        empty_hint=_("读入核心文件以后，不一样的数列在这里。"),
    )  # fmt: skip


BREAK_TONES: Mapping[str, str] = {
    BreakState.OPEN: "bad",
    BreakState.EXPLAINED: "warn",
    BreakState.GONE: "good",
}


def core_said(kind: str, figure: int) -> str:
    """A figure of a break in its unit."""
    if kind == BreakKind.DAYS_PAST_DUE:
        return figures.count(figure)
    if kind == BreakKind.ASSET_CLASS:
        return str(CLASSES[AssetClass(figure)])
    return figures.yuan(figure)


def core_difference(found: CoreBreak) -> str:
    """Theirs less ours; between classes there is no figure."""
    is_class = found.kind == BreakKind.ASSET_CLASS
    return "—" if is_class else core_said(found.kind, found.difference)


def core_definitions(figure: CoreFigure) -> list[Definition]:
    """What the core says of a loan, ours beside it where it differs."""
    pairs = (
        (BreakKind.PRINCIPAL, figure.principal_minor, figure.our_principal_minor),
        (BreakKind.INTEREST, figure.interest_minor, figure.our_interest_minor),
        (BreakKind.DAYS_PAST_DUE, figure.days_past_due, figure.our_days_past_due),
        (BreakKind.ASSET_CLASS, figure.asset_class, figure.our_asset_class),
    )
    said = [
        Definition(
            kind.label,
            core_said(kind, theirs),
            note="" if theirs == ours else _("本系统算的是 %(ours)s") % {
                "ours": core_said(kind, ours)
            },
        )
        for kind, theirs, ours in pairs
    ]  # fmt: skip
    return [Definition(_("日终日期"), day(figure.as_of)), *said]
