"""Features and dimensions in plain words: names, values with units, and how to make them better.

Analytics and core speak codes; this is where the codes of a profile become sentences, for pages,
the API and commands alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xinnong.analytics.features.liabilities import PERCENT_CAP
from xinnong.web import figures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.utils.functional import _StrPromise

UNKNOWN_MARK = "—"

DIMENSION_NAMES: Mapping[str, _StrPromise] = {
    "assets": _l("资产"),
    "liabilities": _l("负债"),
    "income": _l("收入"),
    "family": _l("家庭"),
    "standing": _l("资信"),
    "character": _l("品行"),
}


class Unit(StrEnum):
    """How the whole number of a feature is read."""

    FEN = "fen"
    MU = "mu"
    MU_YEARS = "mu_years"
    SHARES = "shares"
    COUNT = "count"
    PEOPLE = "people"
    PERCENT = "percent"
    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"
    YES_NO = "yes_no"
    TAX_GRADE = "tax_grade"
    ENTITY_ROLE = "entity_role"
    REVIEW = "review"


_NAMED = frozenset({Unit.YES_NO, Unit.TAX_GRADE, Unit.ENTITY_ROLE})


@dataclass(frozen=True, slots=True)
class FeatureWords:
    """A feature's name, unit, what a household can do about its value, and whether consent opens it."""

    name: _StrPromise
    unit: Unit
    advice: _StrPromise
    needs_consent: bool = False


_CONSENT = _l("全家有关成年人都签署授权后，才能看到这一项。")
_REGISTER = _l("带上证件到主管部门登记，或请村里代办，下次更新会带入。")
_LAND = _l("亩数乘剩下的年数：2 亩剩 30 年，算 60 亩种一年。续签或流转合同，到村里登记。")
_OUTSIDE = _l("这一项由部门记录得出；有误可以提出异议更正。")
_OVERDUE = _l("先还清欠款，再请法院或部门更新记录。")
_EARN = _l("把种养、销售和务工收入如实登记，经过正规渠道收款会留下记录。")
_EVEN = _l("错开品种或加上务工收入，全年收入会更平稳。")
_SAVE = _l("把收款存进自己的银行账户，会留下记录。")
_REPAY = _l("先还一部分借款，或与贷款机构商量更长的期限。")

