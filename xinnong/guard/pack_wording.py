"""The refusals of packs in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

PACKS: Final[Mapping[str, Wording]] = {
    "pack.refused": Wording(
        _("协查包没有办成，有 %(count)s 处不对。"), _("每一处写在下面；收到的文件请退回对方重做。")
    ),
    "pack.too_large": Wording(
        _("文件超过 %(most_kb)s KB，没有读。"), _("协查包很小，这可能不是协查包。")
    ),
    "pack.sender_unknown": Wording(
        _("没有在用的协查单位：%(county)s。"), _("请先由两个人登记对方的公钥。")
    ),
    "pack.partner_unknown": Wording(
        _("没有在用的协查单位：%(county)s。"), _("请先由两个人登记对方的公钥。")
    ),
    "pack.partner_wrong": Wording(_("县代码不对，或就是本县。"), _("请填邻县的六位行政区划代码。")),
    "pack.sealing_key": Wording(
        _("封装公钥不对。"), _("应是 X25519 公钥：64 位小写十六进制，由对方提供。")
    ),
    "pack.signature": Wording(
        _("签名与 %(county)s 登记的公钥对不上，没有收。"),
        _("请打对方的值班电话核实，不要打文件里的。"),
    ),
    "pack.not_for_us": Wording(
        _("这个协查包不是发给本县的，打不开。"), _("请对方核对本县的封装公钥后重做。")
    ),
    "pack.duplicate": Wording(_("协查包 %(pack)s 已经收过。"), _("请在列表里打开看。")),
    "pack.key_reused": Wording(_("这一份已经提交过，内容却不同。"), _("请回到案件重新填写。")),
    "pack.moved": Wording(_("这个协查包已经停止监看。"), _("请刷新页面看最新状态。")),
    "pack.missing": Wording(
        _("这个案件还没有协查包。"), _("请民警先在案件页制作；命令只取已经签好的。")
    ),
    "pack.no_county": Wording(_("还没有本县的行政区划。"), _("请系统运维先导入行政区划。")),
    "pack.ahead": Wording(_("制作时间晚于现在。"), _("请对方校准时钟后重做。")),
    "pack.over": Wording(_("监看时间已经过了。"), _("还需要的请对方重做。")),
    "pack.days": Wording(_("监看时间太长。"), _("最多 %(most)s 天。")),
    "pack.empty": Wording(_("没有选任何设备、号码或车牌。"), _("至少选一个。")),
    "pack.too_many": Wording(_("标识太多。"), _("一个协查包最多 %(most)s 个，请分开做。")),
    "pack.value": Wording(
        _("有一处标识写得不对：%(field)s。"), _("设备不带空格，手机号十一位，车牌如“粤A12345”。")
    ),
    "pack.twice": Wording(_("有一处标识写了两次：%(field)s。"), _("每个只写一次。")),
    "pack.field_missing": Wording(_("少了 %(field)s。"), _("请对方用同一版本重做。")),
    "pack.field_extra": Wording(_("有不认识的 %(field)s。"), _("请对方用同一版本重做。")),
    "pack.field_type": Wording(_("%(field)s 写得不对。"), _("请对方用同一版本重做。")),
    "pack.file_not_json": Wording(_("不是协查包文件。"), _("请选对方发来的 JSON 文件。")),
    "pack.file_not_object": Wording(_("不是协查包文件。"), _("请选对方发来的 JSON 文件。")),
    "pack.file_not_canonical": Wording(
        _("文件被改写过，或有字段写了两次。"), _("请对方重新发送原件，不要打开另存。")
    ),
}


def problem_code(code: str) -> str:
    """The code under which a problem of a file's shape is worded here."""
    return code.replace("field.", "pack.field_").replace("document.", "pack.file_")
