"""The header's entries for those who work with field teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.permissions import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Entry = tuple[int, "_StrPromise", str, Permission, "_StrPromise", tuple[str, ...]]


def entries() -> tuple[Entry, ...]:
    """Position, label, page, verb, what it is for, and the pages below it."""
    return (
        (
            14, _("今天进村的队伍"), "today", Permission.COUNT_HEADS,
            _("批准了谁、口令是什么、登记到场人数"), (),
        ),
        (
            20, _("进村活动"), "activities", Permission.READ_ACTIVITIES,
            _("备案、审批、日历和核销"), ("activity",),
        ),
        (
            21, _("我们的队伍"), "teams", Permission.FILE_ACTIVITY,
            _("登记队伍和队员，从队伍备案活动"), ("team", "new_activity"),
        ),
        (
            22, _("外拓渠道名单"), "channels", Permission.STOP_CHANNEL,
            _("授权、期限、停用"), ("channel", "stop"),
        ),
        (
            24, _("工作牌密钥"), "keys", Permission.STOP_CHANNEL,
            _("谁签工作牌，什么时候换"), (),
        ),
        (
            23, _("文书登记册"), "register", Permission.STOP_CHANNEL,
            _("介绍信、通知的文号，村民来查"), ("register_entry",),
        ),
    )  # fmt: skip
