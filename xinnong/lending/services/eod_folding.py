"""Ended months become one row per loan: the same days in arrays, a sixth of the space.

The days of the open month lie in rows of their own, because a night writes them for every loan at
once. When a month is over and its days are done, its rows are folded; `lending_accrualday` shows
both, so that nobody who asks for days need know where they lie. Folding is one transaction that
compares before it deletes: killed anywhere, all of a month's rows are still there or all are folded.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import Final

from django.db import connection, transaction

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import BusinessDay

LOG: Final = logging.getLogger(__name__)
ALONE: Final = (
    "SELECT pg_advisory_xact_lock(hashtextextended('lending.fold ' || %(institution)s, 0))"
)
FOLD: Final = """
INSERT INTO lending_accrualmonth (loan_id, month, product_id, institution, days, interest_days,
    penalty_days, compound_days, interest_minor, penalty_minor, compound_minor)
SELECT loan_id, date_trunc('month', "on")::date AS month, product_id, %(institution)s,
       array_agg(extract(day FROM "on")::smallint ORDER BY "on"),
       array_agg(interest_minor ORDER BY "on"),
       CASE WHEN bool_or(penalty_minor <> 0) THEN array_agg(penalty_minor ORDER BY "on")
            ELSE '{}' END,
       CASE WHEN bool_or(compound_minor <> 0) THEN array_agg(compound_minor ORDER BY "on")
            ELSE '{}' END,
       sum(interest_minor), sum(penalty_minor), sum(compound_minor)
FROM lending_eodaccrual WHERE institution = %(institution)s AND "on" < %(before)s
GROUP BY loan_id, date_trunc('month', "on"), product_id
"""
REMOVE: Final = """
DELETE FROM lending_eodaccrual WHERE institution = %(institution)s AND "on" < %(before)s
"""
SUMS: Final = """
SELECT "on", count(*), sum(interest_minor), sum(penalty_minor), sum(compound_minor)
FROM lending_accrualday
WHERE institution = %(institution)s AND "on" >= %(after)s AND "on" < %(before)s
GROUP BY "on" ORDER BY "on"
"""
FIRST: Final = """
SELECT date_trunc('month', min("on"))::date FROM lending_eodaccrual
WHERE institution = %(institution)s AND "on" < %(before)s
"""
Sql = dict[str, str | date | None]


class _Differs(Exception):
    """The folded days are not what the rows said; nothing is kept of the folding."""


def fold_months(institution: str) -> None:
    """Fold every ended month of a lender whose open day is in a later one; nothing otherwise.

    Days that would not come out of their arrays as they went in stay rows, and the log says so.
    """
    with scoped(SYSTEM):
        before = _to_fold(institution)
        if before is None:
            return
        try:
            with transaction.atomic():
                _fold({"institution": institution, "before": before})
        except _Differs:
            LOG.exception(
                "days before %s do not fold to what they were and stay as they are", before
            )
            return
        BusinessDay.objects.filter(institution=institution).update(folded_before=before)


def _to_fold(institution: str) -> date | None:
    """The first day of the open month where days before it may lie in rows."""
    _run(ALONE, {"institution": institution})
    day = BusinessDay.objects.filter(institution=institution).first()
    if day is None:
        return None
    before = day.open_on.replace(day=1)
    return None if day.folded_before == before else before


def _fold(named: Sql) -> None:
    [[after]] = _fetch(FIRST, named)
    if not isinstance(after, date):  # there is nothing to fold
        return
    named = {**named, "after": after}
    as_rows = _fetch(SUMS, named)
    _run(FOLD, named)
    _run(REMOVE, named)
    if _fetch(SUMS, named) != as_rows:
        raise _Differs


def _run(sql: str, named: Sql) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)


def _fetch(sql: str, named: Sql) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return list(cursor.fetchall())
