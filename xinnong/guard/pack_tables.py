"""Packs as tables and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.guard.models import FeedState
from xinnong.guard.pictures import short
from xinnong.guard.tables import FEED_TONES, moment, officer_names
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.guard.models import PackPartner, SentPack, TakenPack, WatchEntry, WatchReveal


def partners_table(found: Sequence[PackPartner]) -> Table:
    """Counties that packs go to and come from."""
    rows = [
        [
            Cell(each.name, note=each.county),
            Cell(f"{each.public_key[:12]}…"),
            Cell(f"{each.sealing_key[:12]}…"),
            Cell(each.get_state_display(), tone=FEED_TONES[FeedState(each.state)]),
        ]
        for each in found
    ]
    columns = [
        Column(_("协查单位")),
        Column(_("验签公钥")),
        Column(_("封装公钥")),
        Column(_("状态")),
    ]
    return Table(
        _("协查单位"), columns, rows, empty_title=_("还没有登记邻县"),
        empty_hint=_("一位民警登记，另一位核对公钥后核准。"),
    )  # fmt: skip


def sent_table(found: Sequence[SentPack]) -> Table:
    """What was sent; the county leads to the file."""
    names = officer_names(each.made_by for each in found)
    rows = [
        [
            Cell(each.partner.name, url=reverse("guard:pack_file", args=[each.ref])),
            Cell(str(each.case.pk), url=reverse("guard:case", args=[each.case.ref])),
            Cell(figures.count(each.entries)),
            Cell(moment(each.made_at), note=names.get(each.made_by, "—")),
            Cell(moment(each.until)),
            Cell(each.reason),
        ]
        for each in found
    ]
    columns = [
        Column(_("发给")), Column(_("案件")), Column(_("标识"), is_figure=True),
        Column(_("制作")), Column(_("监看到")), Column(_("原因")),
    ]  # fmt: skip
    return Table(
        _("发出的协查包"), columns, rows, empty_title=_("还没有发出协查包"),
        empty_hint=_("在案件页点“制作协查包”。"),
    )  # fmt: skip


def taken_table(found: Sequence[TakenPack], now: datetime) -> Table:
    """What came from other counties; the county leads to what is watched."""
    rows = [
        [
            Cell(each.partner.name, url=reverse("guard:pack", args=[each.ref])),
            Cell(moment(each.taken_at)),
            Cell(figures.count(each.watched)),  # type: ignore[attr-defined]  # by the query
            Cell(figures.count(each.found)),  # type: ignore[attr-defined]
            standing(each, now),
        ]
        for each in found
    ]
    columns = [
        Column(_("来自")), Column(_("收到")), Column(_("监看的标识"), is_figure=True),
        Column(_("预警"), is_figure=True), Column(_("状态")),
    ]  # fmt: skip
    return Table(
        _("收下的协查包"), columns, rows, empty_title=_("还没有收下协查包"),
        empty_hint=_("在下面选邻县发来的文件；签名不对的不会收。"),
    )  # fmt: skip


def standing(pack: TakenPack, now: datetime) -> Cell:
    """Watched, over or stopped."""
    if pack.stopped_at is not None:
        return Cell(_("已停止"), tone="plain", note=moment(pack.stopped_at))
    if pack.until <= now:
        return Cell(_("已到期"), tone="plain", note=moment(pack.until))
    return Cell(_("监看中"), tone="warn", note=moment(pack.until))


def pack_facts(pack: TakenPack) -> list[Definition]:
    """What a pack says."""
    names = officer_names([pack.taken_by])
    return [
        Definition(_("来自"), pack.partner.name, note=pack.partner.county),
        Definition(_("怎么作案"), pack.said),
        Definition(_("收到"), moment(pack.taken_at), note=names.get(pack.taken_by, _("本机命令"))),
        Definition(_("监看到"), moment(pack.until)),
        Definition(_("对方案件编号"), str(pack.case_ref)),
        Definition(_("内容校验码"), pack.sha256[:16], note=pack.sha256[16:]),
    ]


def entries_table(found: Sequence[WatchEntry]) -> Table:
    """What is watched, by marks."""
    rows = [[Cell(short(each.mark)), Cell(each.get_kind_display())] for each in found]
    return Table(_("监看的标识"), [Column(_("标识（标记）")), Column(_("类别"))], rows)


def looks_table(found: Sequence[WatchReveal]) -> Table:
    """Who opened what, and why."""
    names = officer_names(each.seen_by for each in found)
    rows = [
        [
            Cell(moment(each.seen_at)), Cell(names.get(each.seen_by, "—")),
            Cell(short(each.entry.mark)), Cell(each.reason),
        ]
        for each in found
    ]  # fmt: skip
    columns = [Column(_("时间")), Column(_("谁")), Column(_("标识（标记）")), Column(_("原因"))]
    return Table(
        _("谁看过标识"), columns, rows, empty_title=_("还没有人看过标识"),
        empty_hint=_("每看一个都要写原因，并记在这里。"),
    )  # fmt: skip
