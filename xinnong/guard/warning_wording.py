"""Warnings of neighbouring villages in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

WARNINGS: Final[Mapping[str, Wording]] = {
    "warning.no_village": Wording(
        _("案件里没有本县的村，不知道通知哪里。"), _("请先到现场问清在哪个村，再打电话通知。")
    ),
    "warning.nobody": Wording(
        _("这些村的村干部都没有登记，没有人可以通知。"),
        _("请打电话到镇里，并请系统运维补登村干部。"),
    ),
    "warning.already": Wording(
        _("这些村的村干部已经为这个案件通知过。"), _("案件扩到别的镇时可以再通知。")
    ),
    "warning.key_reused": Wording(
        _("这一次通知已经用在另一个案件上。"), _("请回到案件页重新打开。")
    ),
    "warning.number": Wording(_("手机号不对。"), _("请填十一位手机号；不想收短信就留空。")),
    "notice.nobody": Wording(
        _("没有可以通知的号码：都通知过、放行了，或只有标记。"),
        _("只有标记的，请来源单位通知本人。"),
    ),
    "appeal.not_yours": Wording(_("这个账号没有用您的号码。"), _("请刷新页面再看。")),
    "warning.not_cadre": Wording(_("这里只给村干部用。"), _("请用村干部的账号登录。")),
}


def warning_said(places: str) -> str:
    """What a cadre reads, in the language that is switched on; no name and no number of anybody."""
    return gettext(
        "【公安预警】%(places)s有人冒充工作人员，用村民的手机号开账号。请马上用广播、微信群提醒本村："
        "不把手机交给别人，不念验证码，不让人代操作。见到外来队伍先查真假，可疑的打110。"
    ) % {"places": places}


def notice_said() -> str:
    """What a victim's own telephone shows; no name, no platform, no number."""
    return gettext(
        "【公安提醒】有人可能用您的手机号开过账号，公安正在查，您没有错。不要理要验证码的人。"
        "登录信农点“我的账号”看处置、点一下就能申诉；也可带身份证到派出所。不收费。"
    )
