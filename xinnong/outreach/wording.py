"""Sentences of refusals: why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

REFUSALS: Mapping[str, Wording] = {
    "outreach.not_yours": Wording(
        _("这不归您办理。"), _("请由所属渠道、本级医保局或本乡镇、本村的人办理。")
    ),
    "outreach.reason_missing": Wording(_("要写明原因。"), _("写一句话，对方会看到。")),
    "activity.filing": Wording(
        _("活动不能备案，有 %(count)s 处不合规定。"), _("按下面每一条改好，再提交。")
    ),
    "activity.purpose_ended": Wording(
        _("从 %(ended_on)s 起，任何队伍都不能上门办这件事，不能备案。"),
        _("请本人在国家医保服务平台等官方渠道办理。"),
    ),
    "activity.purpose_closed": Wording(
        _("现行规定里，这类渠道不能做这件事。"), _("换一个允许的事由，或向医保局咨询。")
    ),
    "activity.purpose_unlicensed": Wording(
        _("渠道的授权不包括这件事。"), _("请在授权范围内选择，或先向医保局申请变更授权。")
    ),
    "activity.day": Wording(_("日期要在今天到 %(days)s 天之内。"), _("改到这个范围里的日期。")),
    "activity.unlicensed": Wording(
        _("那一天不在授权或委托合同有效期内（到 %(until)s）。"), _("提前日期，或先续期。")
    ),
    "activity.hours": Wording(
        _("时间要在 %(earliest)s 到 %(latest)s 之间，结束晚于开始。"), _("改成白天的时间。")
    ),
    "activity.villages": Wording(_("要选 1 到 %(most)s 个村。"), _("村多的，分几次备案。")),
    "activity.village_unknown": Wording(_("本县没有这个村。"), _("请用村的12位代码。")),
    "outreach.asked_too_often": Wording(_("查得太勤了。"), _("过一分钟再查，或打电话核实。")),
    "activity.two_towns": Wording(
        _("一次活动只能在一个乡镇，由那个乡镇审批。"), _("按乡镇分开备案。")
    ),
    "activity.agents": Wording(_("去的人要有 1 到 %(most)s 个。"), _("人多的，分成几次活动。")),
    "activity.no_leader": Wording(_("队长没有一起去。"), _("把队长选上，或先登记一位队长。")),
    "activity.agent_busy": Wording(
        _("有人在同一时间已经备案了别的活动。"), _("换人，或错开时间。")
    ),
    "activity.too_many": Wording(
        _("这支队伍这一天已经有 %(most)s 次活动。"), _("换一天，或换一支队伍。")
    ),
    "activity.expected": Wording(
        _("一支队伍一天最多服务 %(most)s 人，这一天还剩 %(room)s 人。"),
        _("减少人数，或分到别的日子。"),
    ),
    "activity.stopped": Wording(
        _("渠道、委托公司、队伍或其中的人已被停用。"), _("先向医保局问清停用原因。")
    ),
    "activity.passed": Wording(_("这段时间已经过去。"), _("选还没有结束的时间。")),
    "activity.state": Wording(
        _("这次活动已经不在这一步（现在：%(state)s）。"), _("请刷新页面，看最新情况。")
    ),
    "activity.approved_already": Wording(
        _("本单位已经批准过。"), _("还要等另一方审批，不用再点。")
    ),
    "activity.same_person": Wording(
        _("备案人和审批人、两方审批人都不能是同一个人。"), _("请另一位同事办理。")
    ),
    "activity.over": Wording(_("活动时间已过，不能再批。"), _("请渠道重新备案。")),
    "activity.not_over": Wording(
        _("还没到时候：活动开始后才能点人数，结束后才能报结果。"), _("请到时再填。")
    ),
    "channel.stopped": Wording(
        _("渠道、委托公司或队伍已停用，或者授权、规定不允许，不能批准。"),
        _("先处理停用或授权的问题。"),
    ),
    "channel.stopped_already": Wording(_("已经是这个状态。"), _("请刷新页面，看最新情况。")),
    "channel.licensed_already": Wording(_("这家机构已经授权。"), _("要改期限，请办理续期。")),
    "team.name_taken": Wording(_("本渠道已经有这个名称。"), _("换一个名称。")),
    "team.contract_over": Wording(_("这份委托合同已经到期。"), _("请续签合同，填新的到期日期。")),
    "team.second_leader": Wording(_("这支队伍已经有队长。"), _("一支队伍只有一位队长。")),
    "agent.number_taken": Wording(
        _("这个手机号已经登记给别的队员。"), _("请核对号码；一个人只在一支队伍登记。")
    ),
    "phone.code_unknown": Wording(
        _("这个登记码不对、用过了，或者过了15分钟。"), _("请渠道经办在队伍页面重新给一个。")
    ),
    "phone.unknown": Wording(
        _("这部手机没有登记，或者已经停用。"), _("请渠道经办重新给一个登记码；手机时间要准。")
    ),
    "badge.no_key": Wording(
        _("医保局还没有生成工作牌密钥，发不了工作牌。"), _("请医保局先在工作牌密钥页面生成。")
    ),
    "badge.no_county": Wording(
        _("还没有装入本县的村镇名单，发布不了核验资料。"), _("请系统管理员先导入村镇名单。")
    ),
    "badge.typesetting": Wording(
        _("这台机器排不出工作牌的卡片。"), _("请联系系统运维，补装字体和排版程序。")
    ),
    "document.filed_already": Wording(_("这个文号已经登记。"), _("请核对文号。")),
}

DIFFERENCES: Mapping[str, _StrPromise] = {
    "reconciliation.more_served": _("报的服务人数比村干部点的人数多"),
    "reconciliation.activated": _("不该激活，却报了激活"),
    "reconciliation.messages": _("验证码短信比服务人数多"),
    "reconciliation.more_heads": _("来的人比备案的多"),
}
"""What did not fit when an activity was closed."""
