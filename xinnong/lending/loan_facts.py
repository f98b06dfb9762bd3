"""A loan as definitions and tables: what is owed and when, what was paid, how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.core.asset_class import AssetClass
from xinnong.core.payments import number_of
from xinnong.core.schedule.terms import Method
from xinnong.lending import wording
from xinnong.lending.models import (
    BookOfRecord,
    ClassChange,
    LoanDue,
    LoanState,
    OpenDue,
    Repayment,
    RepaymentState,
    Standing,
)
from xinnong.lending.queries.loans import (
    Quote,
    dues_in_force,
    figures_day,
    loans_of_contract,
    original_dues,
    settlement_quote,
    terms_in_force,
)
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from django.utils.functional import _StrPromise

    from xinnong.core.schedule.terms import Terms
    from xinnong.lending.models import Contract, Loan

CLASSES: Mapping[AssetClass, _StrPromise] = {
    AssetClass.NORMAL: _l("正常类"),
    AssetClass.SPECIAL_MENTION: _l("关注"),
    AssetClass.SUBSTANDARD: _l("次级"),
    AssetClass.DOUBTFUL: _l("可疑"),
    AssetClass.LOSS: _l("损失"),
}
OWED: Mapping[str, _StrPromise] = {
    "fee": _l("费用"),
    "interest": _l("利息"),
    "penalty": _l("罚息"),
    "compound": _l("复利"),
    "principal": _l("本金"),
}
LOAN_TONES: Mapping[str, str] = {
    "active": "plain",
    "settled": "good",
    "written_off": "bad",
    "unpaid": "bad",
}


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """A loan on the lender's open day."""

    loan: Loan
    on: date
    terms: Terms
    quote: Quote
    dues: Sequence[LoanDue]
    days_past_due: int

    @property
    def due_now_minor(self) -> int:
        """What has fallen due and is not paid."""
        return sum(self.quote.owed.values())

    @property
    def principal_minor(self) -> int:
        """Principal owed, due or not."""
        return self.quote.owed["principal"] + self.quote.principal_minor

    @property
    def next_due(self) -> LoanDue | None:
        """The instalment that falls due next."""
        return next((due for due in self.dues if due.on > self.on), None)


def facts_of_loan(loan: Loan, *, today: date) -> LoanFacts:
    """Read a loan as it stands on the open day; a closed one owes nothing."""
    on = figures_day(loan.institution, today)
    standing = Standing.objects.filter(loan=loan).first()
    return LoanFacts(
        loan=loan,
        on=on,
        terms=terms_in_force(loan),
        quote=settlement_quote(loan, on=on),
        dues=dues_in_force(loan),
        days_past_due=standing.days_past_due if standing else 0,
    )


def left_minor(contract: Contract, *, revolving: bool, today: date) -> int:
    """What may still be drawn, from what the reader sees of the loans; the ledger decides.

    Of a revolving line what is paid back may be drawn again.
    """
    loans = loans_of_contract(contract.ref)
    if not revolving:
        paid = (loan for loan in loans if loan.state != LoanState.UNPAID)
        return max(0, contract.limit_minor - sum(loan.principal_minor for loan in paid))
    running = [loan for loan in loans if loan.state == LoanState.ACTIVE]
    used = sum(facts_of_loan(loan, today=today).principal_minor for loan in running)
    return max(0, contract.limit_minor - used)


def loan_definitions(facts: LoanFacts) -> list[Definition]:
    """What was agreed."""
    loan, terms = facts.loan, facts.terms
    return [
        Definition(_("贷款编号"), number_of("L", loan.pk), note=_("转账还款时写在附言里")),
        Definition(_("借款金额"), figures.yuan(loan.principal_minor)),
        Definition(_("放款日"), date_format(loan.disbursed_on)),
        Definition(_("到期日"), date_format(loan.matures_on)),
        Definition(_("年利率"), wording.rate_text(loan.rate_percent)),
        Definition(_("逾期年利率"), wording.rate_text(loan.late_rate_percent)),
        Definition(_("怎么还"), str(wording.METHODS[Method(terms.method).value])),
        Definition(_("利息怎么算"), wording.word(terms.day_count.value)),
    ]


def owed_definitions(facts: LoanFacts) -> list[Definition]:
    """What is due now, part by part; nothing that is nothing."""
    return [
        Definition(OWED[name], figures.yuan(amount))
        for name, amount in facts.quote.owed.items()
        if amount
    ]


