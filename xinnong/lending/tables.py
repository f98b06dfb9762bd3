"""Products as tables and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.lending import wording
from xinnong.lending.loan_tables import day
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.core.products import Product
    from xinnong.lending.models import ProductDraft, PublishedProduct
    from xinnong.lending.queries import Difference


def products_table(found: Sequence[tuple[PublishedProduct, Product]]) -> Table:
    """Every product in force: who lends, how much, how long, at what rate, how it is repaid."""
    columns = [
        Column(_("产品")),
        Column(_("谁发放")),
        Column(_("金额")),
        Column(_("期限")),
        Column(_("年利率")),
        Column(_("怎么还")),
    ]
    rows = [
        [
            Cell(
                wording.title_of(read),
                url=reverse("lending:product", args=[published.sha256]),
                note=wording.says_of(read),
            ),
            Cell(wording.words(read.lenders)),
            Cell(wording.amounts_text(read)),
            Cell(wording.months_text(read)),
            Cell(wording.rates_text(read)),
            Cell(_("、").join(str(wording.METHODS[way.method]) for way in read.ways)),
        ]
        for published, read in found
    ]
    return Table(
        _("正在使用的产品"),
        columns,
        rows,
        empty_title=_("还没有发布产品"),
        empty_hint=_("系统启动后会发布随附的产品。"),
        is_caption_hidden=True,
    )


def versions_table(versions: Sequence[PublishedProduct], *, shown: PublishedProduct) -> Table:
    """All versions of a product; each can be compared with the one on the page."""
    columns = [Column(_("版本")), Column(_("生效")), Column(_("比较"))]
    compare = reverse("lending:compare")
    rows = [
        [
            Cell(each.version, url=reverse("lending:product", args=[each.sha256])),
            Cell(day(each.effective_on)),
            Cell(_("正在看"))
            if each == shown
            else Cell(_("与这一版比较"), url=f"{compare}?old={each.sha256}&new={shown.sha256}"),
        ]
        for each in versions
    ]
    return Table(_("各个版本"), columns, rows)


def drafts_table(drafts: Sequence[ProductDraft]) -> Table:
    """A lender's versions in the making."""
    columns = [Column(_("草稿")), Column(_("状态")), Column(_("改动时间"))]
    rows = [
        [
            Cell(str(each), url=reverse("lending:draft", args=[each.ref])),
            Cell(each.get_state_display()),
            Cell(date_format(timezone.localtime(each.changed_at), "SHORT_DATETIME_FORMAT")),
        ]
        for each in drafts
    ]
    return Table(
        _("本机构的草稿"),
        columns,
        rows,
        empty_title=_("没有草稿"),
        empty_hint=_("打开一个产品，点「起草下一版」。"),
    )


def comparison_table(changed: Sequence[Difference], old: Product, new: Product) -> Table:
    """Every setting that differs, the old value beside the new."""
    columns = [
        Column(_("项目")),
        Column(_("%(version)s 版") % {"version": old.version}),
        Column(_("%(version)s 版") % {"version": new.version}),
    ]
    rows = [
        [
            Cell(wording.setting_name(each.field)),
            Cell(wording.setting_value(each.field, each.old)),
            Cell(wording.setting_value(each.field, each.new)),
        ]
        for each in changed
    ]
    return Table(
        _("有变化的项目"),
        columns,
        rows,
        empty_title=_("两版没有不同"),
        empty_hint=_("除了版本号，所有项目都一样。"),
    )


def facts_of(published: PublishedProduct, read: Product) -> list[Definition]:
    """Every setting of a version, in the order in which a borrower asks."""
    overdue = read.overdue
    facts = [
        Definition(_("谁发放"), wording.words(read.lenders)),
        Definition(_("谁能借"), wording.words(read.borrowers)),
        Definition(_("借多少"), wording.amounts_text(read)),
        Definition(_("借多久"), wording.months_text(read)),
        Definition(_("年利率"), wording.rates_text(read), note=_cost_note(read)),
        Definition(_("怎么还"), _("；").join(wording.way_text(way) for way in read.ways)),
        Definition(_("利息怎么算"), wording.words((read.interest_period, read.day_count))),
        Definition(_("担保方式"), wording.words(read.securities)),
        Definition(_("放款前要办好"), wording.words(read.conditions)),
        Definition(_("要带的材料"), wording.words(read.documents)),
        Definition(
            _("第一次怎么签"),
            wording.words(read.signing),
            note=_("单凭短信验证码不能签约、不能用款"),
        ),
        Definition(_("钱打给谁"), wording.words(read.payees)),
        Definition(
            _("逾期怎么算"),
            _("合同利率的 %(late)s%%，挪用 %(misuse)s%%")
            % {"late": overdue.late_percent, "misuse": overdue.misuse_percent},
            note=_("未付利息计复利") if overdue.compound else _("不计复利"),
        ),
        Definition(_("以后可以"), _later(read)),
        Definition(_("生效"), day(published.effective_on)),
        Definition(_("签署"), _("两人签署，发布后不能改动"), note=published.sha256),
    ]
    if "mortgage" in read.securities:
        rule = read.mortgage
        covers = _("贷款金额的 %(percent)s%% 以上") % {"percent": rule.least_coverage_percent}
        note = _("评估价打折、扣掉在先的抵押以后算；依据 %(basis)s") % {"basis": rule.basis}
        facts.insert(8, Definition(_("抵押物要够多少"), covers, note=note))
    if read.produces:
        facts.insert(2, Definition(_("要有这些生产"), wording.words(read.produces)))
    return facts


def _cost_note(read: Product) -> str:
    multiple = read.rate.lpr_multiple
    if multiple is None:
        return ""
    shown = wording.setting_value("rate.lpr_multiple", multiple)
    return _("利息、罚息和费用合计不超过一年期 LPR 的 %(multiple)s 倍") % {"multiple": shown}


def _later(read: Product) -> str:
    parts = [
        text
        for text, allowed in (
            (_("无还本续贷"), read.later.renewal),
            (_("展期"), read.later.extension),
        )
        if allowed
    ]
    return _("、").join(parts) or "—"
