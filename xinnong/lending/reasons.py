"""Why an application was decided so and why a step was refused: plain words, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _l

from xinnong.credit.wording import gate_text
from xinnong.lending import wording
from xinnong.web import figures
from xinnong.web.refusals import Wording, unfilled_wording, wording_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xinnong.core.errors import Problem
    from xinnong.lending.models import Decision

_AT_DESK = _l("请到网点，或找客户经理当面办。")
_WAIT = _l("工作人员会看，看完会告诉您结果，不用重复申请。")
_RELOAD = _l("请刷新页面，看现在的状态。")

DECISIONS: Mapping[str, Wording] = {
    "application.line_unknown": Wording(
        _l("这家机构还没有给这户授信。"), _l("请先签授权书，或找客户经理上门看。")
    ),
    "application.contracted_unknown": Wording(_l("在这家机构已借多少暂时查不到。"), _WAIT),
    "application.rate_unknown": Wording(_l("利率还没有定下来。"), _WAIT),
    "application.gate_closed": Wording(
        _l("授信条件还没有满足：%(gates)s。"),
        _l("这些情况改变以后额度会重新算；认为不对，可以提出异议或要求人工审查。"),
    ),
    "application.over_line": Wording(
        _l("申请的金额超过了还可以借的额度（%(left_minor)s）。"),
        _l("可以把金额改到额度以内再申请。"),
    ),
    "application.asked_for_person": Wording(_l("申请人要求由人来审查。"), _WAIT),
    "application.no_line_rule": Wording(_l("这个产品要由人来审查。"), _WAIT),
    "application.evidence_old": Wording(
        _l("资料是 %(known_on)s 的，时间久了，要由人来看。"), _WAIT
    ),
    "application.produces": Wording(_l("生产情况要由人核实。"), _WAIT),
    "application.security": Wording(_l("有担保，要由人来审查。"), _WAIT),
    "application.payee": Wording(_l("钱要打给供货商，要由人来审查。"), _WAIT),
    "application.over_rule": Wording(
        _l("金额超过了自动审批的上限（%(limit_minor)s），要由人来审查。"), _WAIT
    ),
    "product.not_yet": Wording(_l("产品从 %(effective_on)s 起才能办。"), _l("请到时再申请。")),
    "product.lender": Wording(_l("这家机构不办这个产品。"), _l("请选别的产品。")),
    "product.borrower": Wording(_l("这个产品不借给这类借款人。"), _l("请选别的产品。")),
    "product.produces": Wording(
        _l("这个产品只借给有这些生产的农户：%(produces)s。"), _l("请选别的产品。")
    ),
    "product.amount": Wording(
        _l("金额要在 %(least_minor)s 到 %(most_minor)s 之间。"), _l("请改金额再申请。")
    ),
    "product.months": Wording(
        _l("期限要在 %(least_months)s 到 %(most_months)s 个月之间。"), _l("请改期限再申请。")
    ),
    "product.method": Wording(_l("这个产品没有这种还款方式。"), _l("请换一种还款方式。")),
    "product.security": Wording(_l("这个产品没有这种担保方式。"), _l("请换一种担保方式。")),
    "product.payee": Wording(_l("这个产品不能这样收款。"), _l("请换一种收款方式。")),
    "product.grace": Wording(_l("宽限期最多 %(most_grace)s 期。"), _l("请缩短宽限期。")),
    "product.rate": Wording(
        _l("利率不在产品的范围（%(floor_percent)s 到 %(cap_percent)s）内。"), _AT_DESK
    ),
    "product.lpr_unknown": Wording(_l("当天的贷款市场报价利率还不知道。"), _WAIT),
    "product.total_cost": Wording(_l("利率超过了总成本上限 %(most_percent)s。"), _AT_DESK),
    "officer.capacity": Wording(
        _l("按现在的收入和已有的还款，还不上这么多。"), _l("可以少借一些，或等收成以后再申请。")
    ),
    "officer.purpose": Wording(
        _l("用途没有说清楚，或不在可以借的用途里。"), _l("请带订单、发票或说明再来。")
    ),
    "officer.documents": Wording(_l("材料不齐。"), _l("请按产品要求带齐材料再申请。")),
    "officer.information": Wording(
        _l("申请的内容和查到的资料不一致。"), _l("请核对资料；资料错了可以提出异议。")
    ),
    "officer.debts": Wording(
        _l("在别处的借款已经多了，或有逾期没还。"), _l("还清逾期以后可以再申请。")
    ),
    "officer.visit": Wording(
        _l("上门看到的和申请的不相符。"), _l("可以请客户经理再看一次，或补充说明。")
    ),
    "officer.withdrawn": Wording(_l("审查人收回了意见，要再看一次。"), _WAIT),
    "contract.not_in_force": Wording(_l("合同还没有生效。"), _l("先签约，再办齐条件。")),
    "contract.outside_its_days": Wording(_l("合同已经到期（%(ends_on)s）。"), _AT_DESK),
    "condition.missing": Wording(_l("还没有办好：%(condition)s。"), _l("办好以后才能用款。")),
    "card.none": Wording(_l("还没有绑定本人的银行卡。"), _l("请带身份证和银行卡到网点绑定。")),
    "hold.card": Wording(
        _l("银行卡是新绑的，%(until)s 以前不能收款。"), _l("要早一点，请让客户经理回访本人。")
    ),
    "hold.number": Wording(
        _l("登记的手机号刚换过，%(until)s 以前不能用款。"), _l("要早一点，请本人到网点。")
    ),
    "hold.device": Wording(
        _l("这台手机是新的，%(until)s 以前不能用款。"), _l("要早一点，请让客户经理回访本人。")
    ),
    "hold.device_unknown": Wording(
        _l("这台手机还没有登记。"), _l("请退出以后重新登录，再等 24 小时。")
    ),
    "hold.guard": Wording(
        _l("为了保护您，新的用款先停一停（%(reason)s）。"),
        _l("不同意可以申诉，申诉编号 %(appeal)s。"),
    ),
}
"""What a rule or a person found, beside a decision or a contract that cannot be drawn on."""

STEPS: Mapping[str, Wording] = {
    "application.not_yours": Wording(_l("只能为本人办理，也不能替别的机构办理。"), _AT_DESK),
    "application.not_representative": Wording(
        _l("登记的负责人不是这个人，不能替单位申请。"), _l("请单位的负责人带身份证和营业执照到场。")
    ),
    "authority.own_household": Wording(_l("不能经办自己家的业务。"), _l("请交给同事办理。")),
    "application.offer_closed": Wording(_l("这个产品今天不能申请。"), _l("请选别的产品。")),
    "application.wish": Wording(
        _l("申请里有没看懂的内容（%(field)s）。"), _l("请从列出的选项里选。")
    ),
    "application.not_of_age": Wording(
        _l("借款人要满十八周岁，并且身份资料完整。"), _l("资料不对，请到网点更正。")
    ),
    "application.open_already": Wording(
        _l("同一个产品已经有一笔申请在办。"), _l("请等结果，或先撤回原来的申请。")
    ),
    "application.nothing_granted": Wording(
        _l("还没有可以直接用的额度。"), _l("可以按普通方式申请。")
    ),
    "lending.moved": Wording(_l("现在是「%(state)s」，这一步做不了。"), _RELOAD),
    "application.not_approvable": Wording(
        _l("还不能同意，原因写在页面上。"),
        _l("请看列出的每一条；不能同意的，请如实拒绝并说明原因。"),
    ),
    "decision.reason": Wording(_l("不同意要选原因。"), _l("请从原因清单里至少选一条。")),
    "decision.more_than_asked": Wording(
        _l("不能比申请的更多、更长。"), _l("请把金额和期限改到申请以内。")
    ),
    "decision.nothing_to_confirm": Wording(_l("没有等待复核的审批。"), _RELOAD),
    "authority.over": Wording(
        _l("金额超过了您的审批权限（%(most_minor)s）。"), _l("请转给权限更高的同事。")
    ),
    "proposal.not_own": Wording(
        _l("这不是您提出的，只有提出的人能撤回。"), _l("不同意的话，请按复核的做法处理。")
    ),
    "authority.same_person": Wording(
        _l("一个人不能既经办又复核。"), _l("请另一位有权限的同事办理。")
    ),
    "authority.limit": Wording(
        _l("权限写得不对。"),
        _l("一人可批的金额不能超过两人可批的，起用日期不能早于今天。"),
    ),
    "evidence.missing": Wording(
        _l("缺少凭证，或凭证写法不对（%(field)s）。"), _l("请补上凭证编号或文件再提交。")
    ),
    "signing.not_offered": Wording(_l("这个产品不能这样签约。"), _AT_DESK),
    "signing.device": Wording(
        _l("这台手机是新的，24 小时内不能签约。"), _l("请明天再试，或到网点当面签。")
    ),
    "signing.number": Wording(
        _l("登记的手机号刚换过，24 小时内不能签约。"), _l("请明天再试，或到网点当面签。")
    ),
    "signing.card": Wording(
        _l("银行卡是新绑的，24 小时内不能用来签约。"), _l("请明天再试，或到网点当面签。")
    ),
    "card.not_yours": Wording(
        _l("这张卡不是您绑定的，或已经绑给了别人。"), _l("请用本人的银行卡。")
    ),
    "signing.person": Wording(
        _l("没有核实到是本人，不能签约。"), _l("请带身份证到网点当面签，或请客户经理上门。")
    ),
    "card.not_proven": Wording(
        _l("没有核实到尾号 %(last4)s 的卡是您本人的。"), _l("请带身份证和银行卡到网点绑定。")
    ),
    "card.number": Wording(_l("银行卡号不对。"), _l("请照着卡面重新填写。")),
    "condition.unknown": Wording(_l("合同没有这个条件。"), _RELOAD),
    "condition.not_shown": Wording(
        _l("还看不出这个条件已经办好：%(condition)s。"), _l("请先把它办好并登记，再来确认。")
    ),
    "contract.cooling_off_over": Wording(
        _l("已经过了可以取消的日子。"), _l("可以提前还清来结束合同。")
    ),
    "contract.drawn_already": Wording(_l("已经用了款，不能取消。"), _l("请先还清。")),
    "hold.over": Wording(_l("已经不用等了。"), _RELOAD),
    "hold.same_person": Wording(_l("绑卡的人不能自己回访。"), _l("请另一位同事回访本人。")),
    "hold.in_person_only": Wording(
        _l("手机号刚换过，不能打电话回访。"), _l("请当面问过本人再登记。")
    ),
    "report.invalid": Wording(
        _l("征信回执不对，或不是这一次查询的。"), _l("请核对文件，重新上传。")
    ),
    "report.invalid_file": Wording(_l("征信回执的格式不对。"), _l("请用征信网关导出的回执文件。")),
    "contract.typesetting": Wording(
        _l("这台机器生成不了合同文本，合同没有拟定。"), _l("请联系系统运维，补装字体和排版程序。")
    ),
}
"""Why a step was refused; nothing moved."""


def reason_of(code: str, params: Mapping[str, object]) -> Wording:
    """One reason with its figures as people read them."""
    shown = {name: _shown(name, value) for name, value in params.items()}
    return wording_of(code, shown)


def reasons_of(decision: Decision) -> list[Wording]:
    """Every reason of a decision, in the order in which it was found."""
    return [reason_of(code, decision.params.get(code, {})) for code in decision.codes]


def problems_said(problems: Iterable[Problem]) -> list[Wording]:
    """Every problem in plain words."""
    return [reason_of(problem.code, problem.params) for problem in problems]


def refusal_said(code: str, params: Mapping[str, object]) -> Wording:
    """A refused step in plain words."""
    return reason_of(code, params)


def known_hold(code: str) -> bool:
    """Whether a value is a public reason code of guard, which has words of its own."""
    return code.startswith("guard.") and unfilled_wording(code) is not None


def _shown(name: str, value: object) -> object:
    if name.endswith("_minor") and isinstance(value, int):
        return figures.whole_yuan(value)
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if name == "reason" and known_hold(str(value)):
        return wording_of(str(value)).says
    if name == "gates" and isinstance(value, list | tuple):
        return wording.listed(str(gate_text(str(gate)).says) for gate in value)
    if isinstance(value, list | tuple):
        return wording.words(str(item) for item in value)
    return wording.word(value) if isinstance(value, str) else value
