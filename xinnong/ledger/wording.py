"""The refusals of the ledger in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording, register_wordings

_KEY_ADVICE: Final = _("新的业务请用新的流水键；重发请原样重发。")

POSTING: Final[Mapping[str, Wording]] = {
    "ledger.refused": Wording(_("这笔账没有记。"), _("请核对后重试。")),
    "ledger.no_transfers": Wording(_("第 %(journal)s 张凭证没有分录。"), _("请至少写一借一贷。")),
    "ledger.key_reused": Wording(
        _("第 %(journal)s 张凭证的流水键已用在另一笔业务上。"), _KEY_ADVICE
    ),
    "ledger.period_closed": Wording(
        _("第 %(journal)s 张凭证的记账日在已结账期间内（已结到 %(closed_through)s）。"),
        _("请记在已结账日之后，或由会计作更正凭证。"),
    ),
    "ledger.amount": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔的金额不对。"),
        _("金额要大于零，且不超过十万亿元。"),
    ),
    "ledger.same_account": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔的借方和贷方是同一个账户。"),
        _("请改成两个账户。"),
    ),
    "ledger.account_unknown": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔写了本机构没有的账户。"),
        _("请核对账户，或先开户。"),
    ),
    "ledger.account_closed": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔的账户已销户。"), _("请换一个账户。")
    ),
    "ledger.reservation_unknown": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔要处理的预留不存在。"), _("请核对预留。")
    ),
    "ledger.reservation_over": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔要处理的预留已经结束。"),
        _("预留只能转入账或撤销一次。"),
    ),
    "ledger.reservation_differs": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔与预留的账户或金额不符。"),
        _("账户要与预留相同；入账不超过预留金额，撤销要全额。"),
    ),
    "ledger.balance_too_small": Wording(
        _("第 %(journal)s 张凭证第 %(transfer)s 笔的账户余额不够。"),
        _("请减少金额，或先存入、还款。"),
    ),
    "ledger.journal_unknown": Wording(_("没有要冲正的凭证。"), _("请核对凭证。")),
    "ledger.already_reversed": Wording(
        _("这张凭证已经冲正过。"), _("每张凭证只能冲正一次；需要时请另作凭证。")
    ),
}
OTHERS: Final[Mapping[str, Wording]] = {
    "ledger.command_key_reused": Wording(
        _("这次提交和上一次用了同一个编号，内容却不一样，没有办理。"), _("请刷新页面重新填写。")
    ),
    "ledger.reservation_not_reversed": Wording(
        _("这张凭证里有预留，不能冲正。"), _("请撤销预留。")
    ),
    "ledger.kind_unknown": Wording(_("科目表里没有科目 %(kind)s。"), _("请从科目表里选。")),
    "ledger.not_a_lender": Wording(
        _("%(institution)s 不是放贷机构，没有账簿。"), _("请选放贷机构。")
    ),
    "ledger.account_differs": Wording(
        _("科目 %(kind)s 的这个账户已开给别人。"), _("请核对持有人。")
    ),
    "ledger.account_not_empty": Wording(
        _("账户还有余额或预留，不能销户。"), _("请先结清余额、撤销预留。")
    ),
    "ledger.no_break": Wording(_("没有这笔待说明的差异。"), _("请刷新差异清单。")),
    "ledger.explanation_missing": Wording(
        _("请写明差异原因（最多 %(limit)s 个字）。"), _("写清原因和怎样处理。")
    ),
    "ledger.period_not_over": Wording(
        _("这个月还没有过完（到 %(last_on)s）。"), _("请月末后再结账。")
    ),
    "ledger.period_out_of_order": Wording(
        _("结账要按月依次进行，现在已结到 %(closed_through)s。"), _("请先结前一个月。")
    ),
    "ledger.breaks_open": Wording(
        _("还有 %(count)s 笔对账差异没有说明。"), _("请更正或说明差异后再结账。")
    ),
    "ledger.balances_differ": Wording(
        _("有 %(count)s 处余额与分录合计不符。"), _("请先重算余额，查明原因。")
    ),
    "ledger.form_unknown": Wording(
        _("没有这种账簿文件（%(what)s，%(form)s）。"),
        _("试算表和对账单可导出 csv、xlsx，凭证可导出 beancount。"),
    ),
    "ledger.core_file_too_large": Wording(
        _("核心代码文件超过 %(limit_kb)s KB，没有导入。"), _("请只留要改的行，分几次导入。")
    ),
    "ledger.core_file_unreadable": Wording(
        _("核心代码文件读不出来，没有导入。"), _("请存成 UTF-8 或 GB18030 编码的 CSV 文件。")
    ),
    "ledger.core_file_columns": Wording(
        _("文件第 %(row)s 行的列不对，没有导入。"),
        _("第一行写 kind,product,core_code，以后每行三列，至少一行。"),
    ),
    "ledger.core_kind": Wording(
        _("文件第 %(row)s 行的 kind 不在科目表里，没有导入。"), _("请写科目表里的六位科目代码。")
    ),
    "ledger.core_field": Wording(
        _("文件第 %(row)s 行的 %(field)s 写得不对，没有导入。"),
        _("只能用字母、数字、点和横线，最多 32 位。"),
    ),
    "ledger.core_line_twice": Wording(
        _("文件第 %(row)s 行和第 %(first)s 行是同一个科目和产品，没有导入。"), _("请只留一行。")
    ),
    "ledger.object_needed": Wording(
        _("科目 %(kind)s 的开户对象不对。"),
        _("客户、监管和资金池账户要写明对象，总账账户不写。"),
    ),
}


def register() -> None:
    """Called when the app starts."""
    register_wordings({**POSTING, **OTHERS})