def standing_definitions(loan: Loan) -> list[Definition]:
    """How late, in which class and why, and what is set aside for it."""
    standing = Standing.objects.filter(loan=loan).first()
    if standing is None:
        return []
    return [
        Definition(_("逾期天数"), figures.count(standing.days_past_due)),
        Definition(_("五级分类"), class_text(standing.asset_class)),
        Definition(_("专项准备"), figures.yuan(standing.special_minor)),
        Definition(
            _("未收利息记在"),
            _("表外") if standing.off_balance else _("表内"),
            note=_("逾期超过 90 天转表外，欠款还清后转回；借款人欠多少不变"),
            tone="warn" if standing.off_balance else "",
        ),
    ]


def class_text(asset_class: int) -> str:
    """The name of a class."""
    return str(CLASSES[AssetClass(asset_class)])


def schedule_table(dues: Sequence[LoanDue], caption: str) -> Table:
    """Instalments as they are to be paid."""
    columns = [
        Column(_("期")),
        Column(_("还款日")),
        Column(_("本金"), is_figure=True),
        Column(_("利息"), is_figure=True),
        Column(_("合计"), is_figure=True),
    ]
    rows = [
        [
            Cell(str(due.n)),
            Cell(date_format(due.on, "SHORT_DATE_FORMAT")),
            Cell(figures.yuan(due.principal_minor)),
            Cell(figures.yuan(due.interest_minor)),
            Cell(figures.yuan(due.principal_minor + due.interest_minor + due.fee_minor)),
        ]
        for due in dues
    ]
    return Table(
        caption, columns, rows, empty_title=_("没有要还的了"), empty_hint=_("这笔贷款已经还清。")
    )


def schedule_of(facts: LoanFacts) -> Table:
    """The instalments of a loan; where our book knows it, of each whether it was paid."""
    table = schedule_table(facts.dues, _("还款计划"))
    is_ours = facts.loan.book == BookOfRecord.XINNONG
    if not is_ours or facts.loan.state not in {LoanState.ACTIVE, LoanState.SETTLED}:
        return table
    unpaid = set(OpenDue.objects.filter(loan=facts.loan).values_list("n", flat=True))
    columns = [*table.columns, Column(_("还了没有"))]
    marks = (_mark(due, facts.on, unpaid) for due in facts.dues)
    rows = [[*row, mark] for row, mark in zip(table.rows, marks, strict=True)]
    return replace(table, columns=columns, rows=rows)


def _mark(due: LoanDue, on: date, unpaid: AbstractSet[int]) -> Cell:
    """What fell due and is not open any more was paid."""
    if due.n in unpaid:
        return Cell(_("到期没还"), tone="bad") if due.on < on else Cell(_("今天要还"), tone="warn")
    return Cell(_("已还"), tone="good") if due.on <= on else Cell(_("还没到期"))


def original_table(loan: Loan) -> Table | None:
    """The schedule as first agreed, where it changed since."""
    return schedule_table(original_dues(loan), _("最初的还款计划")) if loan.version > 1 else None


def repayments_table(loan: Loan) -> Table:
    """Every repayment, the newest first, also what was reversed."""
    columns = [
        Column(_("日期")),
        Column(_("金额"), is_figure=True),
        Column(_("方式")),
        Column(_("状态")),
    ]
    rows = [
        [
            Cell(date_format(each.on, "SHORT_DATE_FORMAT")),
            Cell(figures.yuan(each.amount_minor)),
            Cell(each.get_channel_display()),
            Cell(
                each.get_state_display(),
                tone="" if each.state == RepaymentState.BOOKED else "warn",
            ),
        ]
        for each in Repayment.objects.filter(loan=loan).order_by("-on", "-id")
    ]
    return Table(
        _("还款记录"),
        columns,
        rows,
        empty_title=_("还没有还过款"),
        empty_hint=_("还款后这里会有记录。"),
    )


def classes_table(loan: Loan) -> Table:
    """When the class changed."""
    rows = [
        [
            Cell(date_format(each.on, "SHORT_DATE_FORMAT")),
            Cell(class_text(each.before)),
            Cell(class_text(each.after)),
        ]
        for each in ClassChange.objects.filter(loan=loan).order_by("-on", "-id")
    ]
    return Table(
        _("分类变化"),
        [Column(_("日期")), Column(_("原来")), Column(_("改为"))],
        rows,
        empty_title=_("分类没有变过"),
        empty_hint=_("日终时按逾期天数和判断重新分类。"),
    )
