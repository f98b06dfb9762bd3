"""What the servicing of loans says when it says no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

LOAN_REFUSALS: Mapping[str, Wording] = {
    "loan.no_season": Wording(
        _l("合同按农时还款，但没有写明是哪种生产。"), _l("请客户经理在申请里补上。")
    ),
    "loan.draw_not_allowed": Wording(_l("这份合同现在不能用款。"), _l("先办好合同和放款条件。")),
    "loan.draw_held": Wording(
        _l("还有 %(count)s 项没有办好，现在不能用款。"), _l("按列出的每一项办好后再来。")
    ),
    "loan.day_closed": Wording(
        _l("这一天已经日终，不能再记账。"), _l("用当前营业日，或按起息日更正。")
    ),
    "loan.days_missing": Wording(
        _l("%(open_on)s 起的日终还没有做。"), _l("先补做日终，再办这笔业务。")
    ),
    "loan.day_closing": Wording(_l("正在做日终。"), _l("几分钟后再试，这笔业务没有记账。")),
    "loan.day_to_come": Wording(
        _l("日期晚于当前营业日 %(today)s。"), _l("换一个不晚于今天的日期。")
    ),
    "loan.line_exceeded": Wording(
        _l("可用额度只剩 %(available_yuan)s 元。"), _l("少借一些，或先还款。")
    ),
    "loan.core_keeps_the_book": Wording(
        _l("这家机构的贷款由核心系统记账，这里不记。"), _l("请在核心系统办理。")
    ),
    "loan.not_offered": Wording(_l("这家机构没有办理 %(product)s。"), _l("换一个在售产品。")),
    "loan.unknown": Wording(_l("这家机构没有这笔贷款或还款。"), _l("核对贷款编号。")),
    "loan.not_active": Wording(_l("这笔贷款%(state)s，不能再办。"), _l("核对贷款编号。")),
    "loan.amount": Wording(_l("金额要大于零。"), _l("重新填金额。")),
    "loan.too_little_to_settle": Wording(
        _l("结清要 %(needed_yuan)s 元。"), _l("补足金额，或改为部分还款。")
    ),
    "loan.more_than_owed": Wording(
        _l("结清只要 %(most_yuan)s 元，多收了。"), _l("按这个数收，多的当场退还。")
    ),
    "loan.held_was_used": Wording(
        _l("这笔还款多出来的钱后来已经还了别的期。"), _l("先冲正用暂收款还的那一笔，再冲正这一笔。")
    ),
    "loan.reversed_already": Wording(_l("这笔还款已经冲正过。"), _l("刷新页面再看。")),
    "loan.nothing_held": Wording(_l("暂收款只有 %(held_yuan)s 元。"), _l("按实有金额转入。")),
    "loan.extension_too_long": Wording(_l("展期最晚到 %(until_on)s。"), _l("选一个更早的日期。")),
    "loan.not_extended": Wording(
        _l("只有没有欠款、还没到期、只剩最后一期的贷款能展期，而且要延到更晚的日期。"),
        _l("先还清欠款，核对日期。"),
    ),
    "loan.owes_something": Wording(
        _l("还欠 %(owed_yuan)s 元利息等没有付。"), _l("先付清，再续贷。")
    ),
    "loan.rate_out_of_bounds": Wording(
        _l("利率要在 %(floor_percent)s%% 到 %(cap_percent)s%% 之间。"), _l("按产品的范围填。")
    ),
    "loan.not_a_loss": Wording(_l("只有损失类贷款能核销。"), _l("先按规定分类。")),
    "loan.recovers_too_much": Wording(_l("收回的钱超过了已核销的金额。"), _l("核对金额。")),
    "loan.not_authorised": Wording(
        _l("您没有办这一步的权限。"), _l("请支行行长开启两步验证、重新登录后来办。")
    ),
    "loan.not_proposed": Wording(
        _l("这一步要两个人：还没有人提议。"), _l("先由客户经理在贷款页面提议，再由另一人确认。")
    ),
    "loan.proposal_open": Wording(
        _l("这笔贷款已有一个“%(kind)s”提议在等确认。"), _l("等它办完，或请提议人先撤回。")
    ),
    "loan.proposal_ended": Wording(
        _l("这个提议%(state)s，不能再办。"), _l("刷新页面；还要办就重新提议。")
    ),
    "loan.not_eased": Wording(
        _l("这样改没有让还款更容易：利率没有降，到期日也没有延后。"),
        _l("降低利率，或延长期限（最长 120 个月）。"),
    ),
    "loan.not_reversible": Wording(
        _l("这笔钱是续贷或重组转入的，不能冲正。"), _l("要改，请在新的那笔贷款上办。")
    ),
    "loan.nothing_corrected": Wording(
        _l("日期、金额、贷款都和原来一样，没有什么要更正。"), _l("至少改对一处再提交。")
    ),
    "loan.amount_from_bank": Wording(
        _l("这笔钱的金额是银行流水或暂收款定的，不能手工改。"),
        _l("金额不对请核对银行流水；日期或贷款记错了可以更正。"),
    ),
    "loan.not_technical": Wording(
        _l("技术原因造成的逾期最多认定 %(most_days)s 天，要从还款日算起，不能晚于今天。"),
        _l("核对还款日和到账日；更久的逾期按实际天数处理。"),
    ),
    "loan.nothing_judged": Wording(
        _l("没有填任何判断，或预计损失不在 0 到 100 之间。"), _l("至少选一项再提交。")
    ),
    "loan.note": Wording(
        _l("备注是空的，或超过 %(most)s 个字。"), _l("写几句话，长的分成几条写。")
    ),
}
