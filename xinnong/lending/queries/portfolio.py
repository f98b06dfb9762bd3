"""A book of loans in figures: sums, quality, vintages, flow, money by month; each within scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from xinnong.core.asset_class import (
    BAD,
    COVERAGE_PERCENT,
    PROVISION_PER_MILLE,
    SPECIAL_PERCENT,
)
from xinnong.core.portfolio import EVER_30, EVER_90, Quality, Roll, Sum, Vintage
from xinnong.lending.models import BookSum, EodRun, RunState
from xinnong.lending.queries.book_sql import AT_MONTH_END, NOW, bucketed, sums_of

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_MONTHS: Final = 24
PER_MILLE: Final = 1000
PER_CENT: Final = 100


def book_on(on: date | None) -> str:
    """The statement that reads the book at a month end; None is the book as it stands."""
    return NOW if on is None else AT_MONTH_END


def month_ends_of(institution: str) -> list[date]:
    """The month ends that were kept, the newest first, two years at most."""
    kept = BookSum.objects.filter(institution=institution, dimension="total").order_by("-on")
    return list(kept.values_list("on", flat=True)[:MOST_MONTHS])


def last_night(institution: str) -> date | None:
    """The last day that ended; the lateness of the book as it stands is that day's."""
    done = EodRun.objects.filter(institution=institution, state=RunState.DONE).order_by("-on")
    return done.values_list("on", flat=True).first()


def sums_on(institution: str, on: date | None) -> dict[tuple[str, str], Sum]:
    """The book by dimension and value, as core.portfolio.sums."""
    rows = _fetch(sums_of(book_on(on)), institution=institution, on=on)
    return {(dimension, value): Sum(*figures) for dimension, value, *figures in rows}


QUALITY: Final = """
WITH book AS ({book})
SELECT coalesce(sum(balance_minor), 0)::bigint,
       coalesce(sum(balance_minor) FILTER (WHERE asset_class >= %(bad)s), 0)::bigint,
       coalesce(sum((balance_minor * (CASE asset_class {cases} END) + 99) / 100), 0)::bigint
FROM book
"""


