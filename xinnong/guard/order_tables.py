"""Joint orders as tables and definitions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from xinnong.accounts.models import Institution
from xinnong.core.joint_orders import BASIS
from xinnong.guard.models import (
    AccountState,
    AppealState,
    DeliveryStage,
    FeedState,
    OrderState,
)
from xinnong.guard.pictures import short
from xinnong.guard.tables import FEED_TONES, moment, officer_names
from xinnong.web import figures
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from xinnong.audit.proofs import Evidence
    from xinnong.guard.models import (
        JointOrder,
        OrderAccount,
        OrderAppeal,
        OrderDelivery,
        OrderRequest,
        OrderTarget,
    )
    from xinnong.web.paging import Pager

ORDER_TONES: Final = {
    OrderState.SIGNED: "warn", OrderState.APPROVED: "warn", OrderState.ISSUED: "good",
    OrderState.REJECTED: "plain", OrderState.EXPIRED: "plain",
}  # fmt: skip
ACCOUNT_TONES: Final = {
    AccountState.WAITING: "warn", AccountState.DONE: "good", AccountState.NOT_FOUND: "plain",
    AccountState.REFUSED: "bad",
}  # fmt: skip
STAGE_TONES: Final = {
    DeliveryStage.WAITING: "warn", DeliveryStage.SENT: "warn", DeliveryStage.ANSWERED: "good",
    DeliveryStage.FAILED: "bad",
}  # fmt: skip


def orders_table(found: Sequence[JointOrder], pager: Pager) -> Table:
    """The list; what is asked leads to the order."""
    rows = [
        [
            Cell(each.get_kind_display(), url=reverse("guard:order", args=[each.ref])),
            Cell(str(each.case.pk), url=reverse("guard:case", args=[each.case.ref])),
            Cell(figures.count(each.accounts)),
            Cell(moment(each.signed_at)),
            Cell(moment(each.expires_at)),
            Cell(each.get_state_display(), tone=ORDER_TONES[OrderState(each.state)]),
        ]
        for each in found
    ]
    columns = [
        Column(_("处置")), Column(_("案件编号")), Column(_("账号数"), is_figure=True),
        Column(_("经办签字")), Column(_("有效期至")), Column(_("状态")),
    ]  # fmt: skip
    return Table(
        _("联合处置"), columns, rows, pager=pager, empty_title=_("没有这样的处置"),
        empty_hint=_("在案件页点“起草联合处置”；要两位民警签字才会发出。"), is_caption_hidden=True,
    )  # fmt: skip


def order_facts(order: JointOrder, evidence: Evidence | None) -> list[Definition]:
    """What an order says, whose keys it bears, and where its issue stands in the log."""
    told = json.loads(bytes(order.document))
    names = officer_names([order.handler, order.approver, order.third])
    keys = [names.get(each, "—") for each in (order.handler, order.approver, order.third) if each]
    return [
        Definition(_("处置"), order.get_kind_display()),
        Definition(_("法律依据"), _said_basis(told["basis"])),
        Definition(_("理由"), told["reason"]),
        Definition(_("账号数"), figures.count(order.accounts)),
        Definition(_("签字的人"), "、".join(keys)),
        Definition(_("有效期至"), moment(order.expires_at)),
        Definition(_("证据校验码"), told["evidence"][:16]),
        Definition(_("内容校验码"), order.sha256[:16], note=order.sha256[16:]),
        *_in_the_log(evidence),
        *([Definition(_("未批准的理由"), order.decided_for)] if order.decided_for else []),
    ]


def _in_the_log(evidence: Evidence | None) -> list[Definition]:
    if evidence is None or evidence.index is None or evidence.checkpoint is None:
        return []
    signed = moment(evidence.checkpoint.checkpoint.at)
    return [Definition(_("存证编号"), figures.count(evidence.index), note=signed)]


def accounts_table(found: Sequence[OrderAccount]) -> Table:
    """The accounts with their receipts."""
    rows = [
        [
            Cell(short(each.mark)),
            Cell(each.target.name),
            Cell(each.get_state_display(), tone=ACCOUNT_TONES[AccountState(each.state)]),
            Cell(each.receipt[:16] or "—", note=each.receipt_at),
        ]
        for each in found
    ]
    columns = [
        Column(_("号码（标记）")),
        Column(_("平台")),
        Column(_("回执")),
        Column(_("回执签名")),
    ]
    return Table(_("账号和回执"), columns, rows, is_caption_hidden=True)


def deliveries_table(found: Sequence[OrderDelivery], now: datetime) -> Table:
    """Where an order is, and whether the clock ran out."""
    rows = [
        [
            Cell(each.target.name),
            Cell(each.get_state_display(), tone=STAGE_TONES[DeliveryStage(each.state)], note=each.problem),
            Cell(figures.count(each.attempts)),
            Cell(moment(each.sent_at)),
            Cell(moment(each.answered_at)),
            _clock(each, now),
        ]
        for each in found
    ]  # fmt: skip
    columns = [
        Column(_("平台")), Column(_("送达")), Column(_("送了几次"), is_figure=True),
        Column(_("送达时间")), Column(_("回执齐全")), Column(_("时限")),
    ]  # fmt: skip
    return Table(
        _("送达"), columns, rows, empty_title=_("还没有送出"), empty_hint=_("审批后一分钟内送出。")
    )


def _clock(delivery: OrderDelivery, now: datetime) -> Cell:
    until = delivery.answered_at or now
    if until > delivery.due_at:
        return Cell(_("超过时限"), tone="bad", note=moment(delivery.due_at))
    return Cell(moment(delivery.due_at))


def appeals_table(found: Sequence[OrderAppeal], *, leads: bool = False) -> Table:
    """Appeals about an order, or of several with a way to each."""
    rows = [
        [
            Cell(
                short(each.account.mark),
                url=reverse("guard:order", args=[each.account.order.ref]) if leads else "",
            ),
            Cell(each.account.target.name),
            Cell(each.said, note=_("本人提出") if each.is_own else ""),
            Cell(
                each.get_state_display(),
                tone="warn" if each.state == AppealState.OPEN else "plain", note=each.reason,
            ),
            Cell(moment(each.made_at)),
        ]
        for each in found
    ]  # fmt: skip
    columns = [
        Column(_("号码（标记）")), Column(_("平台")), Column(_("申诉内容")), Column(_("状态")),
        Column(_("时间")),
    ]  # fmt: skip
    return Table(_("申诉"), columns, rows)


def targets_table(found: Sequence[OrderTarget]) -> Table:
    """Platforms that orders go to."""
    names = officer_names(each.proposed_by for each in found)
    rows = [
        [
            Cell(each.name, note=each.code),
            Cell(each.url),
            Cell(f"{each.public_key[:16]}…"),
            Cell(names.get(each.proposed_by, "—")),
            Cell(each.get_state_display(), tone=FEED_TONES[FeedState(each.state)]),
        ]
        for each in found
    ]
    columns = [
        Column(_("平台")), Column(_("送达地址")), Column(_("验回执的公钥")), Column(_("登记人")),
        Column(_("状态")),
    ]  # fmt: skip
    return Table(
        _("送达平台"), columns, rows, empty_title=_("还没有登记平台"),
        empty_hint=_("登记要两个人；没有登记的平台收不到处置。"),
    )  # fmt: skip


def requests_table(found: Sequence[OrderRequest]) -> Table:
    """What the bureau and banks asked, and the answers."""
    names = _names(each.institution for each in found)
    rows = [
        [
            Cell(each.said),
            Cell(names.get(each.institution, each.institution)),
            Cell(str(each.case_number or "—")),
            Cell(moment(each.asked_at)),
            Cell(each.answer, note=moment(each.answered_at))
            if each.answer
            else Cell(_("待答复"), tone="warn"),
        ]
        for each in found
    ]
    columns = [
        Column(_("请求或意见")), Column(_("谁提出")), Column(_("案件编号")), Column(_("时间")),
        Column(_("答复")),
    ]  # fmt: skip
    return Table(
        _("处置请求"), columns, rows, empty_title=_("还没有请求"),
        empty_hint=_("医保局和贷款机构发现可疑情况，可以在这里请公安处理。"),
    )  # fmt: skip


def institution_name(code: str) -> str:
    """An institution as people call it; the code of one that is gone."""
    return _names([code]).get(code, code)


def _names(codes: Iterable[str]) -> dict[str, str]:
    found = Institution.objects.filter(code__in=set(codes))
    return {each.code: each.shown_name for each in found}


def _said_basis(basis: str) -> str:
    """The law an order names, in the language of the page; the document itself stays as signed."""
    return _("《反电信网络诈骗法》第二十条、第二十二条") if basis == BASIS else basis
