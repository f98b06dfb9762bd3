"""A badge as a card to print: 86 by 124 millimetres, its code 35 wide, in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import segno
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.core.badges import written
from xinnong.core.errors import Refused
from xinnong.outreach.answers import village_names
from xinnong.outreach.tables import hours_of
from xinnong.web.typesetting import TypesettingFailed, typeset

if TYPE_CHECKING:
    from xinnong.outreach.models import Badge

LANGUAGE: Final = "zh-hans"
PACKAGE: Final = "xinnong.outreach"
TEMPLATE: Final = "badge_card.typ"


class CardNotSet(Refused):
    """Fonts or the typesetter are missing here."""

    code: ClassVar[str] = "badge.typesetting"


def set_card(badge: Badge, *, code: str) -> bytes:
    """The card as a PDF, the same bytes each time; `code` are the eight digits, or "".

    Raises CardNotSet.
    """
    with translation.override(LANGUAGE):
        data = card_data(badge, code=code)
    try:
        return typeset(PACKAGE, TEMPLATE, data, made_at=badge.issued_at)
    except TypesettingFailed:
        raise CardNotSet from None


def card_data(badge: Badge, *, code: str) -> dict[str, object]:
    """What stands on the card, in the language that is switched on."""
    activity, agent = badge.activity, badge.agent
    team, channel = activity.team, activity.team.channel
    day = date_format(activity.on, "DATE_FORMAT")
    return {
        "title": _("进村工作牌"),
        "name": f"{agent.name}（{_('队长')}）" if agent.is_leader else agent.name,
        "number": _("编号 %(number)s") % {"number": badge.pk},
        "facts": [
            [_("哪家的"), channel.name],
            [_("队伍"), team.name],
            [_("哪些村"), village_names(activity.villages)],
            [_("哪天"), f"{day} {hours_of(activity)}"],
            [_("回拨核实"), channel.call_back],
        ],
        "qr": _qr(written(bytes(badge.message))),
        "qr_alt": _("工作牌的二维码"),
        "code_title": _("8位号码"),
        "code": f"{code[:4]} {code[4:]}".strip(),
        "warning": _("切勿扫描来历不明的二维码"),
        "hint": _("二维码只有村干部的核验程序认得。村民请打已知电话，或输8位号码核对。"),
    }


def _qr(text: str) -> str:
    """The code as SVG without a margin, which the card leaves free."""
    drawn: str = segno.make(text, error="m").svg_inline(border=0, omitsize=True)
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
