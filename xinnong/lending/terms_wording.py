"""Settings, problems and conventions of a schedule in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

UNITS: Mapping[str, _StrPromise] = {
    "days": _l("天"),
    "weeks": _l("周"),
    "months": _l("个月"),
    "quarters": _l("个季度"),
    "years": _l("年"),
}
EVENTS: Mapping[str, _StrPromise] = {
    "prepayment": _l("提前还一部分"),
    "rate_change": _l("利率调整"),
    "interest_pause": _l("停息一段时间"),
    "settle": _l("提前结清"),
}
EFFECTS: Mapping[str, _StrPromise] = {
    "reduce_installment": _l("以后每期少还"),
    "reduce_count": _l("以后少还几期"),
    "apply_next": _l("抵下一期"),
}
SETTINGS: Mapping[str, _StrPromise] = {
    "method": _l("还款方式"),
    "principal": _l("借款金额（元）"),
    "annual_rate": _l("年利率（%）"),
    "number_of_repayments": _l("期数"),
    "every": _l("每隔"),
    "unit": _l("单位"),
    "disbursed_on": _l("放款日"),
    "first_due_on": _l("第一次还款日"),
    "day_count": _l("天数算法"),
    "interest_period": _l("计息方式"),
    "calendar": _l("按哪种农时"),
    "balloon": _l("末期多还（元）"),
    "grace": _l("宽限"),
    "rounding": _l("取整"),
    "disbursements": _l("分次放款"),
    "events": _l("中途发生"),
    "level": _l("每期金额的算法"),
}
"""By the first part of a setting's name."""

PROBLEMS: Mapping[str, _StrPromise] = {
    "document.too_large": _l("内容太长"),
    "document.not_json": _l("不是 JSON"),
    "document.not_object": _l("不是 JSON 对象"),
    "field.missing": _l("缺这一项"),
    "field.unknown": _l("没有这一项"),
    "field.twice": _l("写了两次"),
    "field.type": _l("写法不对"),
    "field.value": _l("这个值不能用"),
    "field.too_many": _l("太多了"),
    "calendar.unknown": _l("没有这种农时"),
    "calendar.other_method": _l("只有按农时还款才用得上"),
    "calendar.no_income": _l("按农时还款要选一种农时"),
    "calendar.no_due_date_with_income": _l("还款日都不在有收入的月份，换期数或第一次还款日"),
    "terms.too_long": _l("期限太长"),
    "date.range": _l("日期超出范围"),
    "first_due_on.not_after_disbursement": _l("要晚于放款日"),
    "amount.not_positive": _l("要大于零"),
    "amount.too_fine": _l("小数位太多"),
    "multiple.not_of_the_unit": _l("取整的单位不对"),
    "grace.without_instalments": _l("到期一次还的贷款没有宽限"),
    "grace.too_long": _l("宽限期数要少于总期数"),
    "grace.principal_is_last_anyway": _l("这种还法本来就最后还本"),
    "balloon.other_method": _l("只有末期多还的还法才用得上"),
    "balloon.one_of_two": _l("要写末期多还多少"),
    "balloon.not_below_principal": _l("要小于借款金额"),
    "balloon.not_longer": _l("摊还期数要多于还款期数"),
    "level.other_method": _l("这种还法没有等额"),
    "disbursements.order": _l("要按日期先后写"),
    "disbursements.before_disbursed_on": _l("早于放款日"),
    "disbursed_on.not_the_first": _l("放款日和第一次放款不一致"),
    "disbursements.sum": _l("各次放款相加不等于借款金额"),
    "event.before_disbursement": _l("早于放款日"),
    "event.field_of_another_kind": _l("这一项和中途发生的事不相配，请清空"),
    "event.changes_nothing": _l("没有写要改什么"),
    "event.until_too_early": _l("结束日要晚于开始日"),
    "event.effect_without_meaning": _l("这种还法或这件事不能这样处理"),
}

CONVENTIONS: Mapping[str, _StrPromise] = {
    "level.period_factors": _l("每期金额按各期实际天数折算，不是简单的年利率除以期数。"),
    "level.annual_over_n": _l("每期金额按年利率除以每年期数折算。"),
    "level.gap_spread_once": _l("最后一期相差太多时，把差额匀到各期重算一次。"),
    "last_installment.absorbs_rest": _l("分到各期除不尽的几分钱，由最后一期补齐。"),
    "level.multiple_first": _l("每期金额先取整，再分本金和利息。"),
    "interest.rounded_once": _l("每期利息只四舍五入一次。"),
    "day_count.30_360_whole_months": _l("整月按十二分之一年，零头按当月实际天数。"),
    "day_count.actual_actual_cut_31_december": _l("跨年的利息在 12 月 31 日分开算。"),
    "draw.before_installment": _l("还款日当天放的款，先入账再算这一期。"),
    "terms.dated_version": _l("一直按签约那天的规则算，以后改规则不影响旧贷款。"),
    "days.first_counts_last_not": _l("借款当天算利息，还款当天不算。"),
    "interest.whole_period": _l("每期利息一样算，不看这一期有几天。"),
    "due.next_working_day": _l("还款日遇休息日顺延到下一个工作日。"),
    "due.month_end_clamp": _l("当月没有这一天的，在月末还。"),
    "interest.flat_one_sum": _l("利息一直按最初借的钱算，总数先算好再分到各期。"),
}


def setting_text(field: str) -> str:
    """The name of a setting: events[0].amount is what happens on the way."""
    first = field.partition(".")[0].partition("[")[0]
    return str(SETTINGS.get(first, field)) if field else _("全文")


def problem_text(code: str) -> str:
    """What is wrong with a setting; an unknown code says itself."""
    return str(PROBLEMS.get(code, code))


def convention_text(code: str) -> str:
    """A rule by which the figures came about; an unknown code says itself."""
    return str(CONVENTIONS.get(code, code))
