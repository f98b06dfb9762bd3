"""The list of loans that figures open to: filters in SQL, one page by keyset, within scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from xinnong.core.asset_class import BAD
from xinnong.core.portfolio import BUCKETS, EVER_30, EVER_90
from xinnong.lending.queries.book_sql import bucketed
from xinnong.lending.queries.portfolio import book_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from xinnong.web.paging import Turn

BAD_ONES: Final = "bad"
"""Instead of one class: every class that counts as bad."""
EVER: Final = {"30": EVER_30, "90": EVER_90}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFilters:
    """What narrows the list; "" and None narrow nothing.

    `on` is a month end that was kept (None: as it stands); `was` a bucket at the month end
    `before`, `became` what came of it by `on`; `drawn` the first of a month; `ever` 30 or 90.
    `persons` and `ref` come from a search; an empty tuple is a search that found nobody.
    """

    on: date | None = None
    state: str = ""
    bucket: str = ""
    asset_class: str = ""
    product: str = ""
    area: str = ""
    was: str = ""
    before: date | None = None
    became: str = ""
    drawn: date | None = None
    ever: str = ""
    persons: tuple[UUID, ...] | None = None
    ref: UUID | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One loan of the list; figures of a day on which it was not open are None."""

    id: int
    ref: UUID
    person: UUID
    household_id: int | None
    area12: str
    product: str
    product_id: int
    state: str
    principal_minor: int
    disbursed_on: date
    matures_on: date
    balance_minor: int | None
    days_past_due: int | None
    asset_class: int | None


LIST: Final = """
WITH book AS ({book})
SELECT l.id, l.ref, l.person, l.household_id, l.area12, p.code, p.id, l.state, l.principal_minor,
       l.disbursed_on, l.matures_on, b.balance_minor, b.days_past_due, b.asset_class
FROM lending_loan AS l JOIN lending_publishedproduct AS p ON p.id = l.product_id
LEFT JOIN book AS b ON b.loan_id = l.id
WHERE l.institution = %(institution)s AND {conditions}
ORDER BY l.id {order} LIMIT %(limit)s
"""
EVER_LATE: Final = """
    ((l.state = 'written_off' AND l.closed_on <= %(ever_on)s)
     OR EXISTS (SELECT FROM lending_monthend AS m WHERE m.loan_id = l.id AND m."on" <= %(ever_on)s
                AND m.days_past_due >= %(ever)s))
"""
WAS: Final = """
    EXISTS (SELECT FROM lending_monthend AS m WHERE m.loan_id = l.id AND m."on" = %(before)s
            AND {bucket} = %(was)s)
"""


def loans_page(
    institution: str, filters: LoanFilters, *, turn: Turn, limit: int
) -> Sequence[Listed]:
    """One page of a lender's loans, the newest first; before a key the nearest first."""
    conditions, named = _conditions(filters)
    if turn.number is not None:
        conditions.append("l.id > %(key)s" if turn.is_back else "l.id < %(key)s")
        named["key"] = turn.number
    sql = LIST.format(
        book=book_on(filters.on),
        conditions=" AND ".join(conditions),
        order="ASC" if turn.is_back else "DESC",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"institution": institution, "on": filters.on, "limit": limit, **named})
        return [Listed(*row) for row in cursor.fetchall()]


def _conditions(filters: LoanFilters) -> tuple[list[str], dict[str, Any]]:
    """A value that no loan can have selects none."""
    named: dict[str, Any] = {}
    found = ["true"]
    for column, value in (
        ("l.state", filters.state),
        ("b.asset_class::text", "" if filters.asset_class == BAD_ONES else filters.asset_class),
        ("p.code", filters.product),
        (bucketed("b.days_past_due"), filters.bucket),
        ("l.ref", filters.ref),
    ):
        if value:
            name = f"v{len(named)}"
            found.append(f"{column} = %({name})s")
            named[name] = value
    if filters.bucket or filters.asset_class or (filters.on and not filters.state):
        found.append("b.loan_id IS NOT NULL" if not _ended(filters) else "b.loan_id IS NULL")
    if filters.asset_class == BAD_ONES:
        found.append("b.asset_class >= %(bad)s")
        named["bad"] = int(min(BAD))
    if filters.area:
        found.append("l.area12 >= %(area)s AND l.area12 < %(area)s || '~'")
        named["area"] = filters.area
    if filters.persons is not None:
        found.append("l.person = ANY (%(persons)s)")
        named["persons"] = list(filters.persons)
    _add_history(filters, found, named)
    return found, named


def _ended(filters: LoanFilters) -> bool:
    return bool(filters.became) and filters.became not in BUCKETS


def _add_history(filters: LoanFilters, found: list[str], named: dict[str, Any]) -> None:
    if filters.drawn:
        found.append("date_trunc('month', l.disbursed_on)::date = %(drawn)s")
        named["drawn"] = filters.drawn
    if filters.ever:
        found.append(EVER_LATE)
        named |= {"ever": EVER.get(filters.ever), "ever_on": filters.before}
    if filters.was:
        found.append(WAS.format(bucket=bucketed("m.days_past_due")))
        named |= {"was": filters.was, "before": filters.before}
    if filters.became:
        ended = _ended(filters)
        column = "l.state" if ended else bucketed("b.days_past_due")
        found.append(f"{column} = %(became)s AND b.loan_id IS {'' if ended else 'NOT '}NULL")
        named["became"] = filters.became
