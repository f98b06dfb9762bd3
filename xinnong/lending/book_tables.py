"""A book of loans as tables and charts; every figure leads to the loans it is made of."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.core.asset_class import AssetClass
from xinnong.core.portfolio import BUCKETS as BUCKET_CODES
from xinnong.lending.book_wording import BUCKETS, BUCKETS_AND_ENDS
from xinnong.lending.loan_facts import CLASSES, LOAN_TONES
from xinnong.lending.models import LoanState
from xinnong.web import figures
from xinnong.web.charts.marks import Amount, Bars, bars
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from xinnong.core.portfolio import Roll, Sum, Vintage
    from xinnong.lending.models import BookSum
    from xinnong.lending.queries.loan_list import Listed
    from xinnong.lending.queries.portfolio import MonthMoney
    from xinnong.web.paging import Pager

COUNTY_ORDER = ("total", "bucket", "class", "product")
MOST_AGES = 13
"""A vintage is followed for its first year; the loans behind it show the rest."""
FILTERS: Mapping[str, str] = {
    "product": "product", "town": "town", "class": "asset_class", "bucket": "bucket",
}  # fmt: skip


def loans_url(**chosen: object) -> str:
    """The list of loans behind a figure."""
    said = {name: str(value) for name, value in chosen.items() if value not in (None, "")}
    address = reverse("lending:loans")
    return f"{address}?{urlencode(said)}" if said else address


def month_text(month: date) -> str:
    """A month as people write it."""
    return date_format(month, "YEAR_MONTH_FORMAT")


def month_end_of(month: date) -> date:
    """The last day of a day's month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def value_text(dimension: str, value: str, titles: Mapping[str, str]) -> str:
    """A value of a dimension in words; the code where it has none."""
    if dimension == "bucket":
        return str(BUCKETS.get(value, value))
    if dimension == "class":
        return str(CLASSES[AssetClass(int(value))])
    return titles.get(value, value) if dimension == "product" else places().label(value)


def sums_table(
    caption: str,
    dimension: str,
    sums: Mapping[tuple[str, str], Sum],
    titles: Mapping[str, str],
    on: date | None,
) -> Table:
    """One dimension of the book, its share of the whole, every row leading to its loans."""
    whole = sums[("total", "")].balance_minor
    values = [value for name, value in sums if name == dimension]
    order = {code: str(at) for at, code in enumerate(BUCKET_CODES)}
    rows = []
    for value in sorted(values, key=lambda each: order.get(each, each)):
        found = sums[(dimension, value)]
        url = loans_url(on=on, state="" if on else "active", **{FILTERS[dimension]: value})
        rows.append([
            Cell(value_text(dimension, value, titles), url=url),
            Cell(figures.count(found.loans)),
            Cell(figures.count(found.borrowers)),
            Cell(figures.yuan(found.balance_minor)),
            Cell(figures.percent(found.balance_minor, whole)),
        ])  # fmt: skip
    columns = [
        Column(caption), Column(_("贷款（笔）"), is_figure=True),
        Column(_("借款户"), is_figure=True), Column(_("本金余额"), is_figure=True),
        Column(_("占比"), is_figure=True),
    ]  # fmt: skip
    return Table(
        caption, columns, rows, empty_title=_("没有未结清的贷款"),
        empty_hint=_("换一个日期，或等第一笔放款。"),
    )  # fmt: skip


def bucket_chart(sums: Mapping[tuple[str, str], Sum], on: date | None) -> Bars:
    """What is late, by how long; what is not late would dwarf it and stands in the table."""
    whole = sums[("total", "")].balance_minor
    amounts = []
    for code in BUCKET_CODES[1:]:
        found = sums.get(("bucket", code))
        minor = found.balance_minor if found else 0
        url = loans_url(on=on, bucket=code) if found else ""
        share = figures.percent(minor, whole)
        amounts.append(Amount(str(BUCKETS[code]), minor, figures.yuan(minor), url, share))
    return bars(
        amounts, ident="late", title=_("逾期贷款的本金余额"),
        description=_("按逾期天数分段，整笔本金都算逾期。"),
        headings=(_("逾期"), _("本金余额")),
    )  # fmt: skip