def quality_on(institution: str, on: date | None) -> Quality:
    """Bad loans and what must be set aside, as core.portfolio.quality."""
    cases = " ".join(f"WHEN {int(c)} THEN {share}" for c, share in SPECIAL_PERCENT.items())
    sql = QUALITY.format(book=book_on(on), cases=cases)
    [(whole, bad, special)] = _fetch(sql, institution=institution, on=on, bad=int(min(BAD)))
    required = max(
        special,
        -(-whole * PROVISION_PER_MILLE // PER_MILLE),
        -(-bad * COVERAGE_PERCENT // PER_CENT),
    )
    return Quality(whole, bad, required)


HELD: Final = """
SELECT coalesce(sum(CASE WHEN c.kind = '130401' THEN t.amount_minor END), 0)
     - coalesce(sum(CASE WHEN d.kind = '130401' THEN t.amount_minor END), 0),
       coalesce(sum(CASE WHEN d.kind = '130301' THEN t.amount_minor END), 0)
     - coalesce(sum(CASE WHEN c.kind = '130301' THEN t.amount_minor END), 0)
FROM ledger_transfer AS t JOIN ledger_account AS d ON d.id = t.debit_id
JOIN ledger_account AS c ON c.id = t.credit_id
JOIN accounts_institution AS i ON i.id = t.institution_id
WHERE i.code = %(institution)s AND t.business_on <= %(on)s
  AND t.state IN ('posted', 'posted_pending')
  AND (d.kind IN ('130401', '130301') OR c.kind IN ('130401', '130301'))
"""


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the ledger holds against loans at the end of a day, and all principal lent."""

    held_minor: int
    lent_minor: int


def set_aside_on(institution: str, on: date) -> SetAside:
    """Provisions and principal of the whole lender, from the ledger."""
    [(held, lent)] = _fetch(HELD, institution=institution, on=on)
    return SetAside(int(held), int(lent))


VINTAGES: Final = """
WITH ends AS (
    SELECT DISTINCT "on" FROM lending_monthend
    WHERE institution = %(institution)s AND "on" <= %(on)s
),
lives AS (
    SELECT l.id, l.principal_minor, date_trunc('month', l.disbursed_on)::date AS month,
           least(min(m."on") FILTER (WHERE m.days_past_due >= {late}),
                 CASE WHEN l.state = 'written_off' THEN l.closed_on END) AS late_on,
           least(min(m."on") FILTER (WHERE m.days_past_due >= {bad}),
                 CASE WHEN l.state = 'written_off' THEN l.closed_on END) AS bad_on
    FROM lending_loan AS l LEFT JOIN lending_monthend AS m ON m.loan_id = l.id
    WHERE l.institution = %(institution)s
    GROUP BY l.id
)
SELECT v.month,
       ((extract(year FROM e."on") - extract(year FROM v.month)) * 12
        + extract(month FROM e."on") - extract(month FROM v.month))::int AS age,
       count(*), sum(v.principal_minor)::bigint,
       coalesce(sum(v.principal_minor) FILTER (WHERE v.late_on <= e."on"), 0)::bigint,
       coalesce(sum(v.principal_minor) FILTER (WHERE v.bad_on <= e."on"), 0)::bigint
FROM lives AS v JOIN ends AS e ON e."on" >= v.month
GROUP BY v.month, e."on" ORDER BY v.month, e."on"
"""


def vintages_until(institution: str, on: date) -> list[Vintage]:
    """Months of drawing at every month end kept up to one, as core.portfolio.vintages."""
    sql = VINTAGES.format(late=EVER_30, bad=EVER_90)
    return [Vintage(*row) for row in _fetch(sql, institution=institution, on=on)]


ROLLS: Final = """
SELECT {before} AS before,
       coalesce(CASE WHEN n.loan_id IS NOT NULL THEN {after} END, l.state) AS after,
       count(*), sum(b.balance_minor)::bigint
FROM lending_monthend AS b JOIN lending_loan AS l ON l.id = b.loan_id
LEFT JOIN lending_monthend AS n ON n.loan_id = b.loan_id AND n."on" = %(on)s
WHERE b.institution = %(institution)s AND b."on" = %(before)s
GROUP BY 1, 2 ORDER BY 1, 2, 3, 4
"""


def rolls_to(institution: str, *, before: date, on: date) -> list[Roll]:
    """From bucket to bucket between two month ends, as core.portfolio.rolls."""
    sql = ROLLS.format(before=bucketed("b.days_past_due"), after=bucketed("n.days_past_due"))
    return [Roll(*row) for row in _fetch(sql, institution=institution, before=before, on=on)]


@dataclass(frozen=True, slots=True)
class MonthMoney:
    """What a month brought: lent, paid back, interest earned and interest collected, in fen."""

    month: date
    new_loans: int
    lent_minor: int
    repaid_minor: int
    earned_minor: int
    collected_minor: int


MONEY: Final = """
WITH moved AS (
    SELECT disbursed_on AS "on", 1 AS new, principal_minor AS lent, 0 AS repaid, 0 AS earned,
           0 AS collected
    FROM lending_loan WHERE institution = %(institution)s
    UNION ALL
    SELECT r."on", 0, 0, CASE WHEN p.component = 'principal' THEN p.amount_minor ELSE 0 END, 0,
           CASE WHEN p.component IN ('interest', 'penalty', 'compound') THEN p.amount_minor
                ELSE 0 END
    FROM lending_repayment AS r JOIN lending_repaymentpart AS p ON p.repayment_id = r.id
    WHERE r.institution = %(institution)s AND r.state = 'booked' AND p.until_on IS NULL
    UNION ALL
    SELECT "on", 0, 0, 0, interest_minor + penalty_minor + compound_minor, 0
    FROM lending_eodaccrual WHERE institution = %(institution)s
    UNION ALL
    SELECT month, 0, 0, 0, interest_minor + penalty_minor + compound_minor, 0
    FROM lending_accrualmonth
    WHERE institution = %(institution)s AND month >= %(from_on)s
      AND month + interval '1 month' <= %(on)s::date + 1
    UNION ALL
    SELECT "on", 0, 0, 0, d.interest_minor + d.penalty_minor + d.compound_minor, 0
    FROM lending_accrualmonth AS m CROSS JOIN LATERAL (
        SELECT m.month + (day - 1) AS "on", interest AS interest_minor,
               coalesce(penalty, 0) AS penalty_minor, coalesce(compound, 0) AS compound_minor
        FROM unnest(m.days, m.interest_days, m.penalty_days, m.compound_days)
            AS each(day, interest, penalty, compound)) AS d
    WHERE institution = %(institution)s AND month <= %(on)s
      AND month + interval '1 month' > %(from_on)s
      AND (month < %(from_on)s OR month + interval '1 month' > %(on)s::date + 1)
    UNION ALL
    SELECT "on", 0, 0, 0, interest_minor + penalty_minor + compound_minor, 0
    FROM lending_accrualcorrection WHERE institution = %(institution)s
)
SELECT date_trunc('month', "on")::date AS month, sum(new)::int, sum(lent)::bigint,
       sum(repaid)::bigint, sum(earned)::bigint, sum(collected)::bigint
FROM moved WHERE "on" >= %(from_on)s AND "on" <= %(on)s GROUP BY 1 ORDER BY 1
"""


def money_by_month(institution: str, *, from_on: date, until: date) -> list[MonthMoney]:
    """New loans, repayments and interest by month; a repayment counts on its value date."""
    rows = _fetch(MONEY, institution=institution, from_on=from_on, on=until)
    return [MonthMoney(*row) for row in rows]


def county_sums() -> list[BookSum]:
    """Every lender's newest month end by sums alone, as far as the reader may see them."""
    newest = BookSum.objects.order_by("institution", "-on").distinct("institution")
    days = list(newest.values_list("institution", "on"))
    found: list[BookSum] = []
    for institution, on in days:
        found += BookSum.objects.filter(institution=institution, on=on).exclude(dimension="town")
    return sorted(found, key=lambda each: (each.institution, each.dimension, each.value))


def _fetch(sql: str, **named: Any) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return list(cursor.fetchall())
