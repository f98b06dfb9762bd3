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
        }
    )
