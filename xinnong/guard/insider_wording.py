"""The watch over our own users in words: refusals, deeds, what its pages say when something is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

INSIDERS: Final[Mapping[str, Wording]] = {
    "watch.not_overseer": Wording(
        _("这一步只有县里的个人信息保护负责人能办，也不能办关于自己的。"),
        _("请另一位负责人办理；能打开农户档案的人不能兼办。"),
    ),
    "watch.second_person": Wording(
        _("同一个人不能办两步，要两位负责人。"), _("请另一位负责人打开这一页来办。")
    ),
    "watch.canary_moved": Wording(
        _("这个哨户现在的状态是“%(state)s”，不能这样办。"), _("请重新打开这一页看最新状态。")
    ),
    "watch.village_unknown": Wording(_("没有这个村。"), _("请从名单里选一个村。")),
}
INSIDER_DEEDS: Final[Mapping[str, _StrPromise]] = {
    "guard.find-insiders": _("发现查看预警"),
    "guard.open-insider-case": _("为查看预警立案"),
    "guard.label-insider-case": _("认定查看案件"),
    "guard.close-insider-case": _("查看案件结案"),
    "guard.review-insider-case": _("看查看案件"),
    "guard.propose-insider-rules": _("提出查看预警规则"),
    "guard.confirm-insider-rules": _("确认查看预警规则"),
    "guard.refuse-insider-rules": _("退回查看预警规则"),
    "guard.forget-insiders": _("清理过期的查看事件"),
    "privacy.propose-canary": _("提出布设哨户"),
    "privacy.approve-canary": _("核准布设哨户"),
    "privacy.refuse-canary": _("退回布设哨户"),
    "privacy.ask-canary-removal": _("提出撤除哨户"),
    "privacy.remove-canary": _("核准撤除哨户"),
    "privacy.keep-canary": _("不撤除哨户"),
    "privacy.review-canaries": _("看哨户名单"),
}
CASE_DONE: Final[Mapping[str, _StrPromise]] = {"label": _("认定记下了，写在“认定经过”里。")}
PLANTED_DONE: Final[Mapping[str, _StrPromise]] = {
    "propose": _("提交了。请另一位负责人打开这一页核准。"),
    "approve": _("核准了，一分钟内放进农户名册；每次全县计算以后都在。"),
    "refuse": _("退回了，没有布设。"),
    "leave": _("提交了。请另一位负责人打开这一页核准撤除。"),
    "remove": _("核准了，一分钟内从农户名册撤除；以前谁看过照样查得到。"),
    "keep": _("保留了，哨户还在原处。"),
}
RULES_DONE: Final[Mapping[str, _StrPromise]] = {
    "propose": _("试算好了，结果看下面。请另一位负责人确认。"),
    "approve": _("确认了，从下一分钟起按这一版判断。"),
    "refuse": _("退回了，仍按现在的规则判断。"),
}
READ_MEANS: Final[Mapping[str, _StrPromise]] = {
    "opened": _("打开档案"),
    "unmasked": _("看全号"),
    "exported": _("导出"),
    "api": _("接口读取"),
}
