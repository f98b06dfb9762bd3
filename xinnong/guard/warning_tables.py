"""Warnings as tables, for officers and for cadres."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinnong.areas.places import places
from xinnong.core.neighbour_warnings import is_late, minutes_between
from xinnong.guard.tables import moment, officer_names
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.guard.models import Case
    from xinnong.guard.queries.warnings import Reached

NAMED = 3


def warnings_table(found: Sequence[Reached], now: datetime) -> Table:
    """When each was approved and by whom, how many it reached, and how quickly."""
    names = officer_names(each.warning.approved_by for each in found)
    columns = [
        Column(_("批准")), Column(_("从预警到批准")), Column(_("首页通知"), is_figure=True),
        Column(_("短信")), Column(_("已在村里提醒"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(moment(each.warning.approved_at), note=names.get(each.warning.approved_by, "—")),
            Cell(_minutes(each.warning.alerted_at, each.warning.approved_at)),
            Cell(figures.count(each.cadres)),
            _message_cell(each, now),
            Cell(figures.count(each.told)),
        ]
        for each in found
    ]
    return Table(_("已经发出的通知"), columns, rows, is_caption_hidden=True)


def _message_cell(each: Reached, now: datetime) -> Cell:
    """Sent of those who gave a number; green within five minutes of the approval."""
    wanted = each.cadres - each.without_number
    said = _("%(sent)s / %(wanted)s") % {"sent": each.messages, "wanted": wanted}
    note = _("%(count)s 位没有填手机号") % {"count": each.without_number}
    if not wanted:
        return Cell(said, note=note)
    reached = each.last_sent_at if each.messages == wanted else None
    tone = "bad" if is_late(each.warning.approved_at, reached, now) else "warn"
    if reached is not None:
        said = f"{said} {_minutes(each.warning.approved_at, reached)}"
        tone = "bad" if tone == "bad" else "good"
    return Cell(said, tone=tone, note=note if each.without_number else "")


def _minutes(earlier: datetime, later: datetime) -> str:
    count = minutes_between(earlier, later)
    return ngettext("%(count)s 分钟", "%(count)s 分钟", count) % {"count": count}


def missing_facts(villages: Sequence[str]) -> str:
    """The names of villages without a cadre."""
    known = places()
    return "、".join(known.label(code) for code in villages)


def case_places(case: Case) -> str:
    """Where a case is: towns and villages, the first few by name."""
    known = places()
    here = [known.label(code) for code in case.villages if known.of(code) is not None]
    named = "、".join(here[:NAMED])
    more = len(here) - NAMED
    return (
        _("%(named)s 等 %(count)s 个村") % {"named": named, "count": len(here)}
        if more > 0
        else named
    )
