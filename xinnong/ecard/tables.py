"""Redemptions, terminals and family ties as tables and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.ecard.queries.places import names_of
from xinnong.ecard.wording import BUSINESS_SAID, TRY_SAID
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.ecard.models import Credential, Redemption, RefusedTry, Terminal
    from xinnong.web.paging import Pager


def moment(at: datetime) -> str:
    """A day and a time as pages show them."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT")


def history_table(rows: Sequence[Redemption], me: UUID, pager: Pager) -> Table:
    """Where a person's codes were used, and those the person showed for others."""
    names = names_of({each.institution for each in rows})
    columns = [Column(_("时间")), Column(_("在哪里")), Column(_("办什么")), Column(_("谁出示的"))]
    shown = [
        [
            Cell(moment(each.at)),
            Cell(names.get(each.institution, each.institution), note=each.terminal),
            Cell(BUSINESS_SAID[each.business_type]),
            Cell(_who(each, me)),
        ]
        for each in rows
    ]
    return Table(
        _("用码记录"),
        columns,
        shown,
        pager=pager,
        empty_title=_("还没有用过医保码"),
        empty_hint=_("每用一次，这里就多一行：什么时候、在哪里、办什么。不记看什么病。"),
    )


def tries_table(rows: Sequence[RefusedTry]) -> Table:
    """Where a person's codes were refused, and why."""
    names = names_of({each.institution for each in rows})
    columns = [Column(_("时间")), Column(_("在哪里")), Column(_("为什么没办成"))]
    shown = [
        [
            Cell(moment(each.at)),
            Cell(names.get(each.institution, each.institution), note=each.terminal),
            Cell(TRY_SAID.get(each.reason, each.reason)),
        ]
        for each in rows
    ]
    return Table(_("没有办成的"), columns, shown)


def _who(row: Redemption, me: UUID) -> str:
    if not row.is_for_somebody_else:
        return _("我自己")
    return _("我替 %(name)s") % {"name": row.name_masked} if row.presenter == me else _("家人替我")


def counter_table(rows: Sequence[Redemption], pager: Pager) -> Table:
    """What an institution redeemed, the newest first."""
    columns = [Column(_("时间")), Column(_("姓名")), Column(_("办什么")), Column(_("终端"))]
    shown = [
        [
            Cell(moment(each.at), url=reverse("ecard:receipt", args=[each.ref])),
            Cell(each.name_masked),
            Cell(BUSINESS_SAID[each.business_type]),
            Cell(each.terminal),
        ]
        for each in rows
    ]
    return Table(
        _("本机构核销过的"),
        columns,
        shown,
        pager=pager,
        empty_title=_("还没有核销过"),
        empty_hint=_("请顾客打开“医保码”，点“出示医保码”，再扫或输入。"),
    )


def receipt_facts(row: Redemption) -> list[Definition]:
    """What a counter needs of a redeemed code."""
    place = places().of(row.insured_area)
    who = _("家人代为出示") if row.is_for_somebody_else else _("本人出示")
    return [
        Definition(_("姓名"), row.name_masked),
        Definition(_("参保地"), place.name if place else row.insured_area, note=row.insured_area),
        Definition(_("办什么"), BUSINESS_SAID[row.business_type], note=row.business_type),
        Definition(_("谁出示的"), who, tone="warn" if row.is_for_somebody_else else "good"),
        Definition(_("终端"), row.terminal),
        Definition(_("时间"), moment(row.at)),
        Definition(_("流水号"), row.out_biz_no),
    ]


def terminals_table(rows: Sequence[Terminal], pager: Pager) -> Table:
    """Registered terminals, the newest first."""
    names = names_of({each.institution for each in rows})
    columns = [
        Column(_("终端编号")), Column(_("医院或药店")), Column(_("放在哪里")),
        Column(_("哪天登记")), Column(_("状态")),
    ]  # fmt: skip
    shown = [
        [
            Cell(each.code, url=reverse("ecard:terminal", args=[each.ref])),
            Cell(names.get(each.institution, each.institution)),
            Cell(each.place),
            Cell(moment(each.registered_at)),
            Cell(_("不能再用"), tone="bad") if each.ended_at else Cell(_("可以核销"), tone="good"),
        ]
        for each in rows
    ]
    return Table(
        _("登记过的终端"),
        columns,
        shown,
        pager=pager,
        empty_title=_("没有这样的终端"),
        empty_hint=_("换一个条件；还没有登记的，在下面登记。"),
    )


def credential_facts(found: Credential) -> list[Definition]:
    """A credential as its person reads it."""
    names = names_of({found.place})
    where = names.get(found.place, "")
    facts = [
        Definition(_("状态"), found.get_state_display(), tone="bad" if found.ended_at else "good"),
        Definition(_("在哪里开通"), found.get_through_display(), note=where),
        Definition(_("什么时候"), moment(found.activated_at)),
        Definition(_("是不是本人"), _("核验过，只记结果，不存照片")),
    ]
    if found.ended_at is not None:
        facts.append(
            Definition(_("停用"), moment(found.ended_at), note=found.get_end_reason_display())
        )
    if found.offline_at is not None:
        facts.append(Definition(_("没网也能用的手机"), moment(found.offline_at)))
    return facts
