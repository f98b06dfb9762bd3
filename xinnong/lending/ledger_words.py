"""The words of what lending writes into the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.lending import wording
from xinnong.lending.models import PublishedProduct
from xinnong.lending.queries.products import product_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

REASONS: Mapping[str, _StrPromise] = {
    "loan.draw": _l("发放贷款"),
    "loan.repay": _l("收到还款"),
    "loan.settle": _l("提前结清"),
    "loan.prepay": _l("提前还一部分"),
    "loan.arrived": _l("来款到账"),
    "loan.mend": _l("更正已记的利息"),
    "loan.value-date": _l("按到账日补记还款"),
    "loan.reverse": _l("冲回一笔还款"),
    "loan.renew": _l("无还本续贷"),
    "loan.renewed": _l("由新贷款续上"),
    "loan.extend": _l("展期"),
    "loan.restructure": _l("重组"),
    "loan.rate": _l("利率调整"),
    "loan.pause": _l("停息"),
    "loan.lost": _l("核销时转出"),
    "loan.write-off": _l("核销"),
    "loan.recover": _l("收回已核销贷款"),
    "loan.unpaid": _l("没有付成，撤销放款"),
    "loan.give-back": _l("退还多收的钱"),
    "payment.done": _l("银行已付出"),
    "payment.returned": _l("银行退汇"),
    "payment.back": _l("付款没成，退回原处"),
    "statement.opening": _l("第一份对账单以前的余额"),
    "statement.matched": _l("来账已认领"),
    "statement.waiting": _l("来账等人认领"),
    "statement.debit": _l("银行扣款等人认领"),
    "statement.fee": _l("银行手续费"),
    "statement.back": _l("退回来账"),
    "eod": _l("日终记账"),
    "eod.interest": _l("日终计息"),
    "eod.penalty": _l("日终计罚息"),
    "eod.compound": _l("日终计复利"),
    "eod.fee": _l("日终计费"),
    "eod.off-interest": _l("日终计息（表外）"),
    "eod.off-penalty": _l("日终计罚息（表外）"),
    "eod.off-compound": _l("日终计复利（表外）"),
    "eod.turn": _l("表内表外互转"),
    "eod.provisions": _l("计提贷款损失准备"),
    "-principal": _l("本金"),
    "-interest": _l("利息"),
    "-penalty": _l("罚息"),
    "-compound": _l("复利"),
    "-fee": _l("费用"),
    "-off": _l("表外"),
    "-held": _l("多收款"),
}


def titles_by_code() -> dict[str, str]:
    """Names of products by code, in the language of the page; the newest version's."""
    newest = PublishedProduct.objects.order_by("code", "-effective_on", "-id").distinct("code")
    return {each.code: wording.title_of(product_of(each)) for each in newest}