FEATURES: Mapping[str, FeatureWords] = {
    "house_value": FeatureWords(_l("房屋价值"), Unit.FEN, _REGISTER, needs_consent=True),
    "land_mu_years": FeatureWords(_l("承包地还能种多久"), Unit.MU_YEARS, _LAND),
    "forest_mu": FeatureWords(_l("林地面积"), Unit.MU, _REGISTER, needs_consent=True),
    "machine_value": FeatureWords(_l("农机现值"), Unit.FEN, _REGISTER),
    "vehicle_value": FeatureWords(_l("车辆现值"), Unit.FEN, _REGISTER),
    "livestock_crop_value": FeatureWords(
        _l("存栏和在田作物价值"), Unit.FEN, _EARN, needs_consent=True
    ),
    "collective_shares": FeatureWords(_l("村集体股份"), Unit.SHARES, _REGISTER),
    "deposits": FeatureWords(_l("存款"), Unit.FEN, _SAVE, needs_consent=True),
    "assets_total": FeatureWords(_l("资产合计"), Unit.FEN, _REGISTER, needs_consent=True),
    "assets_vs_town": FeatureWords(
        _l("资产与本乡镇中位数之比"), Unit.PERCENT, _REGISTER, needs_consent=True
    ),
    "own_bank_balance": FeatureWords(
        _l("在本行的贷款余额"), Unit.FEN, _l("按期还款，余额会逐步下降。")
    ),
    "seizures_open": FeatureWords(_l("未解除的查封"), Unit.COUNT, _OVERDUE),
    "mortgages_open": FeatureWords(_l("未注销的抵押"), Unit.COUNT, _l("还清后及时办理抵押注销。")),
    "private_debt": FeatureWords(_l("民间借款"), Unit.FEN, _REPAY, needs_consent=True),
    "guarantees_given": FeatureWords(
        _l("对外担保"), Unit.FEN, _l("被担保人还清后，及时办理解除担保。"), needs_consent=True
    ),
    "court_sum_open": FeatureWords(_l("未履行的判决金额"), Unit.FEN, _OVERDUE),
    "debt_total": FeatureWords(_l("负债合计"), Unit.FEN, _REPAY, needs_consent=True),
    "debt_to_assets": FeatureWords(_l("负债占资产"), Unit.PERCENT, _REPAY, needs_consent=True),
    "debt_service_to_income": FeatureWords(
        _l("每年还款占收入"), Unit.PERCENT, _REPAY, needs_consent=True
    ),
    "farm_net_income": FeatureWords(_l("种养净收入"), Unit.FEN, _EARN, needs_consent=True),
    "chain_sales": FeatureWords(_l("近十二个月产业链销售"), Unit.FEN, _EARN),
    "wage_earners": FeatureWords(_l("有工资收入的人数"), Unit.PEOPLE, _EARN),
    "subsidies": FeatureWords(_l("补贴"), Unit.FEN, _OUTSIDE, needs_consent=True),
    "dividends": FeatureWords(_l("分红"), Unit.FEN, _OUTSIDE, needs_consent=True),
    "pensioners": FeatureWords(
        _l("领取养老金的人数"),
        Unit.PEOPLE,
        _l("到了年龄，及时办理养老金领取。"),
        needs_consent=True,
    ),
    "income_total": FeatureWords(_l("家庭年收入"), Unit.FEN, _EARN, needs_consent=True),
    "income_stability": FeatureWords(
        _l("三年收入稳定程度"), Unit.PERCENT, _EVEN, needs_consent=True
    ),
    "season_peak_share": FeatureWords(
        _l("最旺一个月占全年收入"), Unit.PERCENT, _EVEN, needs_consent=True
    ),
    "income_vs_town": FeatureWords(
        _l("收入与本乡镇中位数之比"), Unit.PERCENT, _EARN, needs_consent=True
    ),
    "farm_entity_role": FeatureWords(
        _l("在农业经营主体中的身份"), Unit.ENTITY_ROLE, _l("加入合作社或登记家庭农场。")
    ),
    "business_years": FeatureWords(_l("持续经营时间"), Unit.MONTHS, _REGISTER),
    "members": FeatureWords(_l("家庭人口"), Unit.PEOPLE, _OUTSIDE),
    "workers": FeatureWords(_l("劳动力人数（18—64 岁）"), Unit.PEOPLE, _OUTSIDE),
    "dependants_ratio": FeatureWords(_l("抚养比（被抚养人与劳动力之比）"), Unit.PERCENT, _OUTSIDE),
    "village_years": FeatureWords(_l("在本村居住年数"), Unit.YEARS, _OUTSIDE),
    "schooling_members": FeatureWords(_l("在学年龄人数"), Unit.PEOPLE, _OUTSIDE),
    "worst_dpd_24m": FeatureWords(
        _l("近两年最长逾期天数"), Unit.DAYS, _l("按期还款；两年前的逾期不再计入。")
    ),
    "loans_repaid": FeatureWords(
        _l("已还清的贷款笔数"), Unit.COUNT, _l("借一笔、按期还清，就有了记录。")
    ),
    "lines_used_percent": FeatureWords(
        _l("已用额度占比"), Unit.PERCENT, _l("归还一部分已用额度。")
    ),
    "court_list_open": FeatureWords(_l("在失信被执行名单"), Unit.COUNT, _OVERDUE),
    "litigation_defendant_open": FeatureWords(_l("未结的被诉案件"), Unit.COUNT, _OVERDUE),
    "tax_grade": FeatureWords(_l("纳税信用等级"), Unit.TAX_GRADE, _l("按时申报、足额缴税。")),
    "penalties_3y": FeatureWords(
        _l("三年内行政处罚"), Unit.COUNT, _l("改正并申请信用修复；满三年不再计入。")
    ),
    "insurance_years": FeatureWords(
        _l("近三年基本医保缴费年数"), Unit.YEARS, _l("每年按时参加基本医疗保险。")
    ),
    "social_insurance_months": FeatureWords(
        _l("社会保险缴费月数"), Unit.MONTHS, _l("连续缴纳养老保险。")
    ),
    "review_score": FeatureWords(
        _l("背靠背评议"), Unit.REVIEW, _l("本村评议完成、有效评议满五人后计入。")
    ),
    "honours": FeatureWords(_l("有效荣誉"), Unit.COUNT, _l("文明家庭等荣誉由村镇申报。")),
    "coop_member": FeatureWords(_l("合作社社员"), Unit.YES_NO, _l("加入合作社并参与生产。")),
}


