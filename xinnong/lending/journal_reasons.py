"""What the codes mean under which lending posts, as the accountant reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from xinnong.ledger.reasons import register_reasons

Words = str | Promise
PLAIN: Final[Mapping[str, Words]] = {
    "eod": _("日终入账"),
    "eod.provisions": _("调整贷款损失准备"),
    "eod.turn": _("未收利息转入或转出表外"),
    "loan.arrived": _("更正：款项先到暂挂"),
    "loan.correct": _("更正记错的还款"),
    "loan.draw": _("贷款发放入账"),
    "loan.excuse": _("技术性逾期的更正"),
    "loan.extend": _("贷款展期的利息更正"),
    "loan.lost": _("核销贷款的本息"),
    "loan.mend": _("更正已计利息"),
    "loan.pause": _("停息的利息更正"),
    "loan.rate": _("调整利率的利息更正"),
    "loan.recover": _("收回已核销贷款"),
    "loan.renew": _("无还本续贷：新贷款结清原贷款"),
    "loan.repay": _("收到还款"),
    "loan.restructure": _("贷款重组入账"),
    "loan.reverse": _("冲正还款"),
    "loan.unpaid": _("款未付成，撤销放款"),
    "loan.value-date": _("按起息日补记还款"),
    "loan.write-off": _("核销贷款"),
    "lending.pay-back": _("退还暂收款"),
    "payment.back": _("付款未成，款项退回"),
    "payment.done": _("银行已付出款项"),
    "payment.returned": _("已付款项被退汇"),
    "statement.back": _("退回来款"),
    "statement.debit": _("银行扣款待核实"),
    "statement.fee": _("银行手续费"),
    "statement.matched": _("银行来款已对上贷款"),
    "statement.opening": _("银行账户期初余额"),
    "statement.waiting": _("银行来款待核实"),
}
COMPONENTS: Final[Mapping[str, Words]] = {
    "principal": _("本金"),
    "interest": _("利息"),
    "penalty": _("罚息"),
    "compound": _("复利"),
    "fee": _("费用"),
    "held": _("转入暂收款"),
    "off": _("冲减表外利息"),
}
EARNED: Final = ("interest", "penalty", "compound")
COLON: Final = _("：")


def reasons() -> dict[str, Words]:
    """Every code of lending with its words, those of single components included."""
    return {**PLAIN, **dict(_by_component())}


def _by_component() -> Iterator[tuple[str, Words]]:
    for name in EARNED:
        yield f"eod.{name}", _joined(_("日终计提"), COMPONENTS[name])
        yield f"eod.off-{name}", _joined(_("日终计提（表外）"), COMPONENTS[name])
    for base in ("loan.repay", "loan.mend"):
        for name, words in COMPONENTS.items():
            yield f"{base}-{name}", _joined(PLAIN[base], words)


def _joined(what: Words, of: Words) -> Words:
    return format_lazy("{}{}{}", what, COLON, of)


def register() -> None:
    """Called when the app starts."""
    register_reasons(reasons())
