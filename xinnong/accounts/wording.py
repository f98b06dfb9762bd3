"""The app's refusals in plain words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings


def register() -> None:
    """Called when the app starts."""
    register_wordings(
        {
            "role.unknown": Wording(_("没有这个岗位（%(role)s）。"), _("请从岗位清单里选一个。")),
            "role.other_operator": Wording(
                _("岗位和单位不属于同一类运营方，或没有填单位。"),
                _("请为这个人选择本单位的岗位。"),
            ),
            "institution.parent": Wording(
                _("上级单位属于另一个运营方，或绕回了本单位。"),
                _("请选同一运营方内的上级单位，或不填上级。"),
            ),
            "client.unknown": Wording(
                _("没有这个接口程序、单位或区划，或这个代码已经有程序在用。"),
                _("新程序要写明单位和区划代码；已有的程序只写代码。"),
            ),
            "token.scope_refused": Wording(
                _("这项权限不能给程序使用。"), _("请只选接口清单里的权限。")
            ),
            "client.verb_missing": Wording(
                _("这个程序（%(client)s）的令牌里没有这一步要的权限 %(verb)s。"),
                _("请管理员用 xinnong api-client 另发一个带这项权限的令牌。"),
            ),
            "token.lifetime": Wording(
                _("令牌最长 %(days)s 天。"), _("请缩短有效期，到期后再换新令牌。")
            ),
        }
    )
