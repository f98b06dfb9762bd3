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
