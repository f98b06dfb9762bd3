"""The lists of the pages at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.core.cose import ED25519
from xinnong.outreach.answers import village_names
from xinnong.outreach.models import ActivityState
from xinnong.outreach.wording import DIFFERENCES
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from xinnong.outreach.models import (
        Activity,
        Agent,
        Badge,
        BadgeKey,
        Channel,
        Document,
        Subcontractor,
        Team,
    )
    from xinnong.outreach.models.channels import Suspendable
    from xinnong.outreach.queries.staff import DayOfCalendar
    from xinnong.web.paging import Pager

STATE_TONES = {
    ActivityState.FILED: "warn",
    ActivityState.APPROVED: "good",
    ActivityState.REFUSED: "bad",
    ActivityState.CANCELLED: "plain",
    ActivityState.CLOSED: "plain",
}


def hours_of(activity: Activity) -> str:
    """From when until when, in the county's time."""
    return f"{_clock(activity.begins_at)}—{_clock(activity.ends_at)}"


def activities_table(
    found: Sequence[Activity], *, caption: str, hint: str, pager: Pager | None = None
) -> Table:
    """Activities, each leading to its page."""
    columns = [
        Column(_("哪天")), Column(_("队伍")), Column(_("来做什么")), Column(_("哪些村")),
        Column(_("预计多少人"), is_figure=True), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(
                date_format(each.on, "SHORT_DATE_FORMAT"),
                url=reverse("outreach:activity", args=[each.ref]),
                note=hours_of(each),
            ),
            Cell(each.team.name, note=each.team.channel.name),
            Cell(each.get_purpose_display()),
            Cell(village_names(each.villages)),
            Cell(figures.count(each.expected)),
            Cell(each.get_state_display(), tone=STATE_TONES[ActivityState(each.state)]),
        ]
        for each in found
    ]
    return Table(caption, columns, rows, pager, _("没有这样的活动"), hint)


def calendar_table(days: Sequence[DayOfCalendar]) -> Table:
    """The days of the coming week on which somebody comes."""
    columns = [
        Column(_("哪天")), Column(_("等审批"), is_figure=True), Column(_("已批准"), is_figure=True),
        Column(_("已办结"), is_figure=True),
    ]  # fmt: skip
    rows = [
        [
            Cell(date_format(each.on, "SHORT_DATE_FORMAT")),
            Cell(figures.count(each.filed)),
            Cell(figures.count(each.approved)),
            Cell(figures.count(each.closed)),
        ]
        for each in days
        if each.filed or each.approved or each.closed
    ]
    return Table(
        _("七天日历"), columns, rows, empty_title=_("今后七天没有活动"),
        empty_hint=_("渠道备案的活动会按天排在这里。"),
    )  # fmt: skip


def differences_table(found: Sequence[Activity]) -> Table:
    """Closed activities in which something does not fit."""
    columns = [Column(_("哪天")), Column(_("队伍")), Column(_("对不上的地方"))]
    rows = [
        [
            Cell(
                date_format(each.on, "SHORT_DATE_FORMAT"),
                url=reverse("outreach:activity", args=[each.ref]),
            ),
            Cell(each.team.name, note=each.team.channel.name),
            Cell(differences_said(each), tone="warn"),
        ]
        for each in found
    ]
    return Table(
        _("核销时对不上"), columns, rows, empty_title=_("没有对不上的活动"),
        empty_hint=_("村干部点的人数和渠道报的结果都对得上。"),
    )  # fmt: skip


def differences_said(activity: Activity) -> str:
    """What did not fit, in one line."""
    return _("；").join(str(DIFFERENCES.get(code, code)) for code in activity.differences)


