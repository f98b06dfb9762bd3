"""Cases about our own users, their evidence, planted households and rules as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xinnong.areas.places import places
from xinnong.core.ids import household_ref
from xinnong.guard.insider_wording import READ_MEANS
from xinnong.guard.models import CaseState, InsiderLog
from xinnong.guard.order_tables import institution_name
from xinnong.guard.queries.insiders import reader_names
from xinnong.guard.tables import moment, officer_names
from xinnong.guard.wording import SEVERITY, TONES
from xinnong.privacy.models import Read
from xinnong.privacy.purposes import Purpose
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xinnong.guard.models import (
        InsiderAlert,
        InsiderCase,
        InsiderEvent,
        InsiderLabel,
        InsiderRulebook,
    )
    from xinnong.privacy.models import Canary, Listing
    from xinnong.web.paging import Pager


def insider_cases_table(found: Sequence[InsiderCase], pager: Pager) -> Table:
    """Cases, the newest first; a name leads to the case."""
    names = reader_names(each.actor for each in found)
    columns = [
        Column(_("谁看的")), Column(_("单位")), Column(_("轻重")), Column(_("状态")),
        Column(_("认定")), Column(_("最近预警")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                names.get(each.actor, _("已停用的账户")),
                url=reverse("guard:insider_case", args=[each.ref]),
            ),
            Cell(institution_name(each.institution) if each.institution else "—"),
            Cell(SEVERITY[each.severity], tone=TONES[each.severity]),
            Cell(
                each.get_state_display(), tone="warn" if each.state == CaseState.OPEN else "plain"
            ),
            Cell(each.get_verdict_display() or "—"),
            Cell(moment(each.alerted_at)),
        ]
        for each in found
    ]
    return Table(
        _("要核查的人"), columns, rows, pager=pager, empty_title=_("没有要核查的人"),
        empty_hint=_("看得太多、在夜里看、看了哨户的人会出现在这里。关于您自己的不在这里。"),
    )  # fmt: skip


def insider_alerts_table(found: Sequence[InsiderAlert], caption: str) -> Table:
    """Alerts with their counts and span."""
    names = reader_names(each.actor for each in found)
    columns = [
        Column(_("为什么")), Column(_("谁看的")), Column(_("轻重")),
        Column(_("户数"), is_figure=True), Column(_("次数"), is_figure=True), Column(_("从")),
        Column(_("到")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                each.title_en if figures.is_english() else each.title_zh,
                note=_("影子运行，只计数") if each.is_shadow else each.rule,
            ),
            Cell(names.get(each.actor, _("已停用的账户"))),
            Cell(SEVERITY[each.severity], tone=TONES[each.severity]),
            Cell(figures.count(each.households)),
            Cell(figures.count(each.events)),
            Cell(moment(each.from_at)),
            Cell(moment(each.at)),
        ]
        for each in found
    ]
    return Table(
        caption, columns, rows, empty_title=_("没有这样的预警"),
        empty_hint=_("每分钟核对一次新的查看记录。"),
    )  # fmt: skip


def evidence_table(
    found: Sequence[InsiderEvent], rows_behind: Mapping[tuple[str, int], Read | Listing]
) -> Table:
    """The reads and lists behind a case, by the numbers under which they are on record."""
    columns = [
        Column(_("时间")), Column(_("怎么看的")), Column(_("目的")), Column(_("户号")),
        Column(_("哨户")), Column(_("记录号")),
    ]  # fmt: skip
    rows = [_evidence(each, rows_behind.get((each.log, each.log_id))) for each in found]
    return Table(
        _("依据的查看记录"), columns, rows, empty_title=_("没有记录"),
        empty_hint=_("预警总有依据；这里空着请联系系统运维。"), is_caption_hidden=True,
    )  # fmt: skip


def _evidence(event: InsiderEvent, row: Read | Listing | None) -> list[Cell]:
    means = _("查找或列表")
    if event.log == InsiderLog.READ:
        means = str(READ_MEANS.get(event.means or "", event.means))
    purpose = str(Purpose(event.purpose).label) if event.purpose else "—"
    home = ""
    if isinstance(row, Read) and row.household_id is not None:
        home = household_ref(row.household_id)
    elif row is not None and not isinstance(row, Read):
        home = ngettext("%(count)s 户", "%(count)s 户", row.shown) % {
            "count": figures.count(row.shown)
        }
    named = row.case if isinstance(row, Read) else ""
    return [
        Cell(moment(event.at), note=_("夜间") if event.night else ""),
        Cell(means),
        Cell(purpose, note=named),
        Cell(home or "—", note=places().label(event.village) if event.village else ""),
        Cell(_("哨户"), tone="bad") if event.canary else Cell("—"),
        Cell(str(row.ref) if row is not None else "—"),
    ]


def labels_facts(found: Sequence[InsiderLabel]) -> list[Definition]:
    """What was said about a case, the newest first."""
    names = officer_names(each.said_by for each in found)
    return [
        Definition(
            each.get_verdict_display(), each.reason,
            note=f"{names.get(each.said_by, '—')} {moment(each.said_at)}",
        )
        for each in found
    ]  # fmt: skip


def canaries_table(found: Sequence[Canary]) -> Table:
    """Planted households, with who proposed and who decided."""
    names = officer_names(
        ref for each in found for ref in (each.proposed_by, each.decided_by, each.removed_by)
    )
    columns = [
        Column(_("户主姓名（编的）")), Column(_("哪个村")), Column(_("户号")), Column(_("状态")),
        Column(_("谁提出的")), Column(_("谁核准的")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.head_name),
            Cell(places().label(each.area12)),
            Cell(household_ref(each.household_id) if each.household_id else "—"),
            Cell(each.get_state_display(), tone="good" if each.state == "planted" else "plain"),
            Cell(names.get(each.proposed_by, "—"), note=moment(each.proposed_at)),
            Cell(
                names.get(each.decided_by, "—") if each.decided_by else "—",
                note=moment(each.decided_at) if each.decided_at else "",
            ),
        ]
        for each in found
    ]
    return Table(
        _("哨户"), columns, rows, empty_title=_("还没有哨户"),
        empty_hint=_("在下面提出一户；另一位负责人核准以后布设。"), is_caption_hidden=True,
    )  # fmt: skip


def insider_rules_table(found: Sequence[InsiderRulebook]) -> Table:
    """Every version of the rules."""
    rows = [
        [
            Cell(each.version),
            Cell(each.get_mode_display()),
            Cell(each.get_state_display(), tone="good" if each.state == "in_force" else "plain"),
            Cell(moment(each.proposed_at)),
            Cell(each.sha256[:16]),
        ]
        for each in found
    ]
    columns = [
        Column(_("版本")), Column(_("怎么运行")), Column(_("状态")), Column(_("提出时间")),
        Column(_("校验码")),
    ]  # fmt: skip
    return Table(
        _("查看预警规则"), columns, rows, empty_title=_("还没有规则"),
        empty_hint=_("后台任务启动后会采用随附的规则。"), is_caption_hidden=True,
    )  # fmt: skip


def tried_table(rules: InsiderRulebook) -> Table:
    """What a version would have found on the stored events, beside the live one."""
    columns = [
        Column(_("规则")), Column(_("这一版的预警"), is_figure=True),
        Column(_("涉及的人"), is_figure=True), Column(_("现用的预警"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(each["rule"]),
            Cell(figures.count(each["alerts"])),
            Cell(figures.count(each["subjects"])),
            Cell(figures.count(each["was_alerts"])),
        ]
        for each in rules.tried
    ]
    said = _("用最近 %(count)s 条查看记录试算") % {"count": figures.count(rules.tried_events)}
    return Table(said, columns, rows)
