"""Sentences of this app: refusals, purposes of reads, what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

REFUSALS: Mapping[str, Wording] = {
    "search.term": Wording(
        _("没有看懂要找什么。可以输入姓名、拼音首字母、户号，或身份证、手机号的整号或后 4—6 位。"),
        _("请改一下再查。"),
    ),
    "purpose.missing": Wording(_("请先选择查看目的。"), _("选好目的后才能打开农户档案。")),
    "purpose.case_missing": Wording(
        _("这个目的需要写明案件号或理由。"), _("补上案件号或理由后再打开。")
    ),
    "refresh.running": Wording(
        _("县里的数据正在刷新，一次只能做一个。"),
        _("等它结束再开始。"),
    ),
    "refresh.nothing_delivered": Wording(
        _("还没有人口信息，无法建立农户档案。"),
        _("先导入人口信息（person），再刷新。"),
    ),
    "household.unknown": Wording(
        _("没有这个户号，或还没有发布过结果。"),
        _("请核对户号；新装系统请先刷新。"),
    ),
    "score.unknown": Wording(
        _("这户在这个口径下没有评分。"),
        _("换一个口径，或查看是否已授权。"),
    ),
    "export.no_run": Wording(
        _("这个日期之前没有发布过结果。"),
        _("换一个日期，或先刷新。"),
    ),
    "export.too_many_rows": Wording(
        _("行数超过 Excel 一张表的上限。"),
        _("改用 CSV 或 Parquet。"),
    ),
    "household_ref.invalid": Wording(
        _("户号不正确。"), _("户号由字母 H 和 13 位数字组成，请核对。")
    ),
}

READ_FIELDS: Mapping[str, _StrPromise] = {
    "household": _("户基本情况"),
    "members": _("家庭成员"),
    "score": _("信用评分"),
    "line": _("额度"),
    "facts.assets": _("资产明细"),
    "facts.liabilities": _("负债明细"),
    "facts.income": _("收入明细"),
    "facts.family": _("家庭明细"),
    "facts.standing": _("资信明细"),
    "facts.character": _("品行明细"),
    "rid": _("完整身份证号"),
    "phone": _("完整手机号"),
    "address": _("住址"),
}

RELATIONS: Mapping[str, _StrPromise] = {
    "户主": _("户主"),
    "配偶": _("配偶"),
    "子女": _("子女"),
    "父母": _("父母"),
    "孙子女": _("孙子女"),
    "祖父母": _("祖父母"),
    "兄弟姐妹": _("兄弟姐妹"),
    "儿媳女婿": _("儿媳女婿"),
    "其他": _("其他"),
}
"""The register's own words, so that they too are read in English."""

EVIDENCE: Mapping[str, _StrPromise] = {
    "hukou": _("户籍登记"),
    "residence": _("居住登记"),
    "marriage": _("婚姻登记"),
    "land": _("土地承包合同"),
    "single": _("单独立户"),
}


def said(words: Mapping[str, _StrPromise], code: str) -> str:
    """Return the words of a code, or the code itself."""
    return str(words.get(code, code))
