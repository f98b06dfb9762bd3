"""The book at the end of a month, kept by the day's end: one row a loan, and sums without persons."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor, record
from xinnong.core.asset_class import AssetClass, LoanState, classify, special_provision
from xinnong.lending.models import MonthEnd, Repayment
from xinnong.lending.queries.book_sql import AT_MONTH_END, sums_of
from xinnong.lending.queries.loans import terms_in_force
from xinnong.lending.services.correcting import live_again
from xinnong.lending.services.eod_steps import Night, run

KEEP: Final = """
WITH late AS (
    SELECT loan_id, min("on") AS since, sum(principal_minor)::bigint AS principal,
           sum(principal_minor + interest_minor)::bigint AS whole
    FROM lending_opendue
    WHERE institution = %(institution)s AND "on" < %(on)s
      AND (principal_minor > 0 OR interest_minor > 0)
    GROUP BY loan_id
),
due AS (
    SELECT loan_id, sum(principal_minor + interest_minor + fee_minor)::bigint AS whole
    FROM lending_loandue
    WHERE institution = %(institution)s AND until_version IS NULL
      AND "on" >= date_trunc('month', %(on)s::date) AND "on" <= %(on)s
    GROUP BY loan_id
),
paid_late AS (
    SELECT DISTINCT r.loan_id
    FROM lending_repayment AS r JOIN lending_repaymentpart AS p ON p.repayment_id = r.id
    JOIN lending_loandue AS d ON d.loan_id = r.loan_id AND d.n = p.n AND d.until_version IS NULL
    WHERE r.institution = %(institution)s AND p.until_on IS NULL AND r.state = 'booked'
      AND r."on" >= date_trunc('month', %(on)s::date) AND r."on" <= %(on)s AND r."on" > d."on"
      AND p.component IN ('principal', 'interest')
)
INSERT INTO lending_monthend (loan_id, institution, "on", balance_minor, due_minor, overdue_minor,
    overdue_principal_minor, overdue_since, late_within, days_past_due, asset_class, special_minor)
SELECT s.loan_id, s.institution, %(on)s,
       coalesce(a.posted_debits_minor - a.posted_credits_minor, 0), coalesce(due.whole, 0),
       coalesce(late.whole, 0), coalesce(late.principal, 0), late.since,
       s.days_past_due = 0 AND paid_late.loan_id IS NOT NULL,
       s.days_past_due, s.asset_class, s.special_minor
FROM lending_standing AS s JOIN lending_loan AS l ON l.id = s.loan_id
LEFT JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = '130301'
LEFT JOIN late ON late.loan_id = s.loan_id
LEFT JOIN due ON due.loan_id = s.loan_id
LEFT JOIN paid_late ON paid_late.loan_id = s.loan_id
WHERE s.institution = %(institution)s
ON CONFLICT (loan_id, "on") DO NOTHING
"""
KEEP_SUMS: Final = f"""
INSERT INTO lending_booksum (institution, "on", dimension, value, loans, borrowers, balance_minor)
SELECT %(institution)s, %(on)s, dimension, value, loans, borrowers, balance
FROM ({sums_of(AT_MONTH_END)}) AS summed
ON CONFLICT (institution, "on", dimension, value) DO NOTHING
"""  # made of the statements above alone


def ends_a_month(night: Night) -> bool:
    """Whether the next day is the first of a month."""
    return (night.on + timedelta(1)).day == 1


def keep_month_end(night: Night) -> int:
    """Keep how every open loan stands, once; answers how many. After classes, before the next day."""
    kept = run(KEEP, night)
    run(KEEP_SUMS, night)
    return kept


CHANGED: Final = """
SELECT DISTINCT m.id
FROM lending_monthend AS m JOIN lending_repayment AS r ON r.loan_id = m.loan_id
WHERE m.institution = %(institution)s AND r."on" <= m."on"
  AND ((r.booked_on > m."on" AND coalesce(m.mended_on, m."on") < r.booked_on)
       OR (r.reversed_on > m."on" AND coalesce(m.mended_on, m."on") < r.reversed_on))
"""


def mend_month_ends(*, institution: Institution, actor: ActsFor | UUID, now: datetime) -> int:
    """Live the loans again whose payments were corrected by value date after a month end.

    Answers how many month ends were mended. In the caller's transaction, for the whole lender.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"institution": institution.code})
        numbers = [number for (number,) in cursor.fetchall()]
    for row in MonthEnd.objects.filter(pk__in=numbers).select_related("loan"):
        _mend(row)
    if numbers:
        record(
            actor=actor, action="lending.mend-month-ends", at=now,
            counts={"month_ends": len(numbers)}, concerns=institution,
        )  # fmt: skip
    return len(numbers)


def _mend(row: MonthEnd) -> None:
    """The loan under all payments that count now, as it stood at the end of that day."""
    loan = row.loan
    lived = live_again(loan, terms_in_force(loan), row.on + timedelta(1))
    late = [
        each for each in lived.opened
        if each.due.on < row.on and (each.unpaid("principal") or each.unpaid("interest"))
    ]  # fmt: skip
    paid = sum(spread.paid("principal") for spread in lived.spreads)
    days = (row.on - min(each.due.on for each in late)).days if late else 0
    if days != row.days_past_due:
        row.asset_class = int(classify(LoanState(days_past_due=days), on=row.on).asset_class)
    row.days_past_due = days
    row.balance_minor = loan.principal_minor - paid
    row.overdue_principal_minor = sum(each.unpaid("principal") for each in late)
    row.overdue_minor = row.overdue_principal_minor + sum(each.unpaid("interest") for each in late)
    row.overdue_since = min((each.due.on for each in late), default=None)
    row.special_minor = special_provision(row.balance_minor, AssetClass(row.asset_class))
    row.mended_on = _last_correction(row)
    row.save()


def _last_correction(row: MonthEnd) -> date:
    """The newest day on which a payment that counts before the month end was booked or reversed."""
    found = Repayment.objects.filter(loan=row.loan, on__lte=row.on)
    days = [day for pair in found.values_list("booked_on", "reversed_on") for day in pair if day]
    return max(days)
