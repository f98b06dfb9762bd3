"""Loan products in plain words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.core.products import Way
from xinnong.web import figures
from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.utils.functional import _StrPromise

    from xinnong.core.products import Product

METHODS: Mapping[str, _StrPromise] = {
    "equal_installment": _l("等额本息"),
    "equal_principal": _l("等额本金"),
    "flat": _l("按原本金计息"),
    "interest_first": _l("按期付息、到期还本"),
    "at_maturity": _l("到期一次还本付息"),
    "balloon": _l("平时少还、末期多还"),
    "seasonal": _l("按农时还款"),
    "revolving": _l("随借随还"),
}
METHODS_SAID: Mapping[str, _StrPromise] = {
    "equal_installment": _l("每期还一样多（等额本息）"),
    "equal_principal": _l("等额本金，利息越还越少"),
    "flat": _l("按借的总数计息，每期一样多"),
    "interest_first": _l("每期只付利息，到期还本金"),
    "at_maturity": _l("到期一次还清本金和利息"),
    "balloon": _l("平时少还，最后一期多还"),
    "seasonal": _l("有收成时还本，平时只付利息"),
    "revolving": _l("随借随还，用几天算几天"),
}
"""Ways to repay for somebody who chooses one and has never borrowed."""
WORDS: Mapping[str, _StrPromise] = {
    "bank": _l("银行"),
    "small_loan": _l("小额贷款公司"),
    "fund": _l("资金互助社（会）"),
    "household": _l("农户"),
    "organisation": _l("合作社、小企业、村集体"),
    "credit": _l("信用"),
    "guarantee": _l("保证"),
    "mortgage": _l("抵押"),
    "custody": _l("资产授托代管"),
    "insurance": _l("保证保险"),
    "chain": _l("产业链"),
    "face_to_face": _l("当面核实、当面签字"),
    "card_check": _l("本人核验加本人银行卡"),
    "own_card": _l("借款人本人的银行卡"),
    "listed_supplier": _l("名单内的供货商"),
    "line_granted": _l("已有授信额度"),
    "credit_report": _l("查过征信报告"),
    "site_visit": _l("两人上门看过"),
    "guarantor_signed": _l("保证人已签字"),
    "mortgage_registered": _l("抵押已登记"),
    "custody_agreement": _l("代管协议已签"),
    "insurance_policy": _l("保险已生效"),
    "chain_order": _l("有产业链订单"),
    "fund_member": _l("是互助社（会）社员"),
    "supplier_listed": _l("供货商在名单内"),
    "identity_check": _l("身份核验结果"),
    "household_register": _l("户口簿"),
    "credit_report_authorisation": _l("征信查询授权书"),
    "purpose_statement": _l("用途说明"),
    "order_or_invoice": _l("订单或发票"),
    "business_licence": _l("营业执照"),
    "co_owner_consent": _l("共有人同意书"),
    "valuation_report": _l("估价单"),
    "actual/actual": _l("按实际天数，年按实际天数"),
    "actual/365": _l("按实际天数，年按 365 天"),
    "actual/360": _l("按实际天数，年按 360 天"),
    "actual/364": _l("按实际天数，年按 364 天"),
    "30/360": _l("月按 30 天，年按 360 天"),
    "daily": _l("按天计息"),
    "same_as_repayment": _l("按期计息，每期一样长"),
    "pigs": _l("生猪"),
    "tea": _l("茶叶"),
    "bayberry": _l("杨梅"),
    "seed_and_fertiliser": _l("买种苗、肥料、农药"),
    "feed_and_young_stock": _l("买饲料、种苗畜禽"),
    "machinery": _l("买农机具"),
    "greenhouse_and_barn": _l("建大棚、圈舍、仓库"),
    "land_rent": _l("付土地租金"),
    "processing_and_trade": _l("加工、收购、运销"),
    "house_repair": _l("修房子"),
    "schooling": _l("上学"),
    "daily_needs": _l("日常生活"),
    "person": _l("个人"),
    "firm": _l("企业、合作社、农场"),
    "guarantee_company": _l("融资担保公司"),
    "town_house": _l("城镇住房"),
    "shop_or_workshop": _l("商铺、厂房"),
    "land_use_right": _l("国有建设用地使用权"),
    "land_management_right": _l("土地经营权"),
    "forest_right": _l("林权"),
    "farm_facility": _l("农业设施、大棚"),
    "farm_machine": _l("农机具"),
    "livestock": _l("活体畜禽"),
    "stock": _l("农产品库存"),
    "vehicle": _l("车辆"),
    "homestead_right": _l("宅基地使用权"),
    "farm_house": _l("宅基地上的农房"),
    "collective_land": _l("集体土地所有权"),
    "public_facility": _l("学校、医院等公益设施"),
    "ecological_forest": _l("生态公益林"),
    "pension_right": _l("养老金权益"),
    "collective_share": _l("集体股权"),
    "real_estate": _l("不动产登记中心"),
    "land_rights": _l("农村土地承包登记"),
    "movables": _l("动产融资统一登记系统"),
    "vehicles": _l("车辆管理所"),
    "value.market": _l("市场比较"),
    "value.income": _l("收益测算"),
    "value.cost": _l("成本折旧"),
    "value.registered_sum": _l("登记价款"),
}
"""Every word that a product, a guarantee or a mortgage may hold, as people say it."""

_EVERY: Mapping[str, _StrPromise] = {
    "days": _l("每 %(every)s 天一期"),
    "weeks": _l("每 %(every)s 周一期"),
    "months": _l("每 %(every)s 个月一期"),
    "quarters": _l("每 %(every)s 个季度一期"),
    "years": _l("每 %(every)s 年一期"),
}
_EACH: Mapping[str, _StrPromise] = {
    "days": _l("每天一期"),
    "weeks": _l("每周一期"),
    "months": _l("每月一期"),
    "quarters": _l("每季一期"),
    "years": _l("每年一期"),
}
ONCE = ("at_maturity", "revolving")
"""Methods in which nothing falls due by period."""
LOOKED_UP = ("run:", "report:", "visit:", "guarantors:", "mortgage:")
"""How evidence begins that nobody typed: it was looked up in the lender's own books."""

