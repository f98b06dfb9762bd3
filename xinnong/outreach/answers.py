"""Answers in plain words, the same on a page, read aloud and as a text message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xinnong.areas.places import places
from xinnong.core.outreach import verdict_of
from xinnong.outreach.models import ChannelKind, Purpose
from xinnong.outreach.published_rules import bureau_number, issuers, rules
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from xinnong.outreach.models import Channel, Document
    from xinnong.outreach.queries.windows import Answer
    from xinnong.outreach.services.checking import Checked

TONES = {"green": "good", "amber": "warn", "red": "bad"}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its colour, what is so, and what to do."""

    colour: str
    title: str
    advice: str

    @property
    def tone(self) -> str:
        """The component's word for the colour."""
        return TONES[self.colour]

    @property
    def sentence(self) -> str:
        """All of it in one line, for telephones."""
        return f"{self.mark}：{self.title}{self.advice}"

    @property
    def mark(self) -> str:
        """The colour in a word, so that it is never told by colour alone."""
        return {"green": _("绿灯"), "amber": _("黄灯"), "red": _("红灯")}[self.colour]


def of_team(answer: Answer) -> Said:
    """What is so with a team that was found."""
    told = {
        "team": answer.team,
        "channel": channel_name(answer),
        "villages": village_names(answer.villages),
        "day": date_format(answer.on, "SHORT_DATE_FORMAT"),
        "from": _clock(answer.begins_at),
        "until": _clock(answer.ends_at),
        "number": answer.call_back,
        "bureau": bureau_number(),
    }
    title, advice = _team_words(answer.standing.reason)
    return Said(answer.standing.colour, title % told, advice % told)


def _team_words(reason: str) -> tuple[str, str]:
    return {
        "now": (
            _("已批准：%(channel)s%(team)s，今天到%(until)s在%(villages)s。"),
            _("请对照片、姓名，再问村干部口令。手机别离手，验证码别念。"),
        ),
        "later": (
            _("已批准：%(channel)s%(team)s，%(day)s %(from)s才开始，现在还没到。"),
            _("现在就来的，先别办，打%(number)s问清楚。"),
        ),
        "agent_stopped": (
            _("%(channel)s%(team)s已批准，但队里有人已被停用。"),
            _("先别办，打%(number)s问清楚。"),
        ),
        "over": (
            _("%(channel)s%(team)s批准的时间已过：%(day)s %(until)s结束。"),
            _("别再办。还来的，打110，再打%(bureau)s。"),
        ),
        "stopped": (
            _("%(channel)s%(team)s已被停用，不许再办。"),
            _("别给手机和身份证。打110，再打%(bureau)s。"),
        ),
        "unlicensed": (
            _("%(channel)s的授权不在有效期内。"),
            _("别给手机和身份证。打%(bureau)s问清楚。"),
        ),
        "not_approved": (
            _("%(channel)s%(team)s没有获得批准。"),
            _("别给手机和身份证。打110，再打%(bureau)s。"),
        ),
    }[reason]


def of_check(checked: Checked) -> Said:
    """What is so after eight digits were asked about."""
    if checked.answer is not None:
        return of_team(checked.answer)
    told = {"bureau": bureau_number()}
    colour, title, advice = {
        "unknown": (
            "red",
            _("查无此号：没有批准过这个号码的队伍。"),
            _("别给手机和身份证，别刷脸。打110，再打%(bureau)s。"),
        ),
        "not_digits": (
            "amber",
            _("号码要8位数字，没有看懂。"),
            _("请看着工作牌，把8位数字再输一遍。"),
        ),
        "mistyped": (
            "amber",
            _("有一位输错了，这还不能说明队伍是假的。"),
            _("请对着工作牌慢慢再输一遍。两遍都不对，别办，打%(bureau)s。"),
        ),
        "name_village": (
            "amber",
            _("这里查错的号码太多，要说是哪个村才能查。"),
            _("请把村名也选上再查。"),
        ),
        "used_up": (
            "amber",
            _("这个村查错的号码太多，这一小时不按号码查了。"),
            _("请看今天本村批准了哪些队伍，或问村干部，或打%(bureau)s。"),
        ),
    }[checked.outcome]
    return Said(colour, title, advice % told)


def of_village(village: str, found: Sequence[Answer]) -> Said:
    """Whether anybody is approved in a village today."""
    told = {"village": places().label(village), "bureau": bureau_number()}
    fit = [each for each in found if each.standing.colour != "red"]
    if not fit:
        return Said(
            "red",
            _("今天没有批准任何队伍到%(village)s。") % told,
            _("有人上门，别给手机和身份证。打110，再打%(bureau)s。") % told,
        )
    told["teams"] = _("、").join(dict.fromkeys(f"{channel_name(a)}{a.team}" for a in fit))
    title = _("今天到%(village)s的有：%(teams)s。") % told
    is_now = any(each.standing.colour == "green" for each in fit)
    advice = _("只认这些队伍。请对照片和8位号码，再问村干部口令。")
    return Said("green" if is_now else "amber", title, advice)


