"""Rulebooks, back-tests and alarms as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.guard.models import RulebookMode, UseState
from xinnong.guard.tables import moment
from xinnong.guard.wording import SEVERITY, TONES
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xinnong.core.detection.rulebook import Rule, Rulebook
    from xinnong.guard.models import (
        BackTest,
        EngineState,
        PublishedRulebook,
        RateAlarm,
        RulebookDraft,
        RulebookUse,
    )
    from xinnong.guard.queries.cases import Precision


def uses_table(found: Sequence[tuple[RulebookUse, EngineState | None]]) -> Table:
    """What is in use, how far it judged, and what waits for a second person."""
    columns = [
        Column(_("版本")), Column(_("怎么运行")), Column(_("状态")),
        Column(_("判过的事件"), is_figure=True), Column(_("预警"), is_figure=True),
        Column(_("迟到未判"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(str(use.rulebook), url=reverse("guard:rulebook", args=[use.rulebook.sha256])),
            Cell(use.get_mode_display(), tone="good" if use.mode == RulebookMode.LIVE else "plain"),
            _use_state(use),
            Cell(figures.count(state.events) if state else "—"),
            Cell(figures.count(state.alerts) if state else "—"),
            Cell(figures.count(state.late) if state else "—"),
        ]
        for use, state in found
    ]
    return Table(
        _("在用的规则集"), columns, rows, empty_title=_("没有在用的规则集"),
        empty_hint=_("没有规则就没有预警：请两个人发布一个版本。"),
    )  # fmt: skip


def _use_state(use: RulebookUse) -> Cell:
    if use.state != UseState.PROPOSED:
        return Cell(use.get_state_display(), note=moment(use.from_at))
    return Cell(use.get_state_display(), tone="warn")


def drafts_table(found: Sequence[RulebookDraft]) -> Table:
    """Open drafts."""
    rows = [
        [
            Cell(
                f"{each.code} {each.version}",
                url=reverse("guard:rulebook_draft", args=[each.ref]),
            ),
            Cell(each.get_mode_display()),
            Cell(each.get_state_display()),
            Cell(moment(each.changed_at)),
        ]
        for each in found
    ]
    columns = [
        Column(_("草稿")), Column(_("发布后怎么运行")), Column(_("状态")), Column(_("最近改动")),
    ]  # fmt: skip
    return Table(
        _("草稿"), columns, rows, empty_title=_("没有草稿"),
        empty_hint=_("点“起草新版本”，从最新一版改起。"),
    )  # fmt: skip


def versions_table(found: Sequence[PublishedRulebook]) -> Table:
    """Every published version."""
    rows = [
        [
            Cell(str(each), url=reverse("guard:rulebook", args=[each.sha256])),
            Cell(moment(each.published_at)),
            Cell(each.sha256[:16]),
        ]
        for each in found
    ]
    columns = [Column(_("版本")), Column(_("发布时间")), Column(_("校验码"))]
    return Table(
        _("已发布的版本"), columns, rows, empty_title=_("还没有发布规则集"),
        empty_hint=_("后台任务启动后会发布随附的规则集。"),
    )  # fmt: skip


def alarms_table(found: Sequence[RateAlarm]) -> Table:
    """Rules that fire unlike their back-test."""
    rows = [
        [
            Cell(each.rule),
            Cell(str(each.on)),
            Cell(figures.count(each.found)),
            Cell(_about(each.expected_milli)),
            Cell(_("远多于试算") if each.is_above else _("远少于试算"), tone="bad"),
        ]
        for each in found
    ]
    columns = [
        Column(_("规则")), Column(_("日期")), Column(_("一天内预警"), is_figure=True),
        Column(_("按试算应有"), is_figure=True), Column(_("情况")),
    ]  # fmt: skip
    return Table(
        _("命中率异常"), columns, rows, empty_title=_("命中率正常"),
        empty_hint=_("每小时把最近一天的命中和发布前的试算比一次；相差四倍以上会列在这里。"),
    )  # fmt: skip


def _about(milli: int) -> str:
    return f"{milli // 1000}.{milli % 1000 // 100}"


def rules_table(book: Rulebook, precision: Sequence[Precision]) -> Table:
    """The rules of a version, and what people said of the cases with their alerts."""
    judged = {each.rule: each for each in precision}
    rows = [
        [
            Cell(_title(rule), note=rule.name),
            Cell(str(SEVERITY[rule.severity]), tone=TONES[rule.severity]),
            *_judged(judged.get(rule.name)),
        ]
        for rule in book.rules
    ]
    columns = [
        Column(_("规则")), Column(_("轻重")), Column(_("已认定的案件"), is_figure=True),
        Column(_("其中是团伙"), is_figure=True), Column(_("查准率"), is_figure=True),
    ]  # fmt: skip
    return Table(_("规则和查准率"), columns, rows)


def _title(rule: Rule) -> str:
    return rule.title_en if figures.is_english() else rule.title_zh


def _judged(found: Precision | None) -> list[Cell]:
    if found is None or not found.judged:
        return [Cell("0"), Cell("—"), Cell(_("还没有认定"))]
    return [
        Cell(figures.count(found.judged)),
        Cell(figures.count(found.gang)),
        Cell(figures.percent(found.gang, found.judged)),
    ]


def back_test_table(test: BackTest, rules: Mapping[str, Rule]) -> Table:
    """What a draft would have found, beside the version in use."""
    rows = [
        [
            Cell(_title(rules[row["rule"]]) if row["rule"] in rules else row["rule"], note=row["rule"]),
            *(Cell(figures.count(row[name])) for name in ("alerts", "subjects", "numbers")),
            *(Cell(figures.count(row[f"was_{name}"])) for name in ("alerts", "numbers")),
            _changed(row),
        ]
        for row in test.rules
    ]  # fmt: skip
    columns = [
        Column(_("规则")), Column(_("预警"), is_figure=True), Column(_("涉及对象"), is_figure=True),
        Column(_("号码"), is_figure=True), Column(_("现行版预警"), is_figure=True),
        Column(_("现行版号码"), is_figure=True), Column(_("变化")),
    ]  # fmt: skip
    caption = _("用 %(events)s 条历史事件试算（%(from)s 至 %(until)s）") % {
        "events": figures.count(test.events), "from": moment(test.from_at),
        "until": moment(test.until_at),
    }  # fmt: skip
    return Table(caption, columns, rows)


def _changed(row: Mapping[str, object]) -> Cell:
    if row["is_new"]:
        return Cell(_("新规则"), tone="warn")
    if row["is_gone"]:
        return Cell(_("去掉了"), tone="warn")
    same = row["alerts"] == row["was_alerts"]
    return Cell(_("一样") if same else _("不同"), tone="plain" if same else "warn")