FIELDS: Mapping[str, _StrPromise] = {
    "effective_on": _l("生效"),
    "title_zh": _l("中文名"),
    "title_en": _l("英文名"),
    "says_zh": _l("中文说明"),
    "says_en": _l("英文说明"),
    "lenders": _l("谁发放"),
    "borrowers": _l("谁能借"),
    "produces": _l("要有这些生产"),
    "least_minor": _l("最少借"),
    "most_minor": _l("最多借"),
    "least_months": _l("最短（月）"),
    "most_months": _l("最长（月）"),
    "rate.floor_percent": _l("年利率下限"),
    "rate.cap_percent": _l("年利率上限"),
    "rate.lpr_multiple": _l("总成本不超过 LPR 的倍数"),
    "day_count": _l("天数算法"),
    "interest_period": _l("计息方式"),
    "most_grace": _l("最多宽限期数"),
    "revolving": _l("可循环"),
    "payees": _l("钱打给谁"),
    "cooling_off_days": _l("冷静期（天）"),
    "securities": _l("担保方式"),
    "conditions": _l("放款前要办好"),
    "documents": _l("要带的材料"),
    "signing": _l("第一次怎么签"),
    "overdue.late_percent": _l("逾期利率（合同利率的百分之）"),
    "overdue.misuse_percent": _l("挪用利率（合同利率的百分之）"),
    "overdue.compound": _l("逾期利息计复利"),
    "overdue.principal_first_after_days": _l("逾期多少天后先还本金"),
    "later.renewal": _l("可以无还本续贷"),
    "later.extension": _l("可以展期"),
    "mortgage.least_coverage_percent": _l("抵押物至少够贷款的百分之多少"),
    "mortgage.basis": _l("抵押要求的依据"),
}
"""Settings of a product by their name in the document."""

_MEND = _l("按列出的每一处改正后再保存。")
_AGAIN = _l("请刷新页面，看它现在的状态。")
REFUSALS: Mapping[str, Wording] = {
    "terms.invalid": Wording(_l("还款条件不成立。"), _l("按列出的每一处改正后再提交。")),
    "product.invalid": Wording(_l("贷款产品的内容不符合要求。"), _MEND),
    "product.draft_moved": Wording(_l("这份草稿已经是「%(state)s」，这一步做不了。"), _AGAIN),
    "product.draft_changed": Wording(
        _l("草稿和第一人签署的内容不一样。"), _l("请第一人重新核对、重新签署。")
    ),
    "product.second_person": Wording(
        _l("发布要两个人签署，第一人不能再签。"), _l("请另一位有权限的同事签署。")
    ),
    "product.version_taken": Wording(
        _l("%(code)s 的 %(version)s 版已经发布，或已有草稿。"), _l("换一个版本号再保存。")
    ),
    "product.too_early": Wording(
        _l("生效日期 %(effective_on)s 早于今天，不能倒签。"), _l("把生效日期改到今天或以后。")
    ),
}

