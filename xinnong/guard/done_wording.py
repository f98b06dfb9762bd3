"""What the pages of guard say once something is done, and who goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

CASE: Final[Mapping[str, _StrPromise]] = {
    "finish": _("办完了，结果记在任务表里。"),
    "task": _("交办了，办完以前一直是待办。"),
    "label": _("认定记下了，写在“认定经过”里。"),
    "release": _("放行了，这个号码在本县可以照常用款。"),
    "note": _("封存进案卷了，校验和记进了存证日志。"),
    "warn": _("批准了：各村村干部的首页已经看到，短信正在发出。"),
    "tell": _("批准了：短信正由网关发到各人自己的号码。"),
}
ORDER: Final[Mapping[str, _StrPromise]] = {
    "sign": _("签字了。请另一位有审批权的同事打开这一页核对、批准。"),
    "approve": _("批准了，一分钟内送到各平台；送达和回执看下面。"),
    "approve-third": _("您批准了。账号多，还要第三个人批准才会送出。"),
    "reject": _("没有批准，这份处置不会送出。"),
    "restore": _("恢复了：立即送到平台，号码同时放行。"),
    "appeal": _("申诉记下了，请有审批权的同事恢复账号或答复。"),
    "turn-down": _("答复记下了：申诉不成立。"),
}
TARGET: Final[Mapping[str, _StrPromise]] = {
    "propose": _("提交了。请另一位同事打开这一页核准。"),
    "approve": _("核准了，现在可以向这个平台送达。"),
    "refuse": _("退回了，改好以后重新登记。"),
}
PACK: Final[Mapping[str, _StrPromise]] = {
    "make": _("做好了。请下载下面的文件，交给对方公安。"),
    "take": _("收下了，从现在起监看；查到会立案，并写在这个协查包里。"),
    "stop": _("不再监看了。"),
    "propose": _("提交了。请另一位同事打开这一页核准。"),
    "approve": _("核准了，现在可以和这个单位互发协查包。"),
    "refuse": _("退回了，改好以后重新登记。"),
}
FEED: Final[Mapping[str, _StrPromise]] = {
    "propose": _("提交了。请另一位同事打开这个数据源核准。"),
    "approve": _("核准了，对方现在可以报送事件。"),
    "refuse": _("退回了，改好以后重新登记。"),
    "suspend": _("停用了，新的报送不再收；要再用请重新登记。"),
}
REQUEST: Final[Mapping[str, _StrPromise]] = {
    "ask": _("交给公安了，答复会出现在下面的表里。"),
    "answer": _("答复了，提出的单位马上能看到。"),
}
RULEBOOK: Final[Mapping[str, _StrPromise]] = {
    "save": _("保存了，内容没有错；下一步用历史事件试算。"),
    "try": _("试算好了，结果在上面的表里。"),
    "sign": _("签署了。请另一位同事打开这份草稿签署并发布。"),
    "publish": _("发布了。"),
    "drop": _("草稿放弃了。"),
    "use": _("提出了。请另一位同事打开这一版确认。"),
    "confirm": _("确认了，从现在起这样运行。"),
}
