"""涉农 and 普惠 statistics of a lender on a day: one statement, as core.lending_statistics says.

Borrowers are households here; the town is rural unless it is a street office (街道: codes 001 to 099
of the county, GB/T 10114), which is what the county town consists of. Balances are those of the
ledger at the end of the day, so that any past day can be asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from xinnong.core.lending_statistics import (
    HOUSEHOLD,
    MOST_FIRM_MINOR,
    MOST_HOUSEHOLD_MINOR,
    Group,
    groups,
)
from xinnong.core.lending_statistics import Loan as Counted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

FARMING: Final = ("seed_and_fertiliser", "feed_and_young_stock", "machinery",
                  "greenhouse_and_barn", "land_rent")  # fmt: skip
OPERATING: Final = (*FARMING, "processing_and_trade")
"""Purposes for farming itself, and those for production or trade; the rest is consumption."""
GROUPS: Final = ("agricultural", "farm_household", "inclusive_farm_household", "inclusive_small",
                 "first_loan")  # fmt: skip
STREETS: Final = "substr(l.area12, 7, 1) = '0'"

COUNTED: Final = f"""
SELECT l.id, l.ref, coalesce(l.household_id::text, l.person::text) AS borrower,
       NOT {STREETS} AS is_rural, coalesce(ap.purpose = ANY (%(operating)s), false) AS is_operating,
       coalesce(ap.purpose = ANY (%(farming)s), false) AS is_farming,
       NOT EXISTS (SELECT FROM lending_loan AS e WHERE e.institution = l.institution
                   AND e.person = l.person AND e.id < l.id)
       AND EXISTS (SELECT FROM lending_creditreportquery AS q WHERE q.person = l.person
                   AND q.institution = l.institution AND q.purpose = 'before'
                   AND q.reported_on <= l.disbursed_on AND q.open_loans = 0 AND q.lines_minor = 0)
       AS is_first,
       c.state IS NOT DISTINCT FROM 'cancelled' AS is_cancelled,
       coalesce((SELECT sum(CASE WHEN t.debit_id = a.id THEN t.amount_minor
                                 ELSE -t.amount_minor END)
                 FROM ledger_transfer AS t
                 WHERE (t.debit_id = a.id OR t.credit_id = a.id) AND t.business_on <= %(on)s
                   AND t.state IN ('posted', 'posted_pending')), 0)::bigint AS balance_minor,
       (SELECT sum(o.limit_minor) FROM lending_contract AS o
        WHERE o.institution = l.institution
          AND (o.household_id = l.household_id OR (l.household_id IS NULL AND o.person = l.person))
          AND o.state <> 'cancelled' AND o.signed_at IS NOT NULL
          AND (o.signed_at AT TIME ZONE 'Asia/Shanghai')::date <= %(on)s
          AND (o.ended_at IS NULL OR (o.ended_at AT TIME ZONE 'Asia/Shanghai')::date > %(on)s)
       )::bigint AS line_minor,
       l.rate_percent
FROM lending_loan AS l
LEFT JOIN lending_contract AS c ON c.ref = l.contract_ref AND c.institution = l.institution
LEFT JOIN lending_application AS ap ON ap.id = c.application_id
LEFT JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = '130301'
WHERE l.institution = %(institution)s AND l.disbursed_on <= %(on)s
  AND (l.closed_on IS NULL OR l.closed_on > %(on)s)
"""  # noqa: S608  # made of constants
LABELS: Final = f"""
SELECT id, ref, borrower, balance_minor, rate_percent, line_minor,
       is_rural OR is_farming AS agricultural,
       is_rural AS farm_household,
       is_rural AND is_operating AND coalesce(line_minor <= {MOST_HOUSEHOLD_MINOR}, false)
           AS inclusive_farm_household,
       is_operating AND coalesce(line_minor <= {MOST_FIRM_MINOR}, false) AS inclusive_small,
       is_first AS first_loan
FROM ({COUNTED}) AS counted WHERE NOT is_cancelled
"""  # noqa: S608  # made of constants


@dataclass(frozen=True, slots=True)
class StatisticLoan:
    """One loan of a group."""

    ref: Any
    balance_minor: int
    line_minor: int | None
    rate_percent: Decimal


def statistics_on(institution: str, on: date) -> Mapping[str, Group]:
    """Every group that has loans on a day, within the reader's scope."""
    each = " UNION ALL ".join(
        f"SELECT '{name}' AS name, borrower, balance_minor, rate_percent FROM labelled"  # noqa: S608
        f" WHERE {name}"
        for name in GROUPS
    )
    sql = f"""
WITH labelled AS MATERIALIZED ({LABELS})
SELECT name, count(*), count(DISTINCT borrower), coalesce(sum(balance_minor), 0)::bigint,
       sum(rate_percent * balance_minor)
FROM ({each}) AS members GROUP BY name ORDER BY name
"""  # noqa: S608  # made of constants
    return {
        name: Group(loans, borrowers, balance, _rate(weighted, balance))
        for name, loans, borrowers, balance, weighted in _fetch(sql, institution, on)
    }


def loans_of_group(
    institution: str, on: date, group: str, *, after: int, limit: int
) -> list[tuple[int, StatisticLoan]]:
    """Loans of a group by number, those after one; an unknown group has none."""
    if group not in GROUPS:
        return []
    sql = f"""
SELECT id, ref, balance_minor, line_minor, rate_percent FROM ({LABELS}) AS labelled
WHERE {group} AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""  # noqa: S608  # the group is one of GROUPS
    rows = _fetch(sql, institution, on, after=after, limit=limit)
    return [(number, StatisticLoan(*row)) for number, *row in rows]


def reference_on(institution: str, on: date) -> Mapping[str, Group]:
    """The same loan by loan through core.lending_statistics; slow, for comparison."""
    loans = [
        Counted(
            borrower=HOUSEHOLD, borrower_ref=borrower, is_rural=rural, is_operating=operating,
            is_farming=farming, is_first=first, is_cancelled=cancelled, balance_minor=balance,
            line_minor=line, rate_percent=rate,
        )
        for _id, _ref, borrower, rural, operating, farming, first, cancelled, balance, line, rate
        in _fetch(COUNTED, institution, on)
    ]  # fmt: skip
    return groups(loans)


def _rate(weighted: Decimal, balance: int) -> Decimal | None:
    return (weighted / balance).quantize(Decimal("0.000001")) if balance else None


def _fetch(sql: str, institution: str, on: date, **more: int) -> list[Any]:
    named: dict[str, Any] = {
        "institution": institution, "on": on, "farming": list(FARMING),
        "operating": list(OPERATING), **more,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return list(cursor.fetchall())
