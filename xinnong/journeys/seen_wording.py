"""Words for what reads show and lists answer (`privacy.seen`), as the family reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

READ_FIELDS: Mapping[str, _StrPromise] = {
    "household": _("户基本情况"),
    "members": _("家庭成员"),
    "profile": _("六维档案"),
    "score": _("信用评分"),
    "line": _("额度"),
    "ecard": _("医保码"),
    "facts.assets": _("资产明细"),
    "facts.liabilities": _("负债明细"),
    "facts.income": _("收入明细"),
    "facts.family": _("家庭明细"),
    "facts.standing": _("资信明细"),
    "facts.character": _("品行明细"),
    "rid": _("完整身份证号"),
    "phone": _("完整手机号"),
    "address": _("住址"),
    "applications": _("贷款申请"),
    "loans": _("在本机构的贷款"),
    "loan": _("一笔贷款的情况"),
    "repayments": _("还款记录"),
    "contract": _("借款合同"),
    "visit": _("上门办理的资料"),
    "sealed": _("案件材料"),
    "collection": _("催收记录"),
    "checks": _("贷后检查"),
    "collateral": _("抵押物"),
    "guarantors": _("保证人资料"),
    "accounts": _("涉及本人号码的处置"),
}

ASKED: Mapping[str, _StrPromise] = {
    "nothing": _("浏览列表"),
    "name": _("姓名"),
    "initials": _("拼音首字母"),
    "household": _("户号"),
    "organisation": _("合作社、企业和村集体"),
    "rid": _("身份证号"),
    "phone": _("手机号"),
    "tail4": _("证件号或手机号后 4 位"),
    "tail5": _("证件号或手机号后 5 位"),
    "tail6": _("证件号或手机号后 6 位"),
    "export": _("导出"),
    "recent": _("最近打开"),
    "village": _("按村查"),
    "applications": _("贷款申请"),
    "loans": _("贷款清单"),
    "collections": _("逾期贷款"),
    "checks": _("贷后检查"),
    "releases": _("抵押登记注销"),
    "alert": _("借款预警"),
    "bureau": _("征信报送"),
}
"""What kind of question a search was."""
