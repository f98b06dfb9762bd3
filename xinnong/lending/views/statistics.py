"""Agricultural and inclusive loans of a lender on a day; each figure opens to its rule and loans."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed
from xinnong.lending.book_wording import GROUP_RULES, GROUPS
from xinnong.lending.forms.bureau import StatisticsForm
from xinnong.lending.queries.statistics import loans_of_group, statistics_on
from xinnong.lending.views.asking import lender_of
from xinnong.lending.wording import rate_text
from xinnong.web import figures
from xinnong.web.paging import PAGE_ROWS, Pager, turn_of
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpRequest, HttpResponse

HUNDREDTH: Final = Decimal("0.01")
"""A weighted rate is an average: more places than a contract has would say nothing."""


@allowed(Permission.READ_PORTFOLIO)
def statistics(request: HttpRequest) -> HttpResponse:
    """Show every group on a day; one of them with its rule and its loans."""
    lender, today = lender_of(request), timezone.localdate()
    form = StatisticsForm(request.GET if "on" in request.GET else {"on": today}, today=today)
    if not form.is_valid():
        return render(request, "lending/statistics.html", {"form": form}, status=UNPROCESSABLE)
    on: date = form.cleaned_data["on"]
    group = request.GET.get("group", "")
    context: dict[str, Any] = {"form": form, "on": on, "table": _groups_table(lender, on)}
    if group:
        if group not in GROUPS:
            raise Http404
        context |= {
            "group": GROUPS[group], "rule": GROUP_RULES[group],
            "loans": _loans_table(request, lender, on, group),
        }  # fmt: skip
    return render(request, "lending/statistics.html", context)


def _groups_table(lender: str, on: date) -> Table:
    found = statistics_on(lender, on)
    columns = [
        Column(_("口径")), Column(_("贷款（笔）"), is_figure=True),
        Column(_("借款户"), is_figure=True), Column(_("本金余额"), is_figure=True),
        Column(_("加权年利率"), is_figure=True),
    ]  # fmt: skip
    rows = []
    for name, words in GROUPS.items():
        if name not in found:
            continue
        group = found[name]
        rate = group.weighted_rate_percent
        rows.append([
            Cell(words, url=f"?on={on.isoformat()}&group={name}"),
            Cell(figures.count(group.loans)),
            Cell(figures.count(group.borrowers)),
            Cell(figures.yuan(group.balance_minor)),
            Cell("—" if rate is None else rate_text(rate.quantize(HUNDREDTH))),
        ])  # fmt: skip
    return Table(
        _("涉农普惠统计"), columns, rows, empty_title=_("这一天没有符合口径的贷款"),
        empty_hint=_("换一个日期再看。"),
    )  # fmt: skip


def _loans_table(request: HttpRequest, lender: str, on: date, group: str) -> Table:
    """Loans of a group without names, by number, forward."""
    after = turn_of(request.GET).number or 0
    rows = loans_of_group(lender, on, group, after=after, limit=PAGE_ROWS + 1)
    shown = rows[:PAGE_ROWS]
    base = f"?on={on.isoformat()}&group={group}"
    following = f"{base}&after={shown[-1][0]}" if len(rows) > PAGE_ROWS else ""
    columns = [
        Column(_("贷款编号")), Column(_("本金余额"), is_figure=True),
        Column(_("单户授信"), is_figure=True), Column(_("年利率"), is_figure=True),
    ]  # fmt: skip
    lines = [
        [
            Cell(str(each.ref), url=reverse("lending:loan", args=[each.ref])),
            Cell(figures.yuan(each.balance_minor)),
            Cell("—" if each.line_minor is None else figures.whole_yuan(each.line_minor)),
            Cell(rate_text(each.rate_percent)),
        ]
        for _number, each in shown
    ]
    pager = Pager(first_url=base if after else "", next_url=following, shown=len(shown))
    return Table(
        str(GROUPS[group]), columns, lines, pager=pager, empty_title=_("没有这样的贷款"),
        empty_hint=_("换一个日期再看。"),
    )  # fmt: skip
