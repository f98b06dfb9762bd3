"""Cases as tables: the queue, alerts, events, numbers, tasks, and who looked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.guard.models import CaseState, Verdict
from xinnong.guard.pictures import short
from xinnong.guard.queries.rulebooks import rulebook_of
from xinnong.guard.tables import moment, officer_names
from xinnong.guard.wording import EVENT_KINDS, SEVERITY, TONES, task_said
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.guard.models import (
        Alert,
        Case,
        CaseLabel,
        CaseNumber,
        CaseTask,
        FeedEvent,
        NumberReveal,
    )
    from xinnong.privacy.models import SealedPayload
    from xinnong.web.paging import Pager

VERDICT_TONES: Final = {
    "": "plain",
    Verdict.GANG: "bad",
    Verdict.NOT: "good",
    Verdict.UNCLEAR: "warn",
}
VILLAGES_NAMED: Final = 3
DIGEST_SHOWN: Final = 12


def cases_table(found: Sequence[Case], pager: Pager) -> Table:
    """The queue; where it is leads to the case."""
    columns = [
        Column(_("在哪里")), Column(_("轻重")), Column(_("号码"), is_figure=True),
        Column(_("立案")), Column(_("最近预警")), Column(_("状态")), Column(_("认定")),
    ]  # fmt: skip
    rows = [
        [
            Cell(case_places(each.villages), url=reverse("guard:case", args=[each.ref])),
            Cell(str(SEVERITY[each.severity]), tone=TONES[each.severity]),
            Cell(figures.count(each.counted)),  # type: ignore[attr-defined]  # by the query
            Cell(moment(each.opened_at)),
            Cell(moment(each.alerted_at)),
            Cell(each.get_state_display(), tone="warn" if each.state == CaseState.OPEN else "plain"),
            Cell(each.get_verdict_display() or "—", tone=VERDICT_TONES[each.verdict]),
        ]
        for each in found
    ]  # fmt: skip
    return Table(
        _("案件"), columns, rows, pager=pager, empty_title=_("没有这样的案件"),
        empty_hint=_("侦测规则发现异常会自动立案；也可以放宽上面的条件。"), is_caption_hidden=True,
    )  # fmt: skip


def case_places(codes: Sequence[str]) -> str:
    """Where a case is: the first villages by name, and how many there are."""
    known = places()
    named = _("、").join(known.label(code) for code in codes[:VILLAGES_NAMED])
    more = len(codes) - VILLAGES_NAMED
    if more > 0:
        return _("%(named)s 等 %(count)s 个村") % {"named": named, "count": len(codes)}
    return named or _("村不明")


def alerts_table(found: Sequence[Alert]) -> Table:
    """Why there is a case: which rule, when, about how many."""
    columns = [
        Column(_("规则")), Column(_("轻重")), Column(_("时间")), Column(_("号码"), is_figure=True),
        Column(_("设备"), is_figure=True), Column(_("事件"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            _why(each),
            Cell(str(SEVERITY[each.severity]), tone=TONES[each.severity]),
            Cell(moment(each.at)),
            Cell(figures.count(len(each.phone_marks))),
            Cell(figures.count(len(each.device_marks))),
            Cell(figures.count(each.evidence)),
        ]
        for each in found
    ]
    return Table(_("预警"), columns, rows)


def _why(alert: Alert) -> Cell:
    """The rule in words with its version, or the pack of a neighbouring county."""
    if alert.pack is not None:
        url = reverse("guard:pack", args=[alert.pack.ref])
        return Cell(_("邻县协查线索"), url=url, note=alert.pack.partner.name)
    assert alert.rulebook is not None
    rule = next(each for each in rulebook_of(alert.rulebook).rules if each.name == alert.rule)
    title = rule.title_en if figures.is_english() else rule.title_zh
    return Cell(title, note=alert.rulebook.version)


def events_table(found: Sequence[FeedEvent]) -> Table:
    """The newest events of a case; marks are cut, so that nobody is named."""
    known = places()
    columns = [
        Column(_("时间")), Column(_("事件")), Column(_("平台")), Column(_("号码")),
        Column(_("设备")), Column(_("村")), Column(_("来源")),
    ]  # fmt: skip
    rows = [
        [
            Cell(moment(each.at)),
            Cell(str(EVENT_KINDS.get(each.kind, each.kind))),
            Cell(each.platform or "—"),
            Cell(short(each.phone_mark)),
            Cell(short(each.device_mark)),
            Cell(known.label(each.village) if each.village else "—"),
            Cell(each.feed),
        ]
        for each in found
    ]
    return Table(_("时间线"), columns, rows, is_caption_hidden=True)


def villages_table(counts: Sequence[tuple[str, int]]) -> Table:
    """The facts behind the plan of villages."""
    known = places()
    rows = [[Cell(known.label(code)), Cell(figures.count(n))] for code, n in counts]
    return Table(_("各村号码"), [Column(_("村")), Column(_("号码"), is_figure=True)], rows)


def numbers_table(found: Sequence[CaseNumber]) -> Table:
    """The numbers of a case by their marks, and whether their owners' draws wait."""
    known = places()
    rows = [
        [
            Cell(short(each.mark)),
            Cell(known.label(each.village) if each.village else "—"),
            Cell(_("暂停用款"), tone="warn") if each.holds else Cell(_("已放行"), tone="good"),
        ]
        for each in found
    ]
    columns = [Column(_("号码（标记）")), Column(_("村")), Column(_("本县贷款"))]
    return Table(_("涉及的号码"), columns, rows, is_caption_hidden=True)


