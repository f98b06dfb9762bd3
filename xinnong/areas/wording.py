"""The app's refusals in plain words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings


def register() -> None:
    """Called when the app starts."""
    register_wordings(
        {
            "areas.county_unknown": Wording(
                _("没有这个六位县级区划代码。"), _("请按 GB/T 2260 核对代码。")
            )
        }
    )
