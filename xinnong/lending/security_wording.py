"""Why somebody may not guarantee and something not be mortgaged, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

_SOMEBODY_ELSE = _l("请换一位保证人，或换一种担保方式。")
_SOMETHING_ELSE = _l("请换一件抵押物，或换一种担保方式。")
_SEARCH = _l("请先到登记机构查档，查清以后再登记。")

SECURITY_REFUSALS: Mapping[str, Wording] = {
    "security.refused": Wording(
        _l("不能用来担保，原因写在页面上。"), _l("请看列出的每一条，再换人、换物或补手续。")
    ),
    "security.not_asked": Wording(
        _l("这笔申请选的不是这种担保方式。"), _l("要换担保方式，请撤回后重新申请。")
    ),
    "security.agreed": Wording(
        _l("合同已经写明担保，不能再增减。"), _l("要改，请先取消没签的合同，再重新申请。")
    ),
    "security.unknown": Wording(
        _l("没有查到这个人或单位。"), _l("请照着身份证或营业执照重新填写。")
    ),
    "security.named_already": Wording(
        _l("已经登记过了，或登记的人数已满。"), _l("请刷新页面核对；同一件抵押物只能担保一笔。")
    ),
    "security.still_owed": Wording(
        _l("贷款还没有还清，不能解除担保。"), _l("请先结清，再办注销登记。")
    ),
    "security.dates": Wording(
        _l("日期不对：晚于今天，或早于前一步。"), _l("请照着凭证上的日期填写。")
    ),
    "guarantee.policy_unknown": Wording(_l("当天还没有担保的规定。"), _l("请联系县级服务台。")),
    "guarantee.kind": Wording(_l("这一类单位能不能作保没有规定，不能作保。"), _SOMEBODY_ELSE),
    "guarantee.village_collective": Wording(
        _l("村集体不能为别人的债务作保（浙江省农村集体资产管理条例）。"), _SOMEBODY_ELSE
    ),
    "guarantee.committee": Wording(_l("村（居）民委员会不能作保。"), _SOMEBODY_ELSE),
    "guarantee.state_organ": Wording(_l("国家机关不能作保（民法典 683 条）。"), _SOMEBODY_ELSE),
    "guarantee.public_body": Wording(
        _l("学校、医院等公益单位不能作保（民法典 683 条）。"), _SOMEBODY_ELSE
    ),
    "guarantee.borrower": Wording(_l("借款人不能给自己作保。"), _SOMEBODY_ELSE),
    "guarantee.family": Wording(_l("配偶和同户的家人本来就一起还，不算保证人。"), _SOMEBODY_ELSE),
    "guarantee.not_of_age": Wording(_l("保证人要满十八周岁，并且身份资料完整。"), _SOMEBODY_ELSE),
    "guarantee.mutual": Wording(_l("两家不能互相作保。"), _SOMEBODY_ELSE),
    "guarantee.ring": Wording(
        _l("%(ring)s 家会连成一圈互相作保，最多允许 %(most_ring)s 家。"), _SOMEBODY_ELSE
    ),
    "guarantee.amount": Wording(_l("担保金额要大于零。"), _l("请重新填写金额。")),
    "guarantee.means_unknown": Wording(
        _l("保证人的收入或家底不清楚。"), _l("请补上凭证；单位填净资产。")
    ),
    "guarantee.over": Wording(
        _l("超过了保证人还能担保的（%(left_minor)s；全部担保最多 %(most_minor)s）。"),
        _l("请减少金额，或再找一位保证人分担。"),
    ),
    "guarantee.client": Wording(
        _l("担保公司对一家最多担保 %(most_minor)s。"), _l("请减少金额，或再找一位保证人分担。")
    ),
    "guarantee.nobody": Wording(_l("还没有保证人。"), _l("请先登记保证人。")),
    "guarantee.short": Wording(
        _l("保证人一共担保 %(given_minor)s，不到要的 %(needed_minor)s。"),
        _l("请再登记一位保证人，或减少借款。"),
    ),
    "collateral.kind": Wording(_l("没有这一类抵押物。"), _SOMETHING_ELSE),
    "collateral.homestead": Wording(
        _l("宅基地使用权依法不能抵押（民法典 399 条）。"), _SOMETHING_ELSE
    ),
    "collateral.farm_house": Wording(
        _l("宅基地上的农房不能在这里抵押。"), _l("可以看看「资产授托代管」贷款。")
    ),
    "collateral.collective_land": Wording(_l("集体土地所有权依法不能抵押。"), _SOMETHING_ELSE),
    "collateral.public_facility": Wording(
        _l("学校、医院等公益设施依法不能抵押。"), _SOMETHING_ELSE
    ),
    "collateral.ecological_forest": Wording(_l("生态公益林不能抵押。"), _SOMETHING_ELSE),
    "collateral.pension": Wording(_l("养老金权益不能抵押。"), _SOMETHING_ELSE),
    "collateral.collective_share": Wording(
        _l("集体股权只能在村集体内部转让，不能在这里抵押。"),
        _l("可以看看「资产授托代管」贷款。"),
    ),
    "collateral.unknown": Wording(_l("权属或状况没有查清。"), _SEARCH),
    "collateral.disputed": Wording(_l("权属有争议，依法不能抵押。"), _l("请先解决争议。")),
    "collateral.seized": Wording(_l("已经被查封或扣押，依法不能抵押。"), _l("解封以后再来。")),
    "collateral.demolition": Wording(_l("已列入征收拆迁，不能抵押。"), _SOMETHING_ELSE),
    "collateral.dangerous": Wording(_l("是 D 级危房，不能抵押。"), _SOMETHING_ELSE),
    "collateral.grantor": Wording(
        _l("土地经营权还没有向发包方备案，或缺承包方书面同意。"), _l("请先办好备案和同意书。")
    ),
    "collateral.owners": Wording(
        _l("登记的所有权人有 %(owners)s 位，只有 %(consented)s 位书面同意。"),
        _l("请其他所有权人带身份证来签同意书。"),
    ),
    "collateral.values": Wording(
        _l("要有两个人各自估价，都在 %(days)s 天以内。"), _l("请补上另一份估价。")
    ),
    "collateral.haircut_unknown": Wording(
        _l("当天还没有抵押折扣的规定。"), _l("请联系县级服务台。")
    ),
    "collateral.nothing": Wording(_l("还没有抵押物。"), _l("请先登记抵押物。")),
    "collateral.short": Wording(
        _l("抵押物折算以后是 %(given_minor)s，不到要的 %(needed_minor)s。"),
        _l("请再加一件抵押物，或减少借款。"),
    ),
}
"""Beside a decision, on the page of guarantors and collateral, and where a step is refused."""
