"""Cards, tables and charts of an area, with every small cell already hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.analytics.county.areas import town_shapes
from xinnong.areas.models import PREFIX_DIGITS
from xinnong.credit.models import LineKind
from xinnong.insight.queries import GRADES, Figures, kinds
from xinnong.insight.suppression import LEAST, hidden_cells
from xinnong.scoring.wording import grade_name
from xinnong.web import figures as write
from xinnong.web.charts.choropleth import CountyMap, Outline, county_map
from xinnong.web.charts.marks import Amount, Histogram, Share, histogram, share
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xinnong.areas.places import Place

ByAreaAndKind = dict[tuple[str, str], Figures]
LINED = "lined"
UNLINED = "unlined"
FEN_A_WAN, FEN_A_YUAN = 1_000_000, 100
TENTHS = 1000
UNSAID = "—"


@dataclass(frozen=True, slots=True)
class Card:
    """One figure with its meaning."""

    value: str
    label: str
    note: str


def cards(figures: ByAreaAndKind, area: str, siblings: Sequence[str]) -> list[Card]:
    """Return the figures of an area, 预授信 and 授信 apart."""
    known = next((figures[area, k] for k in kinds() if (area, k) in figures), None)
    assert known is not None, area
    shown = [Card(write.count(known.households), _("建档农户"), _("单位：户"))]
    for kind in kinds():
        hidden = _hidden_areas(figures, siblings or [area], kind)
        shown += _kind_cards(kind, figures.get((area, kind)), is_hidden=area in hidden)
    return shown


def _kind_cards(kind: str, found: Figures | None, *, is_hidden: bool) -> list[Card]:
    label = str(LineKind(kind).label)
    if found is None:
        return [Card("0%", _("%(kind)s覆盖率") % {"kind": label}, _("还没有额度"))]
    if is_hidden:
        bound = _bound(found)[1]
        return [Card(bound, _("%(kind)s覆盖率") % {"kind": label}, _("户数太少，不显示细数"))]
    average = found.line_sum_minor // found.lined // FEN_A_YUAN * FEN_A_YUAN if found.lined else 0
    return [
        Card(
            write.percent(found.lined, found.households),
            _("%(kind)s覆盖率") % {"kind": label},
            _("%(number)s 户有额度") % {"number": write.count(found.lined)},
        ),
        Card(
            write.large_yuan(found.line_sum_minor),
            _("%(kind)s总额") % {"kind": label},
            _("户均 %(amount)s") % {"amount": write.large_yuan(average)},
        ),
    ]


def children_table(figures: ByAreaAndKind, children: Sequence[Place]) -> Table:
    """List towns or villages with both coverages; small ones are hidden in twos."""
    areas = [_digits(place) for place in children]
    hidden = {k: _hidden_areas(figures, areas, k) for k in kinds()}
    columns = [Column(_("地区")), Column(_("户数"), is_figure=True)]
    for k in kinds():
        label = str(LineKind(k).label)
        columns += [
            Column(_("%(kind)s覆盖率") % {"kind": label}, is_figure=True),
            Column(_("%(kind)s总额") % {"kind": label}, is_figure=True),
        ]
    rows = []
    for place in children:
        known = next((f for k in kinds() if (f := figures.get((_digits(place), k)))), None)
        if known is not None:
            rows.append(_child_row(place, known, figures, hidden))
    return Table(
        _("各地区"),
        columns,
        rows,
        empty_title=_("这里还没有数字"),
        empty_hint=_("完成一次全县计算后就会出现。"),
        is_caption_hidden=True,
    )


def _child_row(
    place: Place,
    known: Figures,
    figures: ByAreaAndKind,
    hidden: Mapping[str, frozenset[str]],
) -> list[Cell]:
    area = _digits(place)
    cells = [
        Cell(place.name, url=reverse("insight:area", args=[area])),
        Cell(write.count(known.households)),
    ]
    for kind in kinds():
        found = figures.get((area, kind))
        if area in hidden[kind]:
            cells += [Cell(_bound(found)[1]), Cell(_("不显示"))] if found else [Cell(UNSAID)] * 2
        elif found is None:
            cells += [Cell("0%"), Cell("—")]
        else:
            cells.append(Cell(write.percent(found.lined, found.households)))
            cells.append(Cell(write.large_yuan(found.line_sum_minor)))
    return cells


def _hidden_areas(figures: ByAreaAndKind, areas: Sequence[str], kind: str) -> frozenset[str]:
    """Return areas in which too few have, or too few lack, a line to be shown."""
    counts = {
        area: {LINED: found.lined, UNLINED: found.unlined}
        for area in areas
        if (found := figures.get((area, kind)))
    }
    return frozenset(area for area, _column in hidden_cells(counts))


def grade_share(counts: Mapping[str, dict[str, int]], area: str) -> Share:
    """Draw the grades of an area as parts of a whole."""
    hidden = hidden_cells(counts)
    cells = counts[area]
    shown = {grade: None if (area, grade) in hidden else cells[grade] for grade in GRADES}
    whole = sum(cells.values())
    amounts = [Amount(grade_name(g), n, _text(n)) for g, n in shown.items()]
    percents = [_few() if n is None else write.percent(n, whole) for n in shown.values()]
    return share(
        amounts,
        ident="grades",
        title=_("等级分布"),
        description="，".join(f"{a.label} {p}" for a, p in zip(amounts, percents, strict=True)),
        headings=(_("等级"), _("户数")),
        percents=percents,
    )


def band_histogram(
    bands: Sequence[tuple[int, int | None]], counts: Mapping[str, dict[str, int]], area: str
) -> Histogram:
    """Draw how many households have lines of which size."""
    hidden = hidden_cells(counts)
    amounts = []
    for floor, ceiling in bands:
        number = None if (area, str(floor)) in hidden else counts[area][str(floor)]
        amounts.append(Amount(_band(floor, ceiling), number, _text(number)))
    rows = [[Cell(amount.label), Cell(amount.text)] for amount in amounts]
    columns = [Column(_("额度")), Column(_("户数"), is_figure=True)]
    return histogram(
        amounts,
        ident="bands",
        title=_("额度分布（户）"),
        description="，".join(f"{a.label} {a.text}" for a in amounts),
        table=Table(_("额度分布"), columns, rows, is_caption_hidden=True),
    )


def coverage_map(figures: ByAreaAndKind, towns: Sequence[Place], kind: str) -> CountyMap | None:
    """Shade the towns by coverage; None for a county whose outlines are not known."""
    outlines = [Outline(s.code12[:9], s.label, s.rings) for s in town_shapes()]
    hidden = _hidden_areas(figures, [_digits(t) for t in towns], kind)
    amounts = {_digits(t): _town_amount(t, figures.get((_digits(t), kind)), hidden) for t in towns}
    if not any(shape.code in amounts for shape in outlines):
        return None
    rows = [[Cell(a.label, url=a.url), Cell(a.text)] for a in amounts.values()]
    columns = [Column(_("乡镇（街道）")), Column(_("覆盖率"), is_figure=True)]
    title = _("%(kind)s覆盖率地图") % {"kind": LineKind(kind).label}
    return county_map(
        outlines,
        amounts,
        ident="map",
        title=title,
        description=_("颜色越深，覆盖率越高。点乡镇看明细。地图为虚构县的示意图。"),
        table=Table(title, columns, rows, is_caption_hidden=True),
        none_label=_("没有数字或户数太少"),
        scale=lambda tenths: write.percent(tenths, TENTHS),
    )


def _town_amount(town: Place, found: Figures | None, hidden: frozenset[str]) -> Amount:
    url = reverse("insight:area", args=[_digits(town)])
    if found is None:
        return Amount(town.name, None, UNSAID, url=url)
    if _digits(town) in hidden:
        number, text = _bound(found)
        return Amount(town.name, number, text, url=url)
    return Amount(
        town.name,
        tenths(found.lined, found.households),
        write.percent(found.lined, found.households),
        url=url,
    )


def _bound(found: Figures) -> tuple[int | None, str]:
    """Say of a hidden share only what "fewer than ten" already says: at least, or at most, so much."""
    return bound_of(found.lined, found.households)


def bound_of(part: int, whole: int) -> tuple[int | None, str]:
    """Return the bound of a hidden share, in tenths of a percent and in words; a dash for none."""
    rest = whole - part
    if whole <= LEAST:
        return None, UNSAID
    if 0 < rest < LEAST <= part:
        most = whole - LEAST
        return tenths(most, whole), _("%(share)s以上") % {"share": write.percent(most, whole)}
    if 0 < part < LEAST <= rest:
        return 0, _("%(share)s以下") % {"share": write.percent(LEAST, whole)}
    return None, UNSAID


def tenths(part: int, whole: int) -> int:
    """A share in tenths of a percent, rounded as it is written."""
    return (2 * part * TENTHS + whole) // (2 * whole) if whole else 0


def _band(floor: int, ceiling: int | None) -> str:
    if floor == 0:
        return _("无")
    low = floor // FEN_A_WAN
    if ceiling is None:
        return _("≥%(low)s万") % {"low": low}
    high = ceiling // FEN_A_WAN
    if low == 0:
        return _("<%(high)s万") % {"high": high}
    return _("%(low)s–%(high)s万") % {"low": low, "high": high}


def _text(number: int | None) -> str:
    return _few() if number is None else write.count(number)


def _few() -> str:
    return _("＜10")


def _digits(place: Place) -> str:
    return place.code[: PREFIX_DIGITS[place.level]]
