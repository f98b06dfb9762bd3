"""Sources of events as tables and definitions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.accounts.models import ApiClient, User
from xinnong.guard.models import FeedState
from xinnong.guard.wording import EVENT_KINDS
from xinnong.web import figures
from xinnong.web.refusals import unfilled_wording
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.guard.models import Feed, Parcel
    from xinnong.web.paging import Pager

PLACE: Final = re.compile(r"%\(\w+\)s")
FEED_TONES: Final = {
    FeedState.PROPOSED: "warn", FeedState.ACTIVE: "good", FeedState.SUSPENDED: "bad",
    FeedState.REFUSED: "plain", FeedState.REPLACED: "plain",
}  # fmt: skip


def moment(at: datetime | None) -> str:
    """An instant in local time; a dash for none."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "—"


def officer_names(refs: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of staff by reference."""
    known = {ref for ref in refs if ref is not None}
    return dict(User.objects.filter(ref__in=known).values_list("ref", "name"))


def feeds_table(found: Sequence[Feed]) -> Table:
    """Sources; a code leads to its deliveries."""
    columns = [
        Column(_("数据源")), Column(_("类别")), Column(_("可以报送的事件")), Column(_("状态")),
    ]  # fmt: skip
    rows = [
        [
            Cell(each.name, url=reverse("guard:feed", args=[each.ref]), note=each.code),
            Cell(each.get_kind_display()),
            Cell("、".join(str(EVENT_KINDS[kind]) for kind in each.event_kinds)),
            Cell(each.get_state_display(), tone=FEED_TONES[FeedState(each.state)]),
        ]
        for each in found
    ]
    return Table(
        _("数据源"), columns, rows, empty_title=_("还没有数据源"),
        empty_hint=_("在下面登记一个；另一位同事核准后，对方就可以报送事件。"), is_caption_hidden=True,
    )  # fmt: skip


def feed_facts(found: Feed) -> list[Definition]:
    """Everything registered about a source."""
    names = officer_names([found.proposed_by, found.decided_by])
    program = ApiClient.objects.filter(ref=found.client).values_list("code", flat=True).first()
    decided = names.get(found.decided_by, "—") if found.decided_by else "—"
    return [
        Definition(_("代码"), found.code),
        Definition(_("类别"), found.get_kind_display()),
        Definition(
            _("可以报送的事件"), "、".join(str(EVENT_KINDS[kind]) for kind in found.event_kinds)
        ),
        Definition(_("接口程序代码"), program or "—"),
        Definition(_("验签公钥"), f"{found.public_key[:16]}…{found.public_key[-8:]}"),
        Definition(_("时钟最多快几分钟"), figures.count(found.clock_minutes)),
        Definition(_("登记人"), names.get(found.proposed_by, "—"), note=moment(found.proposed_at)),
        Definition(_("核准人"), decided, note=moment(found.decided_at) if found.decided_at else ""),
    ]


def parcels_table(found: Sequence[Parcel], pager: Pager) -> Table:
    """Deliveries of a source, with what was turned back."""
    columns = [
        Column(_("收到")), Column(_("收下"), is_figure=True), Column(_("重复"), is_figure=True),
        Column(_("退回"), is_figure=True), Column(_("退回原因")),
    ]  # fmt: skip
    rows = [
        [
            Cell(moment(each.received_at)),
            Cell(figures.count(each.accepted)),
            Cell(figures.count(each.duplicate)),
            Cell(figures.count(each.refused)),
            Cell(_reasons(each.answer["reasons"])),
        ]
        for each in found
    ]
    return Table(
        _("收到的批次"), columns, rows, pager=pager, empty_title=_("还没有收到事件"),
        empty_hint=_("核准以后，对方用自己的令牌和私钥报送。"),
    )  # fmt: skip


def _reasons(counted: Mapping[str, int]) -> str:
    """Why rows came back, in words, with how many."""
    said = (f"{_reason(code)} × {n}" for code, n in counted.items())
    return _("；").join(said) or "—"


def _reason(code: str) -> str:
    """A refusal's sentence without its figures, which differed from row to row."""
    words = unfilled_wording(code)
    return PLACE.sub("…", str(words.says)).rstrip("。.") if words else code
