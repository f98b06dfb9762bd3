"""Plain words for the codes of this app: refusals, kinds of business, what a counter is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

TRY_SAID: Mapping[str, _StrPromise] = {
    "ecard.code_used": _("码已经用过"),
    "ecard.code_relayed": _("码在别处用过，或只能在另一家用"),
    "ecard.code_expired": _("码过了时间，或者换过新的"),
    "ecard.code_unknown": _("码不认识"),
    "ecard.not_active": _("医保码已经停用"),
    "ecard.terminal_unknown": _("终端没有登记"),
    "ecard.out_biz_no_reused": _("单号用过了"),
}
"""Why a try came to nothing, as its person reads it."""

REFUSED_TRIES: Mapping[str, _StrPromise] = {
    "ecard.refuse-code_used": _("医保码没核销：用过了"),
    "ecard.refuse-code_relayed": _("医保码没核销：转给了别人"),
    "ecard.refuse-code_expired": _("医保码没核销：过了时间"),
    "ecard.refuse-code_unknown": _("医保码没核销：不认识"),
    "ecard.refuse-code_mistyped": _("医保码没核销：输错了"),
    "ecard.refuse-code_not_ours": _("医保码没核销：别的平台的"),
    "ecard.refuse-not_active": _("医保码没核销：已停用"),
    "ecard.refuse-terminal_unknown": _("医保码没核销：终端没登记"),
    "ecard.refuse-out_biz_no_reused": _("医保码没核销：单号用过了"),
}
"""What the log says of a try that came to nothing."""

BUSINESS_SAID: Mapping[str, _StrPromise] = {
    "01101": _("挂号"),
    "01102": _("住院建档"),
    "01103": _("入院登记"),
    "01104": _("缴预交金"),
    "01201": _("问诊"),
    "01202": _("预约检查"),
    "01203": _("检查"),
    "01204": _("治疗"),
    "01301": _("结算"),
    "01302": _("取药"),
    "01303": _("取报告"),
    "01304": _("打印票据和清单"),
    "01305": _("病历材料复印"),
}
"""Kinds of business of the national platform (01101 …)."""

NEW_CODE = _("请本人在手机上再点一次“出示医保码”，用新的码。")

REFUSALS: Mapping[str, Wording] = {
    "ecard.no_issuer": Wording(
        _("这里没有接通国家医保平台，不能开通和出示医保码。"),
        _("请用“国家医保服务平台”应用出示，或带身份证、社保卡去看病买药。"),
    ),
    "ecard.code_mistyped": Wording(
        _("这不是 28 位医保码，或者有一位输错了。"), _("请对着手机上的数字再输一次，或用扫码枪扫。")
    ),
    "ecard.code_not_ours": Wording(
        _("这个码不是本系统发出的。"), _("请在医院、药店自己的医保系统里使用，或请本人重新出示。")
    ),
    "ecard.code_unknown": Wording(_("没有人出示过这个码，或者它来自已经换掉的手机。"), NEW_CODE),
    "ecard.code_expired": Wording(_("这个码过期了，一个码只能用一分钟。"), NEW_CODE),
    "ecard.code_used": Wording(_("这个码刚才已经在这台终端用过了，一个码只能用一次。"), NEW_CODE),
    "ecard.code_relayed": Wording(
        _("这个码在别处用过了，或者只能在本人指定的另一家用。可能有人把码转给了别人。"),
        _("请看身份证核对是不是本人。是本人，请他再出示一次；不是，请打医保局电话。"),
    ),
    "ecard.terminal_unknown": Wording(
        _("这台终端没有登记，或已经停用，不能核销医保码。"),
        _("请核对终端编号，或请医保局登记这台终端。"),
    ),
    "ecard.business_unknown": Wording(
        _("没有这种业务，或者这类机构不能办。"), _("药店只能结算、取药；请按业务清单选。")
    ),
    "ecard.out_biz_no_malformed": Wording(
        _("流水号不对：1 到 64 位字母、数字和 - _ .，用字母或数字开头。"),
        _("请检查系统生成的流水号，再提交一次。"),
    ),
    "ecard.out_biz_no_reused": Wording(
        _("这个流水号已经用在另一笔业务上了。"), _("每笔业务请用一个新的流水号。")
    ),
    "ecard.not_yours": Wording(
        _("这不是您能办的：没有这项权限，或者是别人的。"), _("请用自己的账户办，或请医保局办。")
    ),
    "ecard.person_unknown": Wording(
        _("姓名和身份证号对不上，或者不在您能办的范围。"),
        _("请照着身份证再填一次；还是不行，请带身份证去镇便民服务中心核对。"),
    ),
    "ecard.check_failed": Wording(
        _("没有核验到是本人，所以没有开通。"),
        _("请本人再核验一次；在窗口办的，要看过身份证原件再勾选。"),
    ),
    "ecard.number_not_own": Wording(
        _("这个手机号不是登记在本人名下的号，不能用它开通。"),
        _("请用本人自己的手机号；换了号的，先带身份证去镇便民服务中心改号。"),
    ),
    "ecard.number_taken": Wording(
        _("这个手机号已经开通了另一个人的医保码。"),
        _("一个号只能开通一个人。没有自己手机的，可以请家人用“亲情账户”代为出示。"),
    ),
    "ecard.already_active": Wording(
        _("这个人的医保码已经开通了，不用再开。"), _("在“医保码”里就能出示。")
    ),
    "ecard.not_active": Wording(
        _("医保码没有开通，或者已经停用。"), _("可以在“医保码”里开通，或带身份证去定点医院、药店。")
    ),
    "ecard.channel_closed": Wording(
        _("这里不能开通医保码：只有本人手机、定点医院和药店可以。"),
        _("有人上门说替您开通，不要给身份证和手机，请打医保局或村干部的电话。"),
    ),
    "ecard.in_person_after_loss": Wording(
        _("上次是因为手机丢了或被人用了而停用的，要当面开通才安全。"),
        _("请带身份证去定点医院或药店的窗口，几分钟就好。"),
    ),
    "ecard.child_by_guardian": Wording(
        _("16 岁以下的孩子不单独开通。"), _("请父母在“亲情账户”里加上孩子，就能代为出示。")
    ),
    "ecard.key_reused": Wording(_("这次提交和以前的一次弄混了。"), _("请回到上一页重新填写。")),
    "ecard.family_full": Wording(
        _("亲情账户最多 %(most)s 个人。"), _("先解除一个不再需要的，再加新的。")
    ),
    "ecard.family_not_fit": Wording(
        _("不能这样加：要满 18 岁，不能加自己，孩子要和您在同一户。"),
        _("孩子不在一户的，请由同户的父母来加。"),
    ),
    "ecard.family_exists": Wording(
        _("已经加过这个人，或者正在等他同意。"), _("在“亲情账户”里看看现在的状态。")
    ),
    "ecard.family_answered": Wording(
        _("这件事已经答复过，或已经解除。"), _("在“亲情账户”里看看现在的状态。")
    ),
    "ecard.terminal_taken": Wording(
        _("这家机构已经有这个编号的终端，停用的编号也不能再用。"), _("请换一个编号。")
    ),
}


def register() -> None:
    """Called when the app starts."""
    register_wordings(REFUSALS)
