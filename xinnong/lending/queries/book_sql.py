"""The statements behind a book of loans, shared by the day's end and the pages."""

from __future__ import annotations

from typing import Final

from xinnong.core.portfolio import BUCKET_EDGES, CURRENT, TOWN_DIGITS


def bucketed(days: str) -> str:
    """core.portfolio.bucket_of."""
    cases = " ".join(f"WHEN {days} >= {least} THEN '{name}'"
                     for least, name in reversed(BUCKET_EDGES))  # fmt: skip
    return f"(CASE {cases} ELSE '{CURRENT}' END)"


AT_MONTH_END: Final = """
    SELECT l.id AS loan_id, l.ref, coalesce(l.household_id::text, l.person::text) AS borrower,
           p.code AS product, l.area12, m.balance_minor, m.days_past_due, m.asset_class
    FROM lending_monthend AS m JOIN lending_loan AS l ON l.id = m.loan_id
    JOIN lending_publishedproduct AS p ON p.id = l.product_id
    WHERE m.institution = %(institution)s AND m."on" = %(on)s
"""
NOW: Final = """
    SELECT l.id AS loan_id, l.ref, coalesce(l.household_id::text, l.person::text) AS borrower,
           p.code AS product, l.area12,
           coalesce(a.posted_debits_minor - a.posted_credits_minor, 0) AS balance_minor,
           s.days_past_due, s.asset_class
    FROM lending_standing AS s JOIN lending_loan AS l ON l.id = s.loan_id
    JOIN lending_publishedproduct AS p ON p.id = l.product_id
    LEFT JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = '130301'
    WHERE s.institution = %(institution)s
"""
"""Open loans: at a month end, and as the last day's end and today's payments left them."""

SUMS: Final = """
WITH book AS ({book})
SELECT CASE grouping(product, town, class, bucket)
           WHEN 7 THEN 'product' WHEN 11 THEN 'town' WHEN 13 THEN 'class'
           WHEN 14 THEN 'bucket' ELSE 'total' END AS dimension,
       coalesce(product, town, class, bucket, '') AS value,
       count(*) AS loans, count(DISTINCT borrower) AS borrowers,
       coalesce(sum(balance_minor), 0)::bigint AS balance
FROM (SELECT borrower, balance_minor, product, left(area12, {town}) AS town,
             asset_class::text AS class, {bucket} AS bucket FROM book) AS b
GROUP BY GROUPING SETS ((), (product), (town), (class), (bucket))
"""


def sums_of(book: str) -> str:
    """The statement that sums a book by every dimension, as core.portfolio.sums."""
    return SUMS.format(book=book, town=TOWN_DIGITS, bucket=bucketed("days_past_due"))


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
"""  # noqa: S608  # made of the statements above alone
