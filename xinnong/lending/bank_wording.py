"""What the bank's hands say when they say no, or put something aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.web.refusals import Wording, wording_of

if TYPE_CHECKING:
    from collections.abc import Mapping

BANK_REFUSALS: Mapping[str, Wording] = {
    "payment.own_account_unknown": Wording(
        _l("本机构没有登记这个银行账户。"), _l("先在付款页登记付款和对账用的账户。")
    ),
    "payment.own_account_number": Wording(
        _l("账号应为 6 到 34 位数字或大写字母。"), _l("照开户许可证或网银上的账号填写。")
    ),
    "payment.nothing_to_send": Wording(
        _l("没有可以送行的付款；%(waiting)s 笔还没有收款账户。"),
        _l("请借款人绑定本人银行卡，或等新的放款。"),
    ),
    "payment.file_unknown": Wording(_l("本机构没有这个付款文件。"), _l("核对文件编号。")),
    "payment.result_not_aside": Wording(_l("这条回盘已经查清。"), _l("刷新页面再看。")),
    "payment.note_missing": Wording(
        _l("没有写查明的情况，或超过 %(limit)s 个字。"), _l("写清楚查到了什么、怎么处理的。")
    ),
    "payment.renewed_since": Wording(
        _l("这笔贷款已经由续贷还清。"), _l("先撤销续贷，再处理这笔付款结果。")
    ),
    "payment.payee_missing": Wording(
        _l("借款人没有可以收款的本人银行卡。"), _l("请本人绑卡；新绑的卡过了等待期再退。")
    ),
    "payment.unknown": Wording(_l("没有这个编号的付款。"), _l("核对银行写的支付编号。")),
    "payment.amount_differs": Wording(
        _l("金额和付款指令不一样。"), _l("请银行核实是哪一笔，再登记查明的情况。")
    ),
    "payment.not_sent": Wording(_l("这笔付款还没有送行。"), _l("核对银行写的支付编号。")),
    "payment.contradicts": Wording(
        _l("和先前收到的结果相反。"), _l("请银行出具最终结果，再登记查明的情况。")
    ),
    "payment.outcome_unknown": Wording(_l("处理结果读不懂。"), _l("应为：成功、失败或退回。")),
    "payment.amount_unreadable": Wording(_l("金额读不懂。"), _l("金额写成 1234.50 的样子。")),
    "bank_file.too_large": Wording(
        _l("文件超过 %(limit_mb)s MB。"), _l("请按天导出，分几个文件送来。")
    ),
    "bank_file.unreadable": Wording(
        _l("文件读不出来：不是 UTF-8 或 GB18030 文本，也不是完好的 XLSX。"),
        _l("从银行系统重新导出，不要改扩展名。"),
    ),
    "bank_file.pdf": Wording(
        _l("这是 PDF，里面的数只能给人看，不能当数据读。"),
        _l("在网银或银行系统里选导出 XLSX 或 CSV，再送一次。"),
    ),
    "bank_file.heading": Wording(
        _l("前 20 行里没有找到列名「%(field)s」。"), _l("保留银行导出的表头，再送一次。")
    ),
    "bank_file.empty": Wording(_l("文件里没有一行数据。"), _l("检查导出的日期范围。")),
    "bank_file.value": Wording(
        _l("文件第 %(row)s 行的「%(field)s」读不懂，整个文件没有入账。"),
        _l("照说明改好这一格，再送一次；已经入过的行不会重复。"),
    ),
    "statement.balance": Wording(
        _l("文件第 %(row)s 行的余额应是 %(expected_yuan)s 元，写的是 %(found_yuan)s 元。"),
        _l("中间少了行或改过数；从网银重新导出完整的对账单。"),
    ),
    "statement.too_long": Wording(_l("一个文件超过 %(limit)s 行。"), _l("请按天导出。")),
    "statement.line_differs": Wording(
        _l("文件第 %(row)s 行的流水号以前来过，内容却不同，整个文件没有入账。"),
        _l("请银行核实这笔流水，再重新导出。"),
    ),
    "statement.to_come": Wording(
        _l("对账单晚于当前营业日 %(open_on)s。"), _l("先做完前面的日终，再读入对账单。")
    ),
    "statement.line_not_waiting": Wording(
        _l("这一行现在不能这样处理，可能别人已经处理过。"), _l("刷新页面再看。")
    ),
    "statement.loan_number_unknown": Wording(
        _l("本机构没有这个编号的贷款。"), _l("贷款编号是 L 加 13 位数字，在贷款页上。")
    ),
    "statement.payer_unknown": Wording(
        _l("这一行没有写付款人的户名和账号，退不回去。"), _l("请银行查明付款账户，或认领到贷款。")
    ),
    "statement.second_needed": Wording(
        _l("大额认领要由另一个人复核。"), _l("请另一位会计打开这一行复核。")
    ),
    "core.none_here": Wording(
        _l("本机构没有由核心系统记账的产品。"), _l("核心文件只对这类产品有用；核对机构代码。")
    ),
    "core.day_over": Wording(
        _l("已经读入过 %(last_on)s 的核心文件，更早的不再读入。"), _l("核对文件日期。")
    ),
    "core.break_not_open": Wording(_l("这条差异已经说明或已经消失。"), _l("刷新页面再看。")),
    "core.explanation_missing": Wording(
        _l("没有写差异原因，或超过 %(limit)s 个字。"), _l("写清楚为什么不一样、由谁改。")
    ),
    "core.unreadable": Wording(_l("这一格读不懂。"), _l("照格式说明改好，再送一次。")),
    "core.twice": Wording(_l("同一借据在文件里出现两次。"), _l("请核心系统只送一行。")),
    "core.day_to_come": Wording(_l("日期不在这个文件的日终之前。"), _l("核对日期。")),
    "core.other_loan": Wording(
        _l("这个借据号以前是另一份合同、日期或金额的。"), _l("请核心系统核对借据号。")
    ),
    "core.contract_unknown": Wording(_l("没有这份合同。"), _l("核对合同编号。")),
    "core.our_book": Wording(_l("这份合同的产品由本系统记账。"), _l("不要把它放进核心文件。")),
    "core.terms": Wording(_l("合同排不出这笔贷款的还款计划。"), _l("核对放款日和合同期限。")),
    "core.loan_unknown": Wording(
        _l("前面的行里没有这个借据号的贷款。"), _l("贷款行要放在它的还款行前面。")
    ),
}


def aside_said(code: str) -> str:
    """Why something was put aside, and what to do."""
    said = wording_of(code)
    return f"{said.says} {said.advice}".strip()