def vintage_table(found: Sequence[Vintage], days: int) -> Table:
    """Months of drawing down, months on book across: the share of what was lent that was ever late."""
    ages = sorted({each.age for each in found if each.age < MOST_AGES})
    by_month: dict[date, dict[int, Vintage]] = {}
    for each in found:
        by_month.setdefault(each.month, {})[each.age] = each
    columns = [Column(_("放款月份")), Column(_("放款金额"), is_figure=True)]
    columns += [Column(_("第 %(n)s 月末") % {"n": age}, is_figure=True) for age in ages]
    rows = []
    for month, cells in by_month.items():
        lent = next(iter(cells.values()))
        drawn = f"{month:%Y-%m}"
        row = [
            Cell(month_text(month), url=loans_url(drawn=drawn)),
            Cell(figures.yuan(lent.lent_minor)),
        ]
        row += [_vintage_cell(cells.get(age), drawn, days) for age in ages]
        rows.append(row)
    return Table(
        _("曾逾期 %(days)s 天以上的放款占比") % {"days": days}, columns, rows,
        empty_title=_("还没有月末数据"), empty_hint=_("每月最后一天日终后留存，下月起可看。"),
    )  # fmt: skip


def _vintage_cell(each: Vintage | None, drawn: str, days: int) -> Cell:
    if each is None:
        return Cell("")
    late = each.ever_90_minor if days > 30 else each.ever_30_minor  # noqa: PLR2004  # 30 or 90
    text = figures.percent(late, each.lent_minor)
    if not late:
        return Cell(text)
    months = each.month.year * 12 + each.month.month - 1 + each.age
    end = month_end_of(each.month.replace(year=months // 12, month=months % 12 + 1, day=1))
    url = loans_url(drawn=drawn, ever=days, before=end)
    return Cell(text, url=url, note=figures.whole_yuan(late))


def roll_table(found: Sequence[Roll], *, before: date, on: date) -> Table:
    """Where each bucket of the earlier month end went, by share of its principal."""
    ends = [code for code in BUCKETS_AND_ENDS if any(each.after == code for each in found)]
    columns = [Column(_("上月末")), Column(_("本金余额"), is_figure=True)]
    columns += [Column(BUCKETS_AND_ENDS[code], is_figure=True) for code in ends]
    rows = []
    for code in BUCKET_CODES:
        moved = {each.after: each for each in found if each.before == code}
        if not moved:
            continue
        whole = sum(each.balance_minor for each in moved.values())
        row = [
            Cell(BUCKETS[code], url=loans_url(on=before, bucket=code)),
            Cell(figures.yuan(whole)),
        ]
        for after in ends:
            each = moved.get(after)
            url = loans_url(was=code, before=before, became=after, on=on)
            text = figures.percent(each.balance_minor, whole) if each else ""
            row.append(Cell(text, url=url if each else "", note=_loans(each.loans) if each else ""))
        rows.append(row)
    return Table(
        _("逾期迁徙率"), columns, rows, empty_title=_("还没有连续两个月末的数据"),
        empty_hint=_("第二个月末日终后可看。"),
    )  # fmt: skip


def _loans(number: int) -> str:
    return _("%(number)s 笔") % {"number": figures.count(number)}


def money_table(found: Sequence[MonthMoney]) -> Table:
    """Month by month, the newest first."""
    columns = [Column(_("月份"))] + [
        Column(label, is_figure=True)
        for label in (
            _("新放（笔）"), _("新放金额"), _("收回本金"), _("应计利息"), _("实收利息"),
        )
    ]  # fmt: skip
    rows = [
        [
            Cell(month_text(each.month)),
            Cell(
                figures.count(each.new_loans),
                url=loans_url(drawn=f"{each.month:%Y-%m}") if each.new_loans else "",
            ),
            Cell(figures.yuan(each.lent_minor)),
            Cell(figures.yuan(each.repaid_minor)),
            Cell(figures.yuan(each.earned_minor)),
            Cell(figures.yuan(each.collected_minor)),
        ]
        for each in reversed(found)
    ]
    return Table(
        _("每月放款、收回和利息"), columns, rows, empty_title=_("还没有发生额"),
        empty_hint=_("放款或收款后会出现在这里。"),
    )  # fmt: skip


def loans_table(
    found: Sequence[Listed], names: Mapping[UUID, str], titles: Mapping[str, str], pager: Pager
) -> Table:
    """Loans, the newest first; the borrower's name leads to the loan."""
    columns = [
        Column(_("借款人")), Column(_("村（社区）")), Column(_("产品")), Column(_("放款日")),
        Column(_("到期日")), Column(_("借款金额"), is_figure=True),
        Column(_("本金余额"), is_figure=True), Column(_("逾期天数"), is_figure=True),
        Column(_("五级分类")), Column(_("状态")),
    ]  # fmt: skip
    return Table(
        _("贷款"), columns, [_loan_row(each, names, titles) for each in found], pager=pager,
        empty_title=_("没有这样的贷款"),
        empty_hint=_("减少一个筛选条件再看；放款后的贷款会出现在这里。"),
        is_caption_hidden=True,
    )  # fmt: skip


def _loan_row(each: Listed, names: Mapping[UUID, str], titles: Mapping[str, str]) -> list[Cell]:
    klass = CLASSES[AssetClass(each.asset_class)] if each.asset_class else ""
    return [
        Cell(names.get(each.person, "—"), url=reverse("lending:loan", args=[each.ref])),
        Cell(places().label(each.area12)),
        Cell(titles.get(each.product, each.product)),
        Cell(date_format(each.disbursed_on, "SHORT_DATE_FORMAT")),
        Cell(date_format(each.matures_on, "SHORT_DATE_FORMAT")),
        Cell(figures.whole_yuan(each.principal_minor)),
        Cell("" if each.balance_minor is None else figures.yuan(each.balance_minor)),
        Cell("" if each.days_past_due is None else figures.count(each.days_past_due)),
        Cell(klass),
        Cell(str(LoanState(each.state).label), tone=LOAN_TONES[each.state]),
    ]


LEAST_SHOWN = 10
"""Fewer borrowers than these are not shown to whoever may not see persons."""


def county_table(
    found: Sequence[BookSum], titles: Mapping[str, str], lenders: Mapping[str, str]
) -> Table:
    """Each lender's newest month end by name, without persons; small cells hidden."""
    order = {code: str(at) for at, code in enumerate(BUCKET_CODES)}
    columns = [
        Column(_("机构")), Column(_("截至")), Column(_("项目")),
        Column(_("贷款（笔）"), is_figure=True), Column(_("借款户"), is_figure=True),
        Column(_("本金余额"), is_figure=True),
    ]  # fmt: skip
    rows = []
    for each in sorted(found, key=lambda one: _county_place(one, order)):
        is_small = 0 < each.borrowers < LEAST_SHOWN and each.dimension != "total"
        shown = (
            [Cell("—")] * 3
            if is_small
            else [
                Cell(figures.count(each.loans)),
                Cell(figures.count(each.borrowers)),
                Cell(figures.yuan(each.balance_minor)),
            ]
        )
        what = _("合计") if each.dimension == "total" else value_text(
            each.dimension, each.value, titles
        )  # fmt: skip
        day = date_format(each.on, "SHORT_DATE_FORMAT")
        name = lenders.get(each.institution, each.institution)
        rows.append([Cell(name), Cell(day), Cell(what), *shown])
    return Table(
        _("各机构月末贷款"), columns, rows, empty_title=_("还没有月末数据"),
        empty_hint=_("每月最后一天日终后留存，下月起可看。"),
    )  # fmt: skip


def _county_place(one: BookSum, order: Mapping[str, str]) -> tuple[str, int, str]:
    """A lender's sum first, then the buckets from the least late on, classes, products."""
    place = (
        COUNTY_ORDER.index(one.dimension) if one.dimension in COUNTY_ORDER else len(COUNTY_ORDER)
    )
    return one.institution, place, order.get(one.value, one.value)
