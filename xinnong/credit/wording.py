"""The line rule step by step, gates and caps, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from xinnong.core.policy import Step


@dataclass(frozen=True, slots=True)
class GateText:
    """A closed gate: what is so and what opens it."""

    code: str
    says: _StrPromise
    advice: _StrPromise


@dataclass(frozen=True, slots=True)
class StepText:
    """One step: what was done, with which figures, and the amount it added or took away."""

    code: str
    says: str
    made_of: str
    amount: str


_ASK_SOURCE = _l("等部门补送数据，或在办理时由本人提供证明。")

GATES: Mapping[str, GateText] = {
    gate.code: gate
    for gate in (
        GateText(
            "gate.grade.closed",
            _l("信用等级在 B 以下，暂不授信"),
            _l("见「为什么是这个分」的改进办法。"),
        ),
        GateText("gate.grade.unknown", _l("还没有信用等级"), _ASK_SOURCE),
        GateText(
            "gate.age.closed",
            _l("家里没有 18—65 岁的成年人可以作借款人"),
            _l("可由符合年龄的家庭成员共同办理。"),
        ),
        GateText("gate.age.unknown", _l("没有成年人的年龄记录"), _ASK_SOURCE),
        GateText("gate.residence.closed", _l("不在本县居住"), _l("迁回本县或补充居住登记后再评。")),
        GateText("gate.residence.unknown", _l("没有居住登记"), _ASK_SOURCE),
        GateText(
            "gate.court_list.closed",
            _l("家里有人在失信被执行名单上"),
            _l("履行判决后请法院撤销，名单撤销当天起重新计算。"),
        ),
        GateText("gate.court_list.unknown", _l("没有收到法院名单"), _ASK_SOURCE),
        GateText("gate.consent.closed", _l("还没有全部需要的授权"), _l("请有关成年人签署授权书。")),
        GateText("gate.consent.unknown", _l("没有收到授权"), _l("请有关成年人签署授权书。")),
        GateText(
            "gate.own_overdue.closed", _l("在本机构有逾期 90 天以上的贷款"), _l("先还清逾期贷款。")
        ),
        GateText("gate.own_overdue.unknown", _l("没有本机构的还款记录"), _ASK_SOURCE),
    )
}

GATE_NAMES: Mapping[str, _StrPromise] = {
    "grade": _l("信用等级在 B 以上"),
    "age": _l("家里有 18—65 岁的成年人"),
    "residence": _l("在本县居住"),
    "court_list": _l("没有人在失信被执行名单上"),
    "consent": _l("已取得全部需要的授权"),
    "own_overdue": _l("在本机构没有逾期 90 天以上的贷款"),
}
"""What a gate asks for, as it stands in a policy."""

_STEPS: Mapping[str, _StrPromise] = {
    "step.base": _l("等级 %(grade)s 的基础额度"),
    "step.net_assets": _l("加净资产的 %(percent)s%%"),
    "step.operating_income": _l("加经营收入的 %(percent)s%%"),
    "step.area": _l("首次贷款，按种植投入的 %(percent)s%% 补足"),
    "step.elsewhere": _l("减去在其他机构的贷款"),
    "step.cap_product": _l("超过单项上限，减到上限"),
    "step.custody": _l("加受托代管资产"),
    "step.cap_household": _l("超过全户上限，减到上限"),
    "step.hundreds": _l("抹去不足一百元的零头"),
    "step.gates": _l("准入条件未满足，额度为零"),
}


def gate_text(code: str) -> GateText:
    """Return the words of a closed gate; an unknown code says itself."""
    return GATES.get(code) or GateText(code, _l("准入条件未满足"), _ASK_SOURCE)


def gate_name(gate: str) -> str:
    """Return what a gate asks for."""
    return str(GATE_NAMES.get(gate, gate))


def step_text(step: Step) -> StepText:
    """Put one step of a decided line into words."""
    form = _STEPS.get(step.code)
    says = str(form) % dict(step.params) if form else step.code
    return StepText(step.code, says, _made_of(step.params), _signed(step))


def _made_of(params: Mapping[str, object]) -> str:
    if params.get("known") is False:
        return _("没有记录，不计")
    parts = (
        ("of_minor", _("以 %(amount)s 计")),
        ("cap_minor", _("上限 %(amount)s")),
        ("area_minor", _("应达到 %(amount)s")),
    )
    return "；".join(
        form % {"amount": figures.whole_yuan(amount)}
        for key, form in parts
        if isinstance(amount := params.get(key), int)
    )


def _signed(step: Step) -> str:
    amount = figures.whole_yuan(step.amount_minor)
    return amount if step.amount_minor <= 0 or step.code == "step.base" else f"+{amount}"
