"""The app's refusals in plain words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings


def register() -> None:
    """Called when the app starts."""
    register_wordings(
        {
            "purpose.missing": Wording(
                _("打开个人资料前要先选用途。"),
                _("请从用途清单里选一项，系统会记下来，本人也能看到。"),
            ),
            "purpose.case_missing": Wording(
                _("这个用途要写明案号或理由。"), _("请填写案号或简短理由。")
            ),
            "sealed.too_large": Wording(_("一份材料最多 %(most)s 字节。"), _("请分成几份封存。")),
            "sealed.erased": Wording(
                _("这个案件的密钥已经销毁，材料不能再打开。"),
                _("日志里的证明仍然有效，可以证明当时封存过什么时间、由谁封存。"),
            ),
            "sealed.unknown": Wording(
                _("没有这个案件的材料，或不属于您的单位。"), _("请核对案件号。")
            ),
        }
    )
