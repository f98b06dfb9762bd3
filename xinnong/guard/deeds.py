"""What guard writes into the audit log, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

DEEDS: Final[Mapping[str, _StrPromise]] = {
    "guard.propose-feed": _("登记数据源"),
    "guard.approve-feed": _("核准数据源"),
    "guard.refuse-feed": _("退回数据源登记"),
    "guard.suspend-feed": _("停用数据源"),
    "guard.take-events": _("收下事件"),
    "guard.forget-events": _("清理过期事件"),
    "guard.draft-rulebook": _("起草规则集"),
    "guard.back-test": _("用历史事件试算规则集"),
    "guard.sign-rulebook": _("签署规则集"),
    "guard.publish-rulebook": _("发布规则集"),
    "guard.drop-rulebook": _("放弃规则集草稿"),
    "guard.propose-rulebook-use": _("申请改变规则集的运行"),
    "guard.confirm-rulebook-use": _("确认规则集的运行"),
    "guard.find-alerts": _("发现预警"),
    "guard.open-case": _("立案"),
    "guard.add-task": _("交办任务"),
    "guard.finish-task": _("办完任务"),
    "guard.label-case": _("认定案件"),
    "guard.close-case": _("结案"),
    "guard.release-number": _("放行号码"),
    "guard.reveal-number": _("查看号码"),
    "guard.propose-target": _("登记送达平台"),
    "guard.approve-target": _("核准送达平台"),
    "guard.refuse-target": _("退回送达平台登记"),
    "guard.sign-order": _("签字联合处置"),
    "guard.approve-order": _("批准联合处置"),
    "guard.issue-order": _("签发联合处置"),
    "guard.reject-order": _("不批准联合处置"),
    "guard.deliver-order": _("送达联合处置"),
    "guard.keep-receipts": _("收下平台回执"),
    "guard.restore-account": _("恢复账号"),
    "guard.take-appeal": _("记下申诉"),
    "guard.reject-appeal": _("答复申诉不成立"),
    "guard.request-order": _("提出处置请求"),
    "guard.answer-request": _("答复处置请求"),
    "guard.tell-victims": _("批准通知受害人"),
    "guard.send-notices": _("发出受害人通知"),
    "guard.take-own-appeal": _("本人提出申诉"),
    "guard.propose-partner": _("登记协查单位"),
    "guard.approve-partner": _("核准协查单位"),
    "guard.refuse-partner": _("退回协查单位登记"),
    "guard.make-pack": _("制作协查包"),
    "guard.fetch-pack": _("取出协查包文件"),
    "guard.take-pack": _("收下邻县协查包"),
    "guard.stop-pack": _("停止监看协查包"),
    "guard.reveal-watched": _("查看协查标识"),
    "guard.find-watched": _("发现协查线索"),
    "guard.warn-neighbours": _("批准邻村预警"),
    "guard.tell-village": _("看过邻村预警并在村里提醒"),
    "guard.keep-cadre-number": _("填写收预警的手机号"),
    "guard.send-warnings": _("发出预警短信"),
}