def feature_name(feature: str) -> str:
    """Return the plain name of a feature; a feature without words shows its code."""
    words = FEATURES.get(feature)
    return str(words.name) if words else feature


def feature_value(feature: str, value: int | None) -> str:
    """Return a feature's value with its unit; unknown is a dash, never zero."""
    if value is None:
        return UNKNOWN_MARK
    words = FEATURES.get(feature)
    return _WRITERS[words.unit](value) if words else figures.count(value)


def feature_unit(feature: str) -> Unit | None:
    """Return how the whole number of a feature is read."""
    words = FEATURES.get(feature)
    return words.unit if words else None


def feature_advice(feature: str, *, is_known: bool) -> str:
    """Return what a household can do about a feature; about an unknown one, how it becomes known."""
    words = FEATURES.get(feature)
    if words is None:
        return ""
    return str(_CONSENT if words.needs_consent and not is_known else words.advice)


def is_named(feature: str) -> bool:
    """Return whether a feature's values are names (yes, head, A) and not amounts."""
    words = FEATURES.get(feature)
    return words is not None and words.unit in _NAMED


def dimension_name(dimension: str) -> str:
    """Return the plain name of a dimension."""
    return str(DIMENSION_NAMES.get(dimension, dimension))


def _mu(value: int) -> str:
    return _("%(number)s 亩") % {"number": figures.hundredths(value)}


def _mu_years(value: int) -> str:
    if value <= 0:
        return _("没有")
    return _("%(number)s 亩种一年") % {"number": figures.hundredths(value)}


def _shares(value: int) -> str:
    return _("%(number)s 股") % {"number": figures.hundredths(value)}


def _count(value: int) -> str:
    return _("%(number)s 项") % {"number": figures.count(value)}


def _people(value: int) -> str:
    return _("%(number)s 人") % {"number": figures.count(value)}


def _percent(value: int) -> str:
    share = f"{figures.count(value)}%"
    return _("%(share)s 或更多") % {"share": share} if value == PERCENT_CAP else share


def _years(value: int) -> str:
    return _("%(number)s 年") % {"number": figures.count(value)}


def _months(value: int) -> str:
    return _("%(number)s 个月") % {"number": figures.count(value)}


def _days(value: int) -> str:
    return _("%(number)s 天") % {"number": figures.count(value)}


def _yes_no(value: int) -> str:
    return _("是") if value else _("否")


def _tax_grade(value: int) -> str:
    return dict(enumerate(("D", "C", "M", "B", "A"))).get(value, figures.count(value))


def _entity_role(value: int) -> str:
    return {0: _("不是"), 1: _("成员"), 2: _("负责人")}.get(value, figures.count(value))


def _review(value: int) -> str:
    return _("%(number)s 分（满分 8 分）") % {"number": figures.hundredths(value)}


_WRITERS: Mapping[Unit, Callable[[int], str]] = {
    Unit.FEN: figures.whole_yuan,
    Unit.MU: _mu,
    Unit.MU_YEARS: _mu_years,
    Unit.SHARES: _shares,
    Unit.COUNT: _count,
    Unit.PEOPLE: _people,
    Unit.PERCENT: _percent,
    Unit.YEARS: _years,
    Unit.MONTHS: _months,
    Unit.DAYS: _days,
    Unit.YES_NO: _yes_no,
    Unit.TAX_GRADE: _tax_grade,
    Unit.ENTITY_ROLE: _entity_role,
    Unit.REVIEW: _review,
}
