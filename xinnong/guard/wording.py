"""The refusals of guard in plain words, and its entries in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.guard.insider_wording import INSIDERS
from xinnong.guard.order_wording import ORDERS
from xinnong.guard.pack_wording import PACKS
from xinnong.guard.rulebook_wording import RULEBOOKS
from xinnong.guard.warning_wording import WARNINGS
from xinnong.web.navigation import NavEntry
from xinnong.web.navigation import register as register_entry
from xinnong.web.refusals import Wording, register_wordings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.http import HttpRequest

FEEDS: Final[Mapping[str, Wording]] = {
    "feed.unknown": Wording(
        _("没有代码为 %(feed)s 的在用数据源属于这个程序。"),
        _("请核对代码；新的或停用的数据源要由公安两个人重新登记。"),
    ),
    "feed.taken": Wording(
        _("代码 %(code)s 已有一份登记在等第二人核准。"), _("请先核准或退回那一份。")
    ),
    "feed.moved": Wording(
        _("这份登记现在的状态是“%(state)s”，不能这样办。"), _("请回到列表看最新状态。")
    ),
    "feed.key_wrong": Wording(
        _("验签公钥不对。"), _("请填 Ed25519 公钥：64 位小写十六进制，由对方提供。")
    ),
    "feed.client_unknown": Wording(
        _("公安名下没有代码为 %(client)s 的接口程序。"),
        _("请系统运维先用 xinnong api-client 建好程序、发出令牌。"),
    ),
    "guard.second_person": Wording(
        _("同一个人不能办两步。"), _("请另一位有权限的同事来办这一步。")
    ),
    "guard.not_police": Wording(_("这一步只有公安机关的人能办。"), _("请联系县公安局办理。")),
}
EVENTS: Final[Mapping[str, Wording]] = {
    "events.signature": Wording(
        _("签名与内容对不上，一条也没有收。"),
        _("请用登记的私钥，对数据源代码、流水键和内容的 SHA-256 签名后重发。"),
    ),
    "events.key_reused": Wording(
        _("这个流水键已用在另一批内容上。"), _("新的一批请用新的流水键；重发请原样重发。")
    ),
    "events.too_large": Wording(
        _("这一批超过 %(most_kb)s KB，没有读。"), _("请分成几批，每批用自己的流水键。")
    ),
    "events.too_many": Wording(_("一批最多 %(most)s 条。"), _("请分成几批发送。")),
    "events.not_events": Wording(
        _("内容不是事件清单。"), _('请发 UTF-8 的 JSON：{"events": […]}，至少一条。')
    ),
    "event.no_object": Wording(_("这一行不是一个 JSON 对象。"), _("每个事件写成一个对象。")),
    "event.unknown_field": Wording(_("有不认识的字段。"), _("请按接口文档改名或去掉。")),
    "event.id": Wording(
        _("事件编号不对。"), _("用字母、数字和 . _ : -，最多 64 个，在本数据源内不重复。")
    ),
    "event.kind": Wording(
        _("这个数据源没有登记这类事件。"), _("登记过的有：%(known)s。要增加请重新登记。")
    ),
    "event.at": Wording(_("时间不对。"), _("写成带时区的时间，例如 2026-11-20T09:30:00+08:00。")),
    "event.clock_ahead": Wording(
        _("时间比现在晚了 %(minutes)s 分钟以上。"), _("请校准发送方的时钟。")
    ),
    "event.too_old": Wording(
        _("时间早于 %(days)s 天前。"), _("太旧的事件不再参加侦测，请不要补发。")
    ),
    "event.platform": Wording(
        _("平台代码不对。"), _("用字母、数字、下划线、点和横线，最多 40 个。")
    ),
    "event.village": Wording(_("村代码不对。"), _("用十二位数字的行政村代码；不知道就不写。")),
    "event.activity": Wording(_("活动编号不对。"), _("写批准时给的编号；没有就不写。")),
    "event.flag": Wording(_("这一项只能是 true 或 false。"), _("不知道就不写这一项。")),
    "event.phone": Wording(_("手机号不对。"), _("写十一位号码，或写 m: 加 32 位十六进制的标记。")),
    "event.identifier": Wording(_("标识不对。"), _("写不超过 %(most)s 个可见字符；不知道就不写。")),
}
CASES: Final[Mapping[str, Wording]] = {
    "case.moved": Wording(_("这个案件%(state)s，不能再改。"), _("有新情况会另开新案。")),
    "case.task_moved": Wording(_("这项任务已经办完。"), _("请刷新页面看结果。")),
    "case.reason": Wording(_("请写明原因。"), _("写一到两句话，最多 %(most)s 个字。")),
    "case.number_unknown": Wording(
        _("这个号码打不开或不在案件里。"),
        _("来源只给了标记的号码，请向来源单位调取；已放行的不用再放行。"),
    ),
    "case.quota": Wording(
        _("您 24 小时内已看过 %(most)s 个号码。"), _("确需再看的，请另一位同事办理。")
    ),
}
TASKS: Final[Mapping[str, Any]] = {
    "check-team": _("核对队伍身份，到村查看，通知邻村村干部"),
    "check-activities": _("核对这段时间有没有批准的活动"),
    "hold-registrations": _("对名单内的号码暂缓新开户并复核"),
}
SEVERITY: Final[Mapping[str, Any]] = {
    "watch": _("留意"), "alert": _("要核查"), "urgent": _("紧急"),
}  # fmt: skip
TONES: Final[Mapping[str, str]] = {"watch": "plain", "alert": "warn", "urgent": "bad"}
EVENT_KINDS: Final[Mapping[str, Any]] = {
    "activation": _("激活凭证"),
    "registration": _("注册账号"),
    "code": _("发送验证码"),
    "login": _("登录账号"),
    "session": _("人员在设备上签到"),
    "team_check": _("核对队伍"),
    "document_check": _("核对文件"),
    "self_check": _("本人自查账号"),
    "hotline": _("热线举报"),
}


def register() -> None:
    """Add the words of every code and the header entries; called when the app starts."""
    for words in (FEEDS, EVENTS, RULEBOOKS, CASES, ORDERS, WARNINGS, PACKS, INSIDERS):
        register_wordings(words)
    cases, asks = _may(Permission.READ_CASES), _may(Permission.REQUEST_ORDERS)
    oversees = _may(Permission.READ_READS)
    warned, own = _may(Permission.READ_WARNINGS), _may(Permission.READ_OWN_FILE)
    for position, label, name, may, about in (
        (30, _("案件"), "cases", cases, _("预警变成的案件：时间线、联系图、要办的事")),
        (31, _("联合处置"), "orders", cases, _("两把钥匙签发，平台逐个账号回执，申诉和恢复")),
        (32, _("侦测规则"), "rulebooks", cases, _("现用的规则、试算、两人发布")),
        (33, _("数据源"), "feeds", cases, _("哪些平台送线索，送了多少")),
        (18, _("我的账号"), "my_accounts", own, _("公安对您号码下的账号做过什么，怎么申诉")),
        (35, _("协查包"), "packs", cases, _("与邻县公安交换团伙的设备、号码和手法")),
        (13, _("查看预警"), "insiders", oversees, _("谁看得太多、看了哨户，核查和认定")),
        (34, _("处置请求"), "requests", asks, _("请公安核验或停用账号，看答复")),
        (15, _("邻村预警"), "warnings", warned, _("附近有人冒充工作人员时公安发来的提醒")),
    ):
        register_entry(NavEntry(position, label, f"guard:{name}", may, about))


def task_said(what: str) -> str:
    """A task in words: one that every case begins with, or what somebody wrote."""
    return str(TASKS.get(what, what))


def _may(verb: Permission) -> Callable[[HttpRequest], bool]:
    def shown(request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.can(verb)

    return shown
