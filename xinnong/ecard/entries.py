"""This app's pages in the header: where they stand, what they are called, who may open them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.permissions import Permission
from xinnong.web.navigation import NavEntry
from xinnong.web.navigation import register as register_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def register() -> None:
    """Called when the app starts."""
    for position, label, name, verb, about in (
        (12, _("医保码"), "mine", Permission.HOLD_ECARD, _("看病买药出示，家人代办，丢了停用")),
        (27, _("核销医保码"), "counter", Permission.REDEEM_ECARD, _("扫或输入 28 位数字")),
        (28, _("当面开通"), "enrol", Permission.ACTIVATE_ECARD, _("替带身份证到场的人开通医保码")),
        (29, _("医保码挂失"), "hotline", Permission.REVOKE_ECARD, _("有人打电话或上门，马上停用")),
        (30, _("医保码终端"), "terminals", Permission.KEEP_TERMINALS, _("哪些窗口可以核销")),
    ):
        register_entry(NavEntry(position, label, f"ecard:{name}", _holds(verb), about))


def _holds(verb: Permission) -> Callable[[HttpRequest], bool]:
    """Whether whoever asks is signed in and holds the verb."""
    return lambda request: request.user.is_authenticated and request.user.can(verb)
