"""Tables and the radar of a household file."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from xinnong.core.bins import DIMENSIONS
from xinnong.journeys.access import institution_name
from xinnong.journeys.queries.facts import field_label, record_of, source_label, value_label
from xinnong.journeys.seen_wording import ASKED, READ_FIELDS
from xinnong.journeys.wording import LOST_BY, said
from xinnong.privacy.purposes import Purpose
from xinnong.profiles.models import Basis
from xinnong.profiles.wording import (
    UNKNOWN_MARK,
    dimension_name,
    feature_name,
    feature_value,
)
from xinnong.registry.models import RunState
from xinnong.scoring.wording import grade_name
from xinnong.web import figures
from xinnong.web.charts.radar import Axis, Radar, radar
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from xinnong.analytics.lookup import FactRow
    from xinnong.journeys.queries.household import FeatureRow, Result, RunRow
    from xinnong.journeys.services.listed import Listed
    from xinnong.privacy.models import Read
    from xinnong.registry.models import Run
    from xinnong.web.paging import Pager


def radar_of(result: Result, medians: Mapping[str, Mapping[str, int]]) -> Radar:
    """Draw the six dimensions against the village and the town."""
    axes = [_axis(result, code, medians) for code in DIMENSIONS]
    names = (_("本户"), _("本村中位数"), _("本乡镇中位数"))
    parts = "，".join(f"{axis.label} {axis.own}/{axis.maximum}" for axis in axes)
    return radar(
        axes,
        ident="radar",
        title=_("六个方面的得分"),
        description=parts,
        names=names,
        table=_radar_table(axes, names),
    )


def _axis(result: Result, code: str, medians: Mapping[str, Mapping[str, int]]) -> Axis:
    return Axis(
        label=dimension_name(code),
        maximum=result.card.weights[code],
        own=result.points_of(code),
        village=medians["village"].get(code),
        town=medians["town"].get(code),
    )


def _radar_table(axes: Sequence[Axis], names: tuple[str, str, str]) -> Table:
    columns = [
        Column(_("方面")),
        *(Column(name, is_figure=True) for name in names),
        Column(_("满分"), is_figure=True),
    ]
    rows = [
        [
            Cell(axis.label),
            Cell(str(axis.own)),
            Cell(_or_few(axis.village)),
            Cell(_or_few(axis.town)),
            Cell(str(axis.maximum)),
        ]
        for axis in axes
    ]
    return Table(_("六个方面的得分"), columns, rows, is_caption_hidden=True)


def _or_few(median: int | None) -> str:
    return _("不足 10 户") if median is None else str(median)


def feature_table(rows: Iterable[FeatureRow]) -> Table:
    """List features with value and points; of an unknown one the points are marked provisional."""
    columns = [
        Column(_("项目")),
        Column(_("数值"), is_figure=True),
        Column(_("得分"), is_figure=True),
        Column(_("满分"), is_figure=True),
    ]
    cells = [
        [
            Cell(feature_name(row.feature)),
            _value_cell(row),
            Cell(str(row.points), note=_("暂定") if row.value is None else ""),
            Cell(str(row.best_points)),
        ]
        for row in rows
    ]
    return Table(_("项目和得分"), columns, cells)


def _value_cell(row: FeatureRow) -> Cell:
    if row.value is None:
        return Cell(_("没有记录"), tone="plain")
    return Cell(feature_value(row.feature, row.value))


def fact_table(facts: Iterable[FactRow], *, today: date, names: Mapping[str, str]) -> Table:
    """List records with source, date, confidence, expiry, and whether they counted or why not.

    What one record says stands in one line; where part of it lost out, that part has its own.
    `names` are the members by person key: whose record it is.
    """
    columns = [
        Column(_("来源")),
        Column(_("内容")),
        Column(_("截至"), is_figure=True),
        Column(_("有效期至"), is_figure=True),
        Column(_("可信度"), is_figure=True),
        Column(_("采用")),
    ]
    records: dict[tuple[object, ...], list[FactRow]] = {}
    for fact in facts:
        records.setdefault(record_of(fact), []).append(fact)
    return Table(
        _("依据的记录"),
        columns,
        [_record_row(record, today, names) for record in records.values()],
        empty_title=_("这一方面还没有记录"),
        empty_hint=_("部门送来数据或本人补充后，会在下次更新时出现。"),
    )


def _record_row(record: Sequence[FactRow], today: date, names: Mapping[str, str]) -> list[Cell]:
    fact = record[0]
    origin = _("第 %(batch)s 批第 %(row)s 行") % {"batch": fact.batch, "row": fact.row}
    whose = names.get(fact.person_key or "", "")
    return [
        Cell(source_label(fact.source_class), note=" · ".join(filter(None, (whose, origin)))),
        Cell(_("；").join(f"{field_label(one)} {value_label(one)}" for one in record)),
        Cell(day(fact.as_of)),
        Cell(day(fact.expires_on)),
        Cell(f"{fact.confidence_percent}%"),
        _used(fact, today),
    ]


def _used(fact: FactRow, today: date) -> Cell:
    """Say whether a fact counted; if not, what won and by which rule."""
    if not fact.won:
        winner = source_label(fact.beaten_by)
        return Cell(
            _("未采用"), tone="plain", note=said(LOST_BY, fact.lost_by) % {"winner": winner}
        )
    if fact.expires_on is not None and fact.expires_on < today:
        return Cell(_("已过期"), tone="warn", note=_("来源太久没有更新，不再计入。"))
    return Cell(_("采用"), tone="good")


def history_table(rows: Iterable[RunRow], *, shown: Run) -> Table:
    """List what each run said; each opens the file as it was known then."""
    columns = [
        Column(_("数据截至")),
        Column(_("算出时间")),
        Column(_("口径")),
        Column(_("得分"), is_figure=True),
        Column(_("等级")),
        Column(_("额度"), is_figure=True),
    ]
    cells = [
        [
            Cell(day(row.run.as_of), url=_history_url(row, shown)),
            Cell(moment(row.run.known_at)),
            Cell(basis_name(row.basis, row.lender)),
            Cell(str(row.points)),
            Cell(grade_name(row.grade)),
            Cell(UNKNOWN_MARK if row.line_minor is None else figures.whole_yuan(row.line_minor)),
        ]
        for row in rows
    ]
    return Table(_("历次结果"), columns, cells, is_caption_hidden=True)


def own_history_table(rows: Iterable[RunRow]) -> Table:
    """List for the family what each run said: the day of its data, points, grade and line."""
    columns = [
        Column(_("数据截至")),
        Column(_("得分"), is_figure=True),
        Column(_("等级")),
        Column(_("额度"), is_figure=True),
    ]
    cells = [
        [
            Cell(day(row.run.as_of)),
            Cell(str(row.points)),
            Cell(grade_name(row.grade)),
            Cell(figures.whole_yuan(row.line_minor) if row.line_minor else _("暂无额度")),
        ]
        for row in rows
    ]
    return Table(_("历次结果"), columns, cells, is_caption_hidden=True)


def _history_url(row: RunRow, shown: Run) -> str:
    if row.run == shown:
        return ""
    asked = {"basis": basis_code(row.basis, row.lender)}
    if row.run.state == RunState.PAST:
        asked["run"] = str(row.run.ref)
    return f"?{urlencode(asked)}"


def basis_code(basis: str, lender: str) -> str:
    """Write a basis and its lender as they stand in an address."""
    return f"{basis}:{lender}" if lender else basis


def basis_name(basis: str, lender: str) -> str:
    """Name a basis and, where it is one lender's, the lender."""
    label = str(Basis(basis).label)
    return f"{label} · {institution_name(lender)}" if lender else label