def tasks_table(found: Sequence[CaseTask]) -> Table:
    """What is to be done, by whom and by when."""
    names = officer_names(each.done_by for each in found)
    rows = [
        [
            Cell(task_said(each.what)),
            Cell(each.get_desk_display()),
            Cell(moment(each.due_at)),
            Cell(each.result, note=f"{names.get(each.done_by, '—')} {moment(each.done_at)}")
            if each.done_at and each.done_by
            else Cell(_("待办"), tone="warn"),
        ]
        for each in found
    ]
    columns = [Column(_("任务")), Column(_("谁来办")), Column(_("时限")), Column(_("结果"))]
    return Table(_("任务"), columns, rows)


def said_facts(found: Sequence[CaseLabel]) -> list[Definition]:
    """What was said about a case, the newest first."""
    names = officer_names(each.said_by for each in found)
    return [
        Definition(
            each.get_verdict_display(), each.reason,
            note=f"{names.get(each.said_by, '—')} {moment(each.said_at)}",
        )
        for each in found
    ]  # fmt: skip


def notes_table(found: Sequence[SealedPayload]) -> Table:
    """What was filed and when; what it says is sealed."""
    erased = Cell(_("已随案件密钥销毁"), tone="bad")
    rows = [
        [
            Cell(moment(each.at)), Cell(each.digest[:DIGEST_SHOWN]),
            erased if each.case_key.wrapped is None else Cell(_("封存"), tone="good"),
        ]
        for each in found
    ]  # fmt: skip
    columns = [Column(_("时间")), Column(_("校验和")), Column(_("状态"))]
    return Table(
        _("案卷"), columns, rows, empty_title=_("案卷里还没有材料"),
        empty_hint=_("写进来的话只用本案的密钥封存，销毁密钥以后谁也打不开。"), is_caption_hidden=True,
    )  # fmt: skip


def reveals_table(found: Sequence[NumberReveal]) -> Table:
    """Who opened which number, and why."""
    names = officer_names(each.seen_by for each in found)
    rows = [
        [
            Cell(moment(each.seen_at)), Cell(names.get(each.seen_by, "—")), Cell(short(each.mark)),
            Cell(each.reason),
        ]
        for each in found
    ]  # fmt: skip
    columns = [Column(_("时间")), Column(_("谁")), Column(_("号码（标记）")), Column(_("原因"))]
    return Table(
        _("谁看过号码"), columns, rows, empty_title=_("还没有人看过号码"),
        empty_hint=_("每看一个号码都要写原因，并记在这里。"),
    )  # fmt: skip
