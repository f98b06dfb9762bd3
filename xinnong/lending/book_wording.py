"""The words of a book of loans: buckets, dimensions, what a move came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _l

from xinnong.core.portfolio import SETTLED, WRITTEN_OFF
from xinnong.lending import wording
from xinnong.lending.models import PublishedProduct
from xinnong.lending.queries.products import product_of
from xinnong.web.refusals import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

BUCKETS: Mapping[str, _StrPromise] = {
    "current": _l("未逾期"),
    "late_1": _l("逾期 1—30 天"),
    "late_31": _l("逾期 31—60 天"),
    "late_61": _l("逾期 61—90 天"),
    "late_91": _l("逾期 91—180 天"),
    "late_181": _l("逾期 181—360 天"),
    "late_361": _l("逾期 360 天以上"),
}
BUCKETS_AND_ENDS: Mapping[str, _StrPromise] = {
    **BUCKETS,
    SETTLED: _l("已结清"),
    WRITTEN_OFF: _l("已核销"),
}
BOOK_REFUSALS: Mapping[str, Wording] = {
    "book.too_many_loans": Wording(
        _l("符合条件的贷款超过 %(limit)s 笔，一次导不出来。"), _l("按乡镇或产品分几次导出。")
    ),
    "book.filter_unknown": Wording(
        _l("筛选条件里有系统不认识的值，没有选出任何贷款。"), _l("清空筛选，重新选择。")
    ),
    "bureau.month_open": Wording(
        _l("%(month)s 还没有月末数据，不能报送。"), _l("先做完这个月最后一天的日终。")
    ),
    "bureau.day": Wording(_l("日期要在放款以后，也不能晚于今天 %(today)s。"), _l("核对日期再填。")),
    "bureau.recorded_already": Wording(_l("这一条已经登记过。"), _l("刷新页面查看。")),
}
BUREAU_REASONS: Mapping[str, _StrPromise] = {
    "bureau.no_consent": _l("借款人没有书面授权报送"),
    "bureau.not_told": _l("不良信息没有提前 10 天告知借款人"),
    "bureau.no_code": _l("征信规范里没有对应的代码"),
    "bureau.dates": _l("到期日早于放款日"),
    "bureau.not_open_yet": _l("这个月还没有放款"),
    "bureau.overdue_parts": _l("逾期金额和其中的本金对不上"),
    "bureau.overdue_over_balance": _l("逾期本金大于余额"),
    "bureau.overdue_since": _l("逾期金额和逾期日期对不上"),
    "bureau.months_order": _l("各月顺序不对"),
    "bureau.goes_on_after_its_end": _l("结束以后还有记录"),
    "bureau.closed_with_balance": _l("已结清但还有余额"),
    "bureau.field": _l("字段格式不合规范"),
    "bureau.rule": _l("字段之间互相矛盾"),
}
"""Why a loan is left out of the file, as the list on the page says it."""
GROUPS: Mapping[str, _StrPromise] = {
    "agricultural": _l("涉农贷款"),
    "farm_household": _l("农户贷款"),
    "inclusive_farm_household": _l("普惠型农户经营性贷款"),
    "inclusive_small": _l("普惠小微贷款"),
    "first_loan": _l("首贷户"),
}
GROUP_RULES: Mapping[str, _StrPromise] = {
    "agricultural": _l(
        "借款人住在农村（街道以外的乡镇），或钱用于农林牧渔；依据银发〔2007〕246 号。"
    ),
    "farm_household": _l("住在农村的家庭的全部贷款，按户计数。"),
    "inclusive_farm_household": _l(
        "农村家庭用于生产经营，而且在本机构的全部授信不超过 500 万元；没有签约授信记录的不算。"
    ),
    "inclusive_small": _l("用于生产经营，而且在本机构的全部授信不超过 1000 万元。"),
    "first_loan": _l("借款前的征信报告显示没有未结清贷款和授信，而且是在本机构的第一笔贷款。"),
}


def titles_by_code() -> dict[str, str]:
    """Names of products in the books, in the language of the page; the newest version's."""
    newest = PublishedProduct.objects.order_by("code", "-effective_on", "-id").distinct("code")
    return {each.code: wording.title_of(product_of(each)) for each in newest}