def reads_table(reads: Iterable[Read], *, pager: Pager | None = None) -> Table:
    """List who looked: when, who, what for, and what they saw."""
    columns = [
        Column(_("时间")),
        Column(_("谁看了")),
        Column(_("单位")),
        Column(_("目的")),
        Column(_("看了什么")),
    ]
    rows = [reads_cells(read) for read in reads]
    return Table(
        _("谁看过"),
        columns,
        rows,
        pager,
        empty_title=_("还没有人看过"),
        empty_hint=_("以后每次查看都会记在这里，本人随时可以看到。"),
        is_caption_hidden=True,
    )


def lists_table(listed: Iterable[Listed]) -> Table:
    """Who had the household in a list: a line for a day and a person."""
    columns = [
        Column(_("日期")), Column(_("谁查的")), Column(_("单位")), Column(_("按什么查的")),
        Column(_("次数"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(day(each.day)),
            Cell(each.name or _("已停用的账户")),
            Cell(institution_name(each.institution) or UNKNOWN_MARK),
            Cell(_("、").join(said(ASKED, name) for name in each.asked)),
            Cell(figures.count(each.times)),
        ]
        for each in listed
    ]
    return Table(
        _("名单"), columns, rows,
        empty_title=_("没有出现在别人的名单里"),
        empty_hint=_("以后有人查名单时看到您家，会记在这里。"),
        is_caption_hidden=True,
    )  # fmt: skip


def reads_cells(read: Read) -> list[Cell]:
    """Write one reading: when, who, what for, and what they saw."""
    return [
        Cell(moment(read.at)),
        Cell(read.actor_name),
        Cell(_institution_of(read) or UNKNOWN_MARK),
        Cell(str(Purpose(read.purpose).label), note=read.case),
        Cell(_("、").join(said(READ_FIELDS, name) for name in read.fields)),
    ]


def _institution_of(read: Read) -> str:
    """The name as it was then; on an English page the English one, where the place has one."""
    if not figures.is_english() or not read.institution:
        return read.institution_name
    name = institution_name(read.institution)
    return name if name != read.institution else read.institution_name


def day(value: date | None) -> str:
    """Write a date, or a dash."""
    return formats.date_format(value, "SHORT_DATE_FORMAT") if value else UNKNOWN_MARK


def moment(value: datetime) -> str:
    """Write an instant in local time."""
    return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