PROBLEMS: Mapping[str, _StrPromise] = {
    "schema.unsupported": _l("文件格式版本不支持"),
    "source.toml": _l("写法有误：%(at)s"),
    "field.missing": _l("缺这一项"),
    "field.extra": _l("没有这一项"),
    "field.type": _l("写法不对"),
    "word.unknown": _l("没有「%(word)s」这个选项"),
    "word.twice": _l("写了两次"),
    "list.empty": _l("至少写一个"),
    "bounds.order": _l("下限要大于零，且不超过上限"),
    "rate.floor_over_cap": _l("利率下限不能高于上限"),
    "rate.total_cost": _l("不是银行的机构要写明总成本不超过 LPR 的几倍"),
    "way.every": _l("间隔至少是 1"),
    "revolving.ways": _l("可循环和「随借随还」要一起写"),
    "mortgage.not_taken": _l("这个产品不收抵押，不用写抵押要求"),
    "overdue.bounds": _l("要在 %(least)s 到 %(most)s 之间"),
}
"""What is wrong with a source, beside the field."""


def word(code: str) -> str:
    """One word of a product; an unknown one says itself."""
    return str(WORDS.get(code, code))


def words(codes: Iterable[str]) -> str:
    """Several words in a row."""
    return listed(word(code) for code in codes)


def listed(texts: Iterable[str]) -> str:
    """Texts in a row, as the language of the page separates them."""
    return (", " if figures.is_english() else "、").join(texts)


def way_text(way: Way) -> str:
    """A way to repay, with how often something falls due where it does by period."""
    method = str(METHODS[way.method])
    if way.method in ONCE:
        return method
    every = every_text(way.every, way.unit)
    return _("%(method)s（%(every)s）") % {"method": method, "every": every}


def every_text(every: int, unit: str) -> str:
    """How often something falls due: every month, every 3 months."""
    return str(_EACH[unit] if every == 1 else _EVERY[unit]) % {"every": every}


def evidence_text(evidence: str) -> str:
    """What shows that a condition holds: a reference as it was typed, or that the books show it."""
    return _("系统里查到的") if evidence.startswith(LOOKED_UP) else evidence


def purpose_text(code: str) -> str:
    """What a loan is used for."""
    return word(code)


def method_text(terms: Mapping[str, Any]) -> str:
    """How a contract is repaid, from its terms."""
    return way_text(Way(terms["method"], terms["every"], terms["unit"]))


def title_of(product: Product) -> str:
    """The product's name in the language of the page."""
    return product.title_en if figures.is_english() else product.title_zh


def says_of(product: Product) -> str:
    """What the product is, in a sentence a farmer understands."""
    return product.says_en if figures.is_english() else product.says_zh


def rate_text(percent: Decimal) -> str:
    """A rate as people write it: 4.1%."""
    return f"{figures.decimal(percent)}%"


def rates_text(product: Product) -> str:
    """The bounds of the contract rate."""
    rule = product.rate
    return f"{rate_text(rule.floor_percent)}–{rate_text(rule.cap_percent)}"


def amounts_text(product: Product) -> str:
    """From how much to how much."""
    return _("%(least)s 至 %(most)s") % {
        "least": figures.whole_yuan(product.least_minor),
        "most": figures.whole_yuan(product.most_minor),
    }


def months_text(product: Product) -> str:
    """From how long to how long."""
    return _("%(least)s 至 %(most)s 个月") % {
        "least": product.least_months,
        "most": product.most_months,
    }


def setting_name(field: str) -> str:
    """The name of a setting; a way to repay is named by its method."""
    part, _dot, method = field.partition(".")
    if part == "ways":
        return _("还款方式：%(method)s") % {"method": METHODS.get(method, method)}
    return str(FIELDS.get(field, field))


def setting_value(field: str, value: object) -> str:
    """The value of a setting as people read it; nothing is a dash."""
    if value is None or value == ():
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, tuple):
        is_way = field.startswith("ways.")
        return every_text(value[0], value[1]) if is_way else words(value)
    return _number_text(field, value)


def _number_text(field: str, value: object) -> str:
    if isinstance(value, Decimal):
        return figures.decimal(value) if field.endswith("multiple") else rate_text(value)
    if isinstance(value, int) and field.endswith("_minor"):
        return figures.whole_yuan(value)
    return word(str(value))


def problem_text(code: str, params: Mapping[str, object]) -> str:
    """What is wrong in one place; an unknown code says itself."""
    form = PROBLEMS.get(code)
    return str(form) % dict(params) if form else code
