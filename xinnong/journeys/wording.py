"""Sentences of this app: refusals, purposes of reads, what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.roles import BY_CODE
from xinnong.ecard.wording import REFUSED_TRIES
from xinnong.guard.deeds import DEEDS
from xinnong.guard.insider_wording import INSIDER_DEEDS
from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise, _StrPromise

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
    "operator.unknown": Wording(
        _("还没有 operator 账户，没有人能对命令的查阅负责。"),
        _("先建立登录名为 operator 的运维账户，再执行命令。"),
    ),
    "run.unknown": Wording(
        _("没有这次刷新，或其中没有这户的结果。"),
        _("请核对刷新编号；不写编号就用当前结果。"),
    ),
    "score.unknown": Wording(
        _("这户在这个口径下没有评分。"),
        _("换一个口径，或查看是否已授权。"),
    ),
    "export.no_run": Wording(
        _("这个日期之前没有发布过结果。"),
        _("换一个日期，或先刷新。"),
    ),
    "export.filter_unknown": Wording(
        _("筛选条件里有系统不认识的值，没有导出任何农户。"), _("回到查找页，清空筛选，重新选择。")
    ),
    "export.too_many_households": Wording(
        _("选中的农户超过 %(limit)s 户。"),
        _("请按乡镇、村或等级缩小范围，分几次导出；全县导出请由运维用命令办理。"),
    ),
    "export.too_many_rows": Wording(
        _("行数超过 Excel 一张表的上限。"),
        _("改用 CSV 或 Parquet。"),
    ),
    "log.shrank": Wording(
        _("日志比见证人签过的少了：签过前 %(seen)s 条，现在只有 %(offered)s 条。"),
        _("不要签名；保留两个检查点，通知其他见证人和监管。"),
    ),
    "log.forked": Wording(
        _("日志给出的过去与见证人签过的前 %(seen)s 条不同。"),
        _("不要签名；保留两个检查点，通知其他见证人和监管。"),
    ),
    "log.of_another": Wording(
        _("这不是约定的日志，或不是它的密钥签的。"), _("核对日志地址和公布的公钥。")
    ),
    "witness.unfit": Wording(
        _("这个公钥不能登记为见证人。"),
        _("请用见证人生成密钥时打印的那一行，名称只用小写字母、数字、点和横线。"),
    ),
    "witness.taken": Wording(
        _("这个见证人或公钥已经登记过，或见证人已满。"), _("换密钥时先停用旧的，再登记新的。")
    ),
    "witness.unknown": Wording(_("没有这个在用的见证人。"), _("请核对名称。")),
    "witness.signature": Wording(
        _("没有登记的见证人为日志的这个检查点签过这个名。"),
        _("核对见证人是否已登记、签的是不是本日志的检查点。"),
    ),
    "household_ref.invalid": Wording(
        _("户号不正确。"), _("户号由字母 H 和 13 位数字组成，请核对。")
    ),
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


LOST_BY: Mapping[str, _StrPromise] = {
    "superseded": _("已被「%(winner)s」更新的报送代替。"),
    "rank": _("与「%(winner)s」不一致：部门登记优先于经营记录，经营记录优先于入户采集。"),
    "newer": _("与「%(winner)s」不一致：同一级来源里，日期新的优先。"),
    "order": _("与「%(winner)s」不一致：同一级、同一天，按公布的次序。"),
}
"""Why a statement does not count: the published rule of survivorship."""

ACTIONS: Mapping[str, _StrPromise] = {
    **DEEDS,
    **INSIDER_DEEDS,
    "sources.deliver": _("报送文件"),
    "sources.check": _("校验文件"),
    "sources.commit": _("数据入库"),
    "sources.refuse": _("整批退回"),
    "sources.repeat": _("重复报送"),
    "sources.withdraw": _("撤回批次"),
    "sources.break": _("校验中断"),
    "sources.read-errors": _("下载错误文件"),
    "pipelines.refresh": _("全县计算并发布"),
    "outreach.license-channel": _("授权外拓渠道"),
    "outreach.renew-licence": _("续期渠道授权"),
    "outreach.file-subcontractor": _("备案委托公司"),
    "outreach.file-team": _("备案外拓队伍"),
    "outreach.file-agent": _("登记队员"),
    "outreach.file-activity": _("备案进村活动"),
    "outreach.cancel-activity": _("取消进村活动"),
    "outreach.approve-for-bureau": _("医保局批准进村活动"),
    "outreach.approve-for-town": _("乡镇批准进村活动"),
    "outreach.refuse-activity": _("不批准进村活动"),
    "outreach.suspend": _("停用渠道、队伍或队员"),
    "outreach.resume": _("恢复渠道、队伍或队员"),
    "outreach.count-heads": _("登记活动到场人数"),
    "outreach.report-activity": _("报送活动结果"),
    "outreach.file-document": _("登记文书"),
    "outreach.withdraw-document": _("作废文书"),
    "outreach.make-key": _("生成工作牌密钥"),
    "outreach.retire-key": _("停用工作牌密钥"),
    "outreach.issue-badge": _("发放工作牌"),
    "outreach.revoke-badge": _("收回工作牌"),
    "outreach.revoke-key": _("作废工作牌密钥"),
    "outreach.ask-phone": _("给队员手机登记码"),
    "outreach.enrol-phone": _("队员手机登记"),
    "outreach.end-phone": _("停用队员手机"),
    "outreach.hand-out-live": _("队员手机取工作牌"),
    "journeys.export-lines": _("导出额度"),
    "journeys.export-households": _("导出农户名单"),
    "journeys.review-reads": _("检查查看记录"),
    "journeys.review-searches": _("检查查找记录"),
    "audit.register-log-key": _("登记日志公钥"),
    "audit.register-witness": _("登记见证人公钥"),
    "audit.end-witness": _("停用见证人公钥"),
    "privacy.seal-payload": _("封存案件材料"),
    "privacy.open-payload": _("打开案件材料"),
    "privacy.destroy-case-key": _("销毁案件密钥"),
    "accounts.set-user": _("设置账户和岗位"),
    "accounts.change-password": _("修改密码"),
    "accounts.add-second-factor": _("开启两步验证"),
    "accounts.remove-second-factor": _("关闭两步验证"),
    "accounts.new-recovery-codes": _("换发恢复码"),
    "accounts.issue-token": _("发放接口令牌"),
    "accounts.revoke-tokens": _("收回接口令牌"),
    "installation.back-up": _("整体备份"),
    "installation.restore": _("从备份恢复"),
    "ecard.activate": _("开通医保码"),
    "ecard.show": _("出示医保码"),
    "ecard.prepare-phone": _("准备没网也能用的手机"),
    "ecard.redeem": _("核销医保码"),
    **REFUSED_TRIES,
    "ecard.revoke": _("停用医保码"),
    "ecard.ask-family": _("请求代家人出示医保码"),
    "ecard.answer-family": _("答复代为出示的请求"),
    "ecard.end-family": _("解除亲情账户"),
    "ecard.register-terminal": _("登记医保码终端"),
    "ecard.end-terminal": _("停用医保码终端"),
    "ledger.open": _("开立账户"),
    "ledger.close": _("销户"),
    "ledger.post": _("过账一笔"),
    "ledger.post-many": _("批量记账"),
    "ledger.reverse": _("冲正一张凭证"),
    "ledger.assert": _("登记了外部余额"),
    "ledger.explain": _("说明了差异"),
    "ledger.close-period": _("关闭会计期间"),
    "ledger.keep-core-codes": _("维护了核心代码"),
    "ledger.resum": _("重算余额"),
    "lending.draft-product": _("起草贷款产品"),
    "lending.sign-product": _("签署贷款产品"),
    "lending.publish-product": _("发布贷款产品"),
    "lending.withdraw-signature": _("撤回产品签署"),
    "lending.drop-product": _("放弃产品草稿"),
    "lending.submit-application": _("提交贷款申请"),
    "lending.withdraw-application": _("撤回贷款申请"),
    "lending.ask-for-person": _("要求人工审查"),
    "lending.expire-application": _("申请过期"),
    "lending.record-investigation": _("登记贷前调查"),
    "lending.ask-credit-report": _("查询征信报告"),
    "lending.file-credit-report": _("收到征信报告"),
    "lending.propose-limit": _("提出审批权限"),
    "lending.confirm-limit": _("确认审批权限"),
    "lending.withdraw-limit": _("撤回审批权限的提议"),
    "lending.withdraw-approval": _("撤回等复核的同意"),
    "lending.draft-contract": _("起草合同"),
    "lending.sign-contract": _("签订合同"),
    "lending.cancel-contract": _("取消了合同"),
    "lending.expire-contract": _("合同过期未签"),
    "lending.contract-in-force": _("合同生效"),
    "lending.meet-condition": _("确认放款条件"),
    "lending.bind-card": _("绑定银行卡"),
    "lending.remove-card": _("解绑银行卡"),
    "lending.lift-hold": _("登记回访，提前放行"),
    "lending.name-guarantor": _("登记保证人"),
    "lending.sign-guarantee": _("保证人当面签字"),
    "lending.drop-guarantor": _("去掉保证人"),
    "lending.release-guarantor": _("解除担保"),
    "lending.name-collateral": _("登记抵押物"),
    "lending.record-owner": _("登记所有权人同意"),
    "lending.record-valuation": _("登记估价"),
    "lending.drop-collateral": _("去掉抵押物"),
    "lending.register-mortgage": _("登记抵押证明"),
    "lending.insure-collateral": _("登记抵押物保险"),
    "lending.release-mortgage": _("注销抵押登记"),
    "lending.end-contract": _("结束合同"),
    "lending.draw": _("放款"),
    "lending.repay": _("收到还款"),
    "lending.reverse": _("冲正还款"),
    "lending.reverse-repayment": _("冲正一笔还款"),
    "lending.value-date": _("按起息日入账"),
    "lending.repay-by-value-date": _("按起息日补记还款"),
    "lending.correct": _("更正记错的还款"),
    "lending.undo": _("两个人冲正还款"),
    "lending.excuse": _("认定技术性逾期"),
    "lending.use-held": _("到期用暂收款还款"),
    "lending.rate": _("调整利率"),
    "lending.pause": _("停息"),
    "lending.extend": _("办理展期"),
    "lending.renew": _("办理续贷"),
    "lending.judge": _("人工判断分类"),
    "lending.write-off": _("核销贷款"),
    "lending.recover": _("收回已核销贷款"),
    "lending.propose": _("提议重组、核销、更正或冲正"),
    "lending.end-proposal": _("结束改动贷款的提议"),
    "lending.withdraw-proposal": _("撤回改动贷款的提议"),
    "lending.turn-down-proposal": _("不同意改动贷款的提议"),
    "lending.restructure": _("重组贷款"),
    "lending.add-note": _("写贷款备注"),
    "lending.end-of-day": _("日终"),
    "lending.record-contact": _("登记催收"),
    "lending.export-collections": _("导出逾期贷款"),
    "lending.make-checks": _("排出贷后检查"),
    "lending.do-check": _("登记贷后检查"),
    "lending.find-alerts": _("发现借名、冒名线索"),
    "lending.decide-alert": _("处理借名、冒名线索"),
    "lending.enter-own-account": _("登记本机构账户"),
    "lending.send-payments": _("生成付款文件"),
    "lending.fetch-payments": _("取走付款文件"),
    "lending.take-payments": _("银行接收付款文件"),
    "lending.payment-results": _("读入付款结果"),
    "lending.settle-result": _("查清付款结果"),
    "lending.unpaid": _("撤销没有付成的放款"),
    "lending.pay-back": _("退还多收的钱"),
    "lending.take-core-file": _("读入核心文件"),
    "lending.explain-core-break": _("说明和核心系统的差异"),
    "lending.take-statement": _("读入银行对账单"),
    "lending.open-line": _("查看对账单的一行"),
    "lending.propose-line": _("提出来账的去处"),
    "lending.assign-line": _("认领来账到贷款"),
    "lending.send-line-back": _("退回来账"),
    "lending.reject-line": _("不同意来账的去处"),
    "lending.withdraw-line": _("撤回来账的去处"),
    "lending.line-is-fee": _("记为银行收费"),
    "lending.unbook-line": _("冲下认错的来账"),
    "lending.export-loans": _("导出贷款"),
    "lending.export-portfolio": _("导出资产组合"),
    "lending.record-bureau-consent": _("登记报送征信授权"),
    "lending.record-bureau-notice": _("登记不良信息告知"),
    "lending.download-bureau-file": _("下载征信报送文件"),
    "lending.report-to-bureau": _("报送征信"),
    "lending.mend-month-ends": _("更正月末数据"),
}
"""What an audit entry says was done."""

WITNESSES: Mapping[str, str | Promise] = {
    "police": _("公安"),
    "bureau": _("医保局"),
    "notary": _("公证处"),
    "platform": _("平台"),
}
"""Witnesses that every county has; one of another name is called by it."""

COUNTED: Mapping[str, str | Promise] = {
    "rows": _("行"),
    "payloads": _("份材料"),
    "households": _("户"),
    "persons": _("人"),
    "batches": _("批"),
    "batch": _("批次"),
    "bytes": _("字节"),
    "files": _("份文件"),
    "tables": _("张表"),
    "tokens": _("令牌"),
    "validate_only": _("只校验"),
    "read": _("读入"),
    "accepted": _("接受"),
    "repaired": _("修复"),
    "quarantined": _("退回"),
    "duplicate": _("重复"),
    "areas": _("管辖范围"),
    "active": _("可登录"),
    **{f"role.{code}": role.label for code, role in BY_CODE.items()},
}

STAGES: Mapping[str, _StrPromise] = {
    "view": _("取在库批次"),
    "link_people": _("认人归户"),
    "link_rows": _("记录归户"),
    "name_people": _("姓名拼音"),
    "facts": _("整理记录"),
    "features": _("计算指标"),
    "score": _("评分"),
    "line": _("算额度"),
    "summaries": _("汇总"),
    "publish_parties": _("发布主体"),
    "pending_links": _("登记待关联"),
    "publish_vault": _("封存证件"),
    "publish": _("发布结果"),
    "statistics": _("更新查找用的统计"),
}
"""Stages of a county refresh."""


def said(words: Mapping[str, str | Promise], code: str) -> str:
    """Return the words of a code, or the code itself."""
    return str(words.get(code, code))
