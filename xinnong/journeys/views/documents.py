"""Published scorecards and policies as people read them: bins, points, amounts, gates, rates.

They are public: whoever is judged by a rule may read it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.visibility import signed_in
from xinnong.core.bins import DIMENSIONS
from xinnong.core.policy import KINDS
from xinnong.core.policy_file import load_policy
from xinnong.core.scorecard_file import load_card
from xinnong.credit.models import LineKind
from xinnong.credit.queries import effective_policy, policy_by_sum, published_policies
from xinnong.credit.wording import gate_name
from xinnong.journeys.views.tables import day
from xinnong.profiles.wording import dimension_name, feature_name, feature_value, is_named
from xinnong.scoring.queries import effective_scorecard, published_scorecards, scorecard_by_sum
from xinnong.scoring.wording import grade_name
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from xinnong.core.bins import FeatureBins
    from xinnong.core.policy import Policy
    from xinnong.core.scorecard import Scorecard
    from xinnong.credit.models import PublishedPolicy
    from xinnong.scoring.models import PublishedScorecard

SHORT_SUM = 8
MOST_NAMED = 8
"""No feature has more named values (yes or no, a role, a tax grade) than this."""


@signed_in
def documents(request: HttpRequest) -> HttpResponse:
    """List every published scorecard and policy, the one in force marked."""
    today = timezone.localdate()
    card, policy = effective_scorecard(on=today), effective_policy(on=today)
    context = {
        "cards": _list(_("评分卡"), published_scorecards(), "journeys:scorecard", card),
        "policies": _list(_("授信政策"), published_policies(), "journeys:policy", policy),
    }
    return render(request, "journeys/documents.html", context)


@signed_in
def scorecard(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show a scorecard: what counts, in which steps, with how many points."""
    found = scorecard_by_sum(sha256)
    if found is None:
        raise Http404
    card = load_card(bytes(found.document), sha256=found.sha256)
    context = {
        "title": _title(card),
        "facts": [
            *_facts_of(found),
            Definition(_("满分"), str(card.max_points)),
            Definition(_("等级"), "；".join(f"{g} ≥ {least}" for g, least in card.grades)),
        ],
        "tables": [_bins_table(card, code) for code in DIMENSIONS],
    }
    return render(request, "journeys/document.html", context)


@signed_in
def policy(request: HttpRequest, sha256: str) -> HttpResponse:
    """Show a policy: base by grade, shares, caps, gates, rates."""
    found = policy_by_sum(sha256)
    if found is None:
        raise Http404
    read = load_policy(bytes(found.document), sha256=found.sha256)
    context = {
        "title": _title(read),
        "facts": [*_facts_of(found), *_rules_of(read)],
        "tables": [_grades_table(read), _gates_table(read)],
    }
    return render(request, "journeys/document.html", context)


def _list(
    caption: str,
    found: Iterable[PublishedScorecard | PublishedPolicy],
    url_name: str,
    in_force: PublishedScorecard | PublishedPolicy | None,
) -> Table:
    columns = [Column(_("名称")), Column(_("生效")), Column(_("校验和")), Column(_("状态"))]
    rows = [
        [
            Cell(f"{one.code} {one.version}", url=reverse(url_name, args=[one.sha256])),
            Cell(day(one.effective_on)),
            Cell(one.sha256[:SHORT_SUM]),
            Cell(_("正在使用"), tone="good") if one == in_force else Cell(_("未使用")),
        ]
        for one in found
    ]
    return Table(
        caption,
        columns,
        rows,
        empty_title=_("还没有发布"),
        empty_hint=_("第一次全县计算时，会发布随系统提供的文件。"),
    )


def _title(document: Scorecard | Policy) -> str:
    title = document.title_en if figures.is_english() else document.title_zh
    return f"{title} {document.version}"


def _facts_of(found: PublishedScorecard | PublishedPolicy) -> list[Definition]:
    return [
        Definition(_("生效"), day(found.effective_on)),
        Definition(_("发布"), day(timezone.localdate(found.published_at))),
        Definition(_("签署"), _("两人签署，发布后不能改动")),
        Definition(_("校验和"), found.sha256),
    ]


def _bins_table(card: Scorecard, dimension: str) -> Table:
    columns = [Column(_("项目")), Column(_("分档和得分")), Column(_("没有记录"), is_figure=True)]
    rows = [
        [
            Cell(feature_name(bins.name)),
            Cell("；".join(_steps(bins))),
            Cell(str(bins.unknown_points), note=_first_note(bins)),
        ]
        for bins in card.features
        if bins.dimension == dimension
    ]
    caption = _("%(dimension)s，满分 %(most)s 分") % {
        "dimension": dimension_name(dimension),
        "most": card.weights[dimension],
    }
    return Table(caption, columns, rows, empty_title=_("这一方面没有计分项目"))


def _steps(bins: FeatureBins) -> list[str]:
    """Every bin with its points: below the first edge, between edges, from the last edge."""
    if bins.kind == "category":
        named = [feature_value(bins.name, code) for code in bins.codes]
        other = [] if bins.other_points is None else [f"{_('其他')} {bins.other_points}"]
        return [f"{name} {p}" for name, p in zip(named, bins.points, strict=True)] + other
    if not bins.edges:
        return [str(bins.points[0])]
    if is_named(bins.name):
        names = dict.fromkeys(feature_value(bins.name, value) for value in range(MOST_NAMED))
        spoken = [name for name in names if not name.isdecimal()]
        return [f"{name} {bins.points[bins.bin_of(at)]}" for at, name in enumerate(spoken)]
    edges = [feature_value(bins.name, edge) for edge in bins.edges]
    between = [
        f"{low}—{high} {p}"
        for (low, high), p in zip(pairwise(edges), bins.points[1:-1], strict=True)
    ]
    return [f"＜{edges[0]} {bins.points[0]}", *between, f"≥{edges[-1]} {bins.points[-1]}"]


def _first_note(bins: FeatureBins) -> str:
    if bins.first_borrower_points is None:
        return ""
    return _("首次贷款户 %(points)s") % {"points": bins.first_borrower_points}


def _rules_of(read: Policy) -> list[Definition]:
    shares = (
        (_("净资产"), read.net_assets_percent),
        (_("经营收入"), read.operating_income_percent),
        (_("首次贷款户的种植投入"), read.area_norm_percent),
    )
    return [
        *(Definition(name, f"{percent}%") for name, percent in shares),
        Definition(_("单项上限"), figures.whole_yuan(read.cap_product_minor)),
        Definition(_("全户上限（含受托代管资产）"), figures.whole_yuan(read.cap_household_minor)),
    ]


def _grades_table(read: Policy) -> Table:
    columns = [
        Column(_("等级")),
        Column(_("基础额度"), is_figure=True),
        Column(_("年利率"), is_figure=True),
    ]
    rows = [
        [
            Cell(grade_name(grade)),
            Cell(figures.whole_yuan(amount)),
            Cell(f"{figures.decimal(read.rates.of(grade))}%"),
        ]
        for grade, amount in read.base_minor.items()
    ]
    return Table(_("按等级的基础额度和利率"), columns, rows)


def _gates_table(read: Policy) -> Table:
    columns = [Column(_("口径")), Column(_("必须满足的条件"))]
    rows = [
        [
            Cell(str(LineKind(kind).label)),
            Cell("；".join(gate_name(gate) for gate in read.gates[kind])),
        ]
        for kind in KINDS
    ]
    return Table(_("准入条件"), columns, rows)