def activity_facts(activity: Activity, *, opens_team: bool) -> list[Definition]:
    """What was filed, and how far it is; the team leads to its page where that may be read."""
    team = activity.team
    place = reverse("outreach:team", args=[team.ref]) if opens_team else ""
    facts = [
        Definition(_("哪家的"), team.channel.name),
        Definition(_("队伍"), team.name, url=place),
        Definition(_("来做什么"), activity.get_purpose_display()),
        Definition(_("哪天"), f"{date_format(activity.on, 'DATE_FORMAT')} {hours_of(activity)}"),
        Definition(_("哪个乡镇"), places().label(activity.town)),
        Definition(_("哪些村"), village_names(activity.villages)),
        Definition(_("在哪里办"), activity.place),
        Definition(_("预计多少人"), figures.count(activity.expected)),
        Definition(
            _("状态"),
            activity.get_state_display(),
            tone=STATE_TONES[ActivityState(activity.state)],
        ),
        Definition(_("医保局审批"), _moment(activity.bureau_at)),
        Definition(_("乡镇审批"), _moment(activity.town_at)),
    ]
    if team.subcontractor:
        facts.insert(1, Definition(_("委托给"), team.subcontractor.name))
    if activity.ended_why:
        facts.append(Definition(_("原因"), activity.ended_why))
    if activity.reported_at:
        facts += [
            Definition(_("服务了多少人"), figures.count(activity.served or 0)),
            Definition(_("激活了多少个凭证"), figures.count(activity.activations or 0)),
            Definition(_("发了多少条验证码短信"), figures.count(activity.messages_sent or 0)),
        ]
    if activity.differences:
        facts.append(Definition(_("对不上的地方"), differences_said(activity), tone="warn"))
    return facts


def agents_table(found: Sequence[Agent], *, may_stop: bool) -> Table:
    """People of a team; the bureau's names lead to where one is suspended."""
    columns = [Column(_("姓名")), Column(_("手机号")), Column(_("照片")), Column(_("状态"))]
    rows = [
        [
            Cell(
                each.name,
                url=_stop_url("agent", each) if may_stop else "",
                note=_("队长") if each.is_leader else "",
            ),
            Cell(f"*******{each.last4}"),
            Cell(_("有") if each.photo_sha256 else _("没有照片")),
            _standing(each),
        ]
        for each in found
    ]
    return Table(
        _("队员"), columns, rows, empty_title=_("还没有队员"),
        empty_hint=_("先登记队长，再登记队员；没有队长不能备案活动。"),
    )  # fmt: skip


def badges_table(found: Sequence[Badge]) -> Table:
    """Badges of an activity, each leading to its card."""
    columns = [Column(_("工作牌编号")), Column(_("姓名")), Column(_("发放时间")), Column(_("状态"))]
    rows = [
        [
            Cell(str(each.pk), url=reverse("outreach:badge", args=[each.ref])),
            Cell(each.agent.name),
            Cell(_moment(each.issued_at)),
            Cell(_("已收回"), tone="bad") if each.revoked_at else Cell(_("有效"), tone="good"),
        ]
        for each in found
    ]
    return Table(
        _("工作牌"), columns, rows, empty_title=_("还没有发工作牌"),
        empty_hint=_("活动批准以后，由渠道给每个队员发。"),
    )  # fmt: skip


def keys_table(found: Sequence[BadgeKey]) -> Table:
    """Signing keys, the newest first."""
    columns = [
        Column(_("密钥编号")), Column(_("算法")), Column(_("公钥")), Column(_("生成时间")),
        Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(str(each)),
            Cell("Ed25519" if each.algorithm == ED25519 else "ES256"),
            Cell(bytes(each.point).hex()),
            Cell(_moment(each.made_at)),
            _key_state(each),
        ]
        for each in found
    ]
    return Table(
        _("工作牌密钥"), columns, rows, empty_title=_("还没有密钥"),
        empty_hint=_("先生成一把，渠道才能发工作牌。"),
    )  # fmt: skip


def _key_state(key: BadgeKey) -> Cell:
    if key.revoked_at is not None:
        return Cell(_("已作废，不再认"), tone="bad", note=key.revoked_why)
    return Cell(_("只验不签")) if key.retired_at else Cell(_("在用"), tone="good")


def teams_table(found: Sequence[Team], *, files: bool) -> Table:
    """Teams of a channel, for those who file them or for those who only look."""
    columns = [
        Column(_("队伍")), Column(_("由谁派出")), Column(_("几个人"), is_figure=True),
        Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=reverse("outreach:team", args=[each.ref])),
            Cell(each.subcontractor.name if each.subcontractor else _("本渠道自己的人")),
            Cell(figures.count(getattr(each, "people", 0))),
            _standing(each),
        ]
        for each in found
    ]
    return Table(
        _("外拓队伍"), columns, rows, empty_title=_("还没有队伍"),
        empty_hint=_("在下面登记第一支队伍。") if files else _("渠道登记队伍以后会出现在这里。"),
    )  # fmt: skip