def of_village_on(village: str, found: Sequence[Answer], *, day: date, today: date) -> Said:
    """Whether anybody is approved in a village on a day, which may be another than today."""
    if day == today:
        return of_village(village, found)
    told = {
        "village": places().label(village),
        "day": date_format(day, "SHORT_DATE_FORMAT"),
        "bureau": bureau_number(),
    }
    fit = [each for each in found if each.standing.colour != "red"]
    if not fit:
        title = _("%(day)s没有批准任何队伍到%(village)s。") % told
        return Said("red", title, _("有疑问打%(bureau)s。") % told)
    told["teams"] = _("、").join(dict.fromkeys(f"{channel_name(a)}{a.team}" for a in fit))
    title = _("%(day)s到%(village)s的有：%(teams)s。") % told
    return Said("amber", title, _("那天再查一次：批准可能会停用或取消。"))


def of_document(document: Document | None, *, today: date) -> Said:
    """Whether a letter with a number exists; an unknown one names our number, never the letter's."""
    bureau = bureau_number()
    if document is None:
        return Said(
            "red",
            _("查无此文：登记册里没有这个文号。"),
            _("别按它办。号码只认这个：%(bureau)s，别打信上的电话。") % {"bureau": bureau},
        )
    issuer = issuers().get(document.issuer)
    told = {
        "issuer": issuer.name if issuer else document.issuer,
        "title": document.title,
        "number": issuer.call_back if issuer else bureau,
        "until": date_format(document.valid_until, "SHORT_DATE_FORMAT"),
    }
    if document.withdrawn_at is not None:
        colour, title = "red", _("已作废：%(issuer)s《%(title)s》。")
    elif not document.issued_on <= today <= document.valid_until:
        colour, title = "red", _("不在有效期：%(issuer)s《%(title)s》，到%(until)s为止。")
    else:
        colour, title = "green", _("有这份文：%(issuer)s《%(title)s》，到%(until)s有效。")
    advice = _("请对标题和日期。拿不准打%(number)s，别打信上的电话。")
    return Said(colour, title % told, advice % told)


def open_purposes(channel: Channel, today: date) -> list[str]:
    """What a channel's teams may come for: licensed, and not closed by the rules."""
    kind = channel.kind
    return [p for p in channel.purposes if verdict_of(rules(), p, kind, today).is_open]


def closed_purposes(today: date) -> list[str]:
    """What no team may come for any more, in words: whoever says so is none of ours."""
    said = []
    for purpose in Purpose:
        found = [verdict_of(rules(), purpose, kind, today) for kind in ChannelKind.values]
        ended = [each.ended_on for each in found if each.ended_on is not None]
        if ended and not any(each.is_open for each in found):
            told = {
                "purpose": purpose.label,
                "day": date_format(min(ended), "SHORT_DATE_FORMAT"),
            }
            said.append(
                _(
                    "从%(day)s起，任何队伍都不能上门%(purpose)s：不可能有这样的活动，谁这样说都是假的。"
                )
                % told
            )
    return said


def facts_of(answer: Answer) -> list[Definition]:
    """What an answer shows of a team besides its colour."""
    hours = f"{_clock(answer.begins_at)}—{_clock(answer.ends_at)}"
    day = date_format(answer.on, "DATE_FORMAT")
    facts = [
        Definition(_("哪家的"), channel_name(answer)),
        Definition(_("队伍"), answer.team),
        Definition(_("来做什么"), Purpose(answer.purpose).label),
        Definition(_("哪天"), f"{day} {hours}"),
        Definition(_("哪些村"), village_names(answer.villages)),
        Definition(_("在哪里办"), answer.place),
        Definition(_("回拨核实"), answer.call_back),
    ]
    if answer.subcontractor:
        facts.insert(1, Definition(_("委托给"), answer.subcontractor))
    return facts


def document_facts(document: Document) -> list[Definition]:
    """What stands in the register about a letter."""
    villages = village_names(tuple(document.villages)) or _("全县")
    facts = [
        Definition(_("文号"), document.number),
        Definition(_("标题"), document.title),
        Definition(_("发文日期"), date_format(document.issued_on, "DATE_FORMAT")),
        Definition(_("有效期到"), date_format(document.valid_until, "DATE_FORMAT")),
        Definition(_("适用范围"), villages),
        Definition(_("文件校验码"), document.file_sha256[:16]),
    ]
    if document.withdrawn_why:
        facts.append(Definition(_("作废原因"), document.withdrawn_why))
    return facts


def village_names(codes: Sequence[str]) -> str:
    """Names of villages, or towns, in one line."""
    known = places()
    names = (place.name if (place := known.of(code)) else code for code in codes)
    return _("、").join(names)


def channel_name(answer: Answer) -> str:
    """The channel in the language of the page."""
    is_english = (get_language() or "").startswith("en")
    return f"{answer.channel_en} " if is_english and answer.channel_en else answer.channel


def _clock(at: datetime) -> str:
    return f"{timezone.localtime(at):%H:%M}"
