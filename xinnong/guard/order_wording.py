"""The refusals of joint orders in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ORDERS: Final[Mapping[str, Wording]] = {
    "order.not_lawful": Wording(
        _("还不能签发，有 %(count)s 处不符合规定。"), _("每一处写在下面，改好再签。")
    ),
    "order.kind": Wording(_("没有这种处置。"), _("只能选列出的六种。")),
    "order.nobody": Wording(
        _("没有可以处置的账号。"), _("案件里的号码在所选平台没有账号，或已放行。")
    ),
    "order.too_many": Wording(
        _("一份最多 %(most)s 个账号。"), _("请分平台签，或先把无关的号码放行。")
    ),
    "order.days": Wording(_("天数不对。"), _("这种处置最多 %(most)s 天。")),
    "order.reason": Wording(_("请写明理由。"), _("一到三句话，最多 %(most)s 个字。")),
    "order.evidence": Wording(_("案件没有固定的证据。"), _("没有预警和事件的案件不能处置账号。")),
    "order.not_suspended": Wording(
        _("有 %(count)s 个账号没有先暂停使用。"),
        _("关闭以前要先签发“暂停使用”，并收到平台已执行的回执。"),
    ),
    "order.appeal_runs": Wording(_("申诉期还没有过。"), _("%(until)s 以后才能关闭。")),
    "order.appealed": Wording(_("有账号的申诉还没有处理。"), _("请先处理申诉。")),
    "order.moved": Wording(
        _("这份处置现在的状态是“%(state)s”，不能这样办。"), _("请刷新页面看最新状态。")
    ),
    "order.changed": Wording(
        _("内容与第一人签的不一样，没有签发。"), _("请重新打开页面核对；不对的请另起一份并报告。")
    ),
    "order.key_reused": Wording(_("这一份已经提交过，内容却不同。"), _("请回到案件重新填写。")),
    "order.target_unknown": Wording(
        _("没有在用的平台：%(code)s。"), _("请先由两个人登记平台的送达地址。")
    ),
    "order.target_wrong": Wording(
        _("这个地址不能送达。"),
        _("只用 https 和域名，不带账号、参数和跳转；不能是内部网络的地址。"),
    ),
    "order.account_unknown": Wording(_("这份处置里没有这个账号。"), _("请刷新页面再选。")),
    "order.not_restorable": Wording(
        _("这个账号不能用恢复来办。"), _("已关闭的由平台重新开立；没有签发过的不用恢复。")
    ),
    "order.appeal_moved": Wording(_("已有申诉在办，或已经办完。"), _("请刷新页面看结果。")),
    "order.receipt_wrong": Wording(
        _("第 %(row)s 份回执不对，这一批都没有收。"),
        _("请核对账号、结果和签名，用登记的私钥签名后重发。"),
    ),
    "order.not_asking": Wording(
        _("处置请求由医保局和贷款机构提出。"), _("公安机关直接在案件里办理。")
    ),
    "guard.unknown": Wording(_("暂时查不到反诈侦测的答复"), _("请过几分钟再试。")),
    "guard.number_in_case": Wording(
        _("有人可能用您的手机号开过账号，公安正在核查"), _("请按申诉编号到派出所说明。")
    ),
    "guard.village_in_case": Wording(
        _("这个村正在发生冒名开户，公安正在处理"), _("三天内会解除；急用请按申诉编号联系派出所。")
    ),
}

OWN_WORDS: Final[Mapping[str, _StrPromise]] = {
    "verify": _("公安请平台核对：这个账号是不是本人开的。"),
    "limit": _("有人可能用您的号码开了这个账号，公安请平台先限制一部分功能，防止拿去骗人。"),
    "suspend": _("有人可能用您的号码开了这个账号，公安请平台先停用，防止拿去骗人。"),
    "close": _("这个账号被认定是别人冒用您的号码开的，公安请平台关闭。"),
    "bar": _("公安请平台在一段时间里不再用您的号码开新账号，防止再被冒用。"),
    "restore": _("公安查清了，请平台恢复这个账号。"),
}
"""What the person whose number it is reads, instead of what officers wrote."""