def subcontractors_table(found: Sequence[Subcontractor], *, may_stop: bool) -> Table:
    """Firms that work in a channel's name."""
    columns = [
        Column(_("委托公司")), Column(_("委托合同编号")), Column(_("合同到期")), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=_stop_url("subcontractor", each) if may_stop else ""),
            Cell(each.contract_number),
            Cell(date_format(each.valid_until, "SHORT_DATE_FORMAT")),
            _standing(each),
        ]
        for each in found
    ]
    return Table(
        _("委托公司名单"), columns, rows, empty_title=_("没有委托公司"),
        empty_hint=_("队伍都是渠道自己的人，就不用登记。"),
    )  # fmt: skip


def channels_table(found: Sequence[Channel]) -> Table:
    """Every channel."""
    columns = [
        Column(_("渠道")), Column(_("渠道类型")), Column(_("授权到期")),
        Column(_("几支队伍"), is_figure=True), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=reverse("outreach:channel", args=[each.ref])),
            Cell(each.get_kind_display()),
            Cell(date_format(each.licensed_until, "SHORT_DATE_FORMAT")),
            Cell(figures.count(getattr(each, "team_count", 0))),
            _standing(each),
        ]
        for each in found
    ]
    return Table(
        _("外拓渠道名单"), columns, rows, empty_title=_("还没有授权的渠道"),
        empty_hint=_("在下面授权第一家；机构和经办账户由系统运维先建好。"),
    )  # fmt: skip


def documents_table(found: Sequence[Document], pager: Pager) -> Table:
    """The register of letters."""
    columns = [Column(_("文号")), Column(_("标题")), Column(_("有效期到")), Column(_("状态"))]
    rows = [
        [
            Cell(each.number, url=reverse("outreach:register_entry", args=[each.ref])),
            Cell(each.title),
            Cell(date_format(each.valid_until, "SHORT_DATE_FORMAT")),
            Cell(_("已作废"), tone="bad") if each.withdrawn_at else Cell(_("有效"), tone="good"),
        ]
        for each in found
    ]
    hint = _("登记以后，村民查文号就能查到。")
    return Table(_("文书登记册"), columns, rows, pager, _("没有这样的文书"), hint)


def channel_facts(channel: Channel) -> list[Definition]:
    """What a channel is licensed for."""
    span = [date_format(d, "DATE_FORMAT") for d in (channel.licensed_from, channel.licensed_until)]
    named = dict(_purposes())
    return [
        Definition(_("渠道类型"), channel.get_kind_display()),
        Definition(_("授权做什么"), _("、").join(named.get(p, p) for p in channel.purposes)),
        Definition(_("授权文号"), channel.licence_number),
        Definition(_("授权期限"), "—".join(span)),
        Definition(_("回拨核实电话"), channel.call_back),
        *standing_facts(channel),
    ]


def standing_facts(part: Suspendable) -> list[Definition]:
    """Whether it works, and why not."""
    if part.suspended_at is None:
        return [Definition(_("状态"), _("可以工作"), tone="good")]
    why = f"{_moment(part.suspended_at)} {part.suspended_why}"
    return [Definition(_("状态"), _("已停用"), tone="bad", note=why)]


def _purposes() -> list[tuple[str, str]]:
    from xinnong.outreach.models import Purpose

    return [(value, str(label)) for value, label in Purpose.choices]


def _standing(part: Suspendable) -> Cell:
    if part.suspended_at is None:
        return Cell(_("可以工作"), tone="good")
    return Cell(_("已停用"), tone="bad")


def _stop_url(kind: str, part: Suspendable) -> str:
    return reverse("outreach:stop", args=[kind, part.ref])


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else _("还没有")


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"


def phones_table(agents: Sequence[Agent], phones: Mapping[int, datetime]) -> Table:
    """People of a team, and since when their phone shows a live badge."""
    columns = [Column(_("姓名")), Column(_("手机号")), Column(_("活的工作牌"))]
    rows = [
        [
            Cell(each.name),
            Cell(f"*******{each.last4}"),
            Cell(_("已登记"), tone="good", note=_moment(phones[each.pk]))
            if each.pk in phones
            else Cell(_("没有登记")),
        ]
        for each in agents
    ]
    return Table(
        _("队员手机上的工作牌"), columns, rows, empty_title=_("还没有队员"),
        empty_hint=_("先登记队长，再登记队员；没有队长不能备案活动。"),
    )  # fmt: skip
