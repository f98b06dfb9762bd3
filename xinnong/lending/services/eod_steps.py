"""The steps of the end of a day: each a few statements over all loans of a lender.

What they compute for one loan is core.loan_book's day, in its order: what fell due before, what was
paid today, then what the night costs. Each is called in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db import connection

from xinnong.core.schedule.exact import MICRO, RATE_UNIT
from xinnong.lending.queries.day_sql import (
    classed,
    clocks,
    denominators,
    rounded,
    shares,
    special,
)

DUNNED_DAYS: Final = (1, 7, 15, 30, 60, 90, 180, 270, 360)
"""Days past due on which somebody is told again."""
DUE_SOON: Final = {"due_soon": 7, "due_tomorrow": 1}
"""Days before a due on which somebody is told of it, by kind of the reminder."""


Figure = int | list[int]


@dataclass(frozen=True, slots=True)
class Night:
    """The end of one day of one lender: `on` ends, `next_on` begins."""

    institution: str
    on: date

    @property
    def next_on(self) -> date:
        """The day after."""
        return self.on + timedelta(1)


LATE: Final = """
    UPDATE lending_opendue AS o SET
        penalty_numerator = c.penalty, compound_numerator = c.compound,
        penalty_minor = o.penalty_minor + c.penalty_whole - o.booked_penalty_minor,
        compound_minor = o.compound_minor + c.compound_whole - o.booked_compound_minor,
        booked_penalty_minor = c.penalty_whole, booked_compound_minor = c.compound_whole
    FROM (
        SELECT id, loan_id, penalty, compound,
               {penalty_whole} AS penalty_whole, {compound_whole} AS compound_whole,
               booked_penalty_minor, booked_compound_minor
        FROM (
            SELECT o.id, o.loan_id, s.half_up, o.booked_penalty_minor, o.booked_compound_minor,
                   {denominators}::numeric * {rate_unit} AS year,
                   o.penalty_numerator
                       + o.principal_minor::numeric * s.late_rate_micro * {share} AS penalty,
                   o.compound_numerator + CASE WHEN s.compounds THEN
                       o.interest_minor::numeric * {share}
                       * CASE WHEN %(on)s < s.matures_on THEN s.contract_rate_micro
                              ELSE s.late_rate_micro END
                       ELSE 0 END AS compound
            FROM lending_opendue AS o JOIN lending_standing AS s ON s.loan_id = o.loan_id
            WHERE o.institution = %(institution)s
              AND (o.principal_minor > 0 OR o.interest_minor > 0)
            OFFSET 0
        ) AS grown
    ) AS c
    WHERE o.id = c.id
    RETURNING c.loan_id, c.penalty_whole - c.booked_penalty_minor AS penalty,
              c.compound_whole - c.booked_compound_minor AS compound
"""
EARNED: Final = """
    SELECT loan_id, product_id,
           CASE WHEN ends THEN earned_minor ELSE {until_tomorrow} END
               - CASE WHEN starts THEN 0 ELSE {until_today} END AS interest
    FROM (
        SELECT loan_id, product_id, half_up, earned_minor,
               until_on <= %(next_on)s AS ends, from_on >= %(on)s AS starts,
               CASE WHEN is_even THEN earned_minor::numeric * (%(next_on)s - from_on)
                    ELSE balance_minor::numeric * rate_micro * ({tomorrow} - clock_from)
                    END AS tomorrow,
               CASE WHEN is_even THEN earned_minor::numeric * (%(on)s - from_on)
                    ELSE balance_minor::numeric * rate_micro * ({today} - clock_from)
                    END AS today,
               CASE WHEN is_even THEN greatest(until_on - from_on, 1)
                    ELSE {denominators}::numeric * {rate_unit} END AS year
        FROM lending_standing
        WHERE institution = %(institution)s AND from_on <= %(on)s AND until_on > %(on)s
        OFFSET 0
    ) AS running
"""
ACCRUE: Final = """
WITH late AS ({late}),
late_of_loan AS (
    SELECT loan_id, sum(penalty)::bigint AS penalty, sum(compound)::bigint AS compound
    FROM late GROUP BY loan_id
    HAVING sum(penalty) <> 0 OR sum(compound) <> 0
),
earned AS ({earned})
INSERT INTO lending_eodaccrual (loan_id, "on", institution, product_id, interest_minor,
                                penalty_minor, compound_minor)
SELECT loan_id, %(on)s, %(institution)s,
       coalesce(e.product_id, (SELECT product_id FROM lending_standing AS s
                               WHERE s.loan_id = late_of_loan.loan_id)),
       coalesce(e.interest, 0), coalesce(penalty, 0), coalesce(compound, 0)
FROM earned AS e FULL JOIN late_of_loan USING (loan_id)
WHERE coalesce(e.interest, 0) <> 0 OR penalty <> 0 OR compound <> 0
"""


def accrue(night: Night) -> None:
    """Book interest, penalty and compound interest of the day, once per loan."""
    count = "s.day_count"
    late = LATE.format(
        penalty_whole=rounded("penalty", "year", "half_up"),
        compound_whole=rounded("compound", "year", "half_up"),
        denominators=denominators(count),
        share=shares(count, night.on, night.next_on),
        rate_unit=RATE_UNIT,
    )
    earned = EARNED.format(
        until_tomorrow=rounded("tomorrow", "year", "half_up"),
        until_today=rounded("today", "year", "half_up"),
        tomorrow=clocks("day_count", night.next_on),
        today=clocks("day_count", night.on),
        denominators=denominators("day_count"),
        rate_unit=RATE_UNIT,
    )
    run(ACCRUE.format(late=late, earned=earned), night)


CLASSIFY: Final = """
WITH unpaid AS (
    SELECT loan_id, min("on") AS since FROM lending_opendue
    WHERE institution = %(institution)s AND (principal_minor > 0 OR interest_minor > 0)
    GROUP BY loan_id
),
looked_at AS (
    SELECT loan_id FROM unpaid
    UNION
    SELECT loan_id FROM lending_standing
    WHERE institution = %(institution)s
      AND (days_past_due > 0 OR asset_class > 1 OR misused OR restructured
           OR expected_loss_percent IS NOT NULL)
),
late AS MATERIALIZED (
    SELECT s.loan_id, s.asset_class AS before, s.technical, s.misused, s.restructured,
           s.least_class, s.expected_loss_percent, coalesce(%(on)s - u.since, 0) AS days_past_due,
           coalesce((SELECT a.posted_debits_minor - a.posted_credits_minor
                     FROM lending_loan AS l JOIN ledger_account AS a ON a.object_ref = l.ref
                     WHERE l.id = s.loan_id AND a.kind = '130301'), 0) AS principal
    FROM looked_at JOIN lending_standing AS s USING (loan_id) LEFT JOIN unpaid AS u USING (loan_id)
),
judged AS MATERIALIZED (
    SELECT loan_id, before, days_past_due, principal, {worst} AS after, {reasons} AS reasons
    FROM late
),
stand AS (
    UPDATE lending_standing AS s
    SET days_past_due = j.days_past_due, asset_class = j.after, class_reasons = j.reasons,
        special_minor = {special}
    FROM judged AS j WHERE s.loan_id = j.loan_id
)
INSERT INTO lending_classchange (loan_id, institution, "on", before, after, days_past_due, reasons)
SELECT loan_id, %(institution)s, %(on)s, before, after, days_past_due, reasons
FROM judged WHERE before <> after
"""


def classify_loans(night: Night) -> int:
    """Put days past due, class, reasons and special provision on; answers how many changed class."""
    worst, reasons = classed("days_past_due", "technical", night.on)
    sql = CLASSIFY.format(worst=worst, reasons=reasons, special=special("j.principal", "j.after"))
    return run(sql, night)


REMIND_LATE: Final = """
INSERT INTO lending_reminder (loan_id, institution, "on", kind, amount_minor, days_past_due)
SELECT s.loan_id, s.institution, %(on)s, 'overdue',
       (SELECT sum(o.fee_minor + o.interest_minor + o.penalty_minor + o.compound_minor
                   + o.principal_minor) FROM lending_opendue AS o WHERE o.loan_id = s.loan_id),
       s.days_past_due
FROM lending_standing AS s
WHERE s.institution = %(institution)s AND s.days_past_due > 0
  AND s.days_past_due = ANY (%(days)s)
"""
REMIND_SOON: Final = """
INSERT INTO lending_reminder (loan_id, institution, "on", kind, amount_minor, days_past_due)
SELECT d.loan_id, d.institution, %(on)s, '{kind}',
       d.principal_minor + d.interest_minor + d.fee_minor, 0
FROM lending_loandue AS d JOIN lending_standing AS s ON s.loan_id = d.loan_id
WHERE d.institution = %(institution)s AND d.until_version IS NULL
  AND d."on" = %(on)s + %(soon)s
  AND d.principal_minor + d.interest_minor + d.fee_minor > 0
"""


def remind(night: Night) -> int:
    """Note whom to tell that something is late, or will be due soon; answers how many are late."""
    for kind, days in DUE_SOON.items():
        run(REMIND_SOON.format(kind=kind), night, soon=days)
    return run(REMIND_LATE, night, days=list(DUNNED_DAYS))


ROLL: Final = """
UPDATE lending_standing AS s
SET from_on = t.from_on, until_on = t.until_on, balance_minor = t.balance_minor,
    rate_micro = (t.rate_percent * {micro})::bigint, earned_minor = t.earned_minor,
    is_even = t.is_even, clock_from = {clock}
FROM lending_loanstretch AS t
WHERE t.institution = %(institution)s AND t.from_on = %(next_on)s AND t.loan_id = s.loan_id
"""
FALL_DUE: Final = """
INSERT INTO lending_opendue (loan_id, institution, n, "on", fee_minor, interest_minor,
    penalty_minor, compound_minor, principal_minor, booked_penalty_minor, booked_compound_minor,
    penalty_numerator, compound_numerator)
SELECT d.loan_id, d.institution, d.n, d."on", d.fee_minor, d.interest_minor, 0, 0,
       d.principal_minor, 0, 0, 0, 0
FROM lending_loandue AS d JOIN lending_standing AS s ON s.loan_id = d.loan_id
WHERE d.institution = %(institution)s AND d.until_version IS NULL AND d."on" = %(next_on)s
  AND d.principal_minor + d.interest_minor + d.fee_minor > 0
"""


def open_next(night: Night) -> None:
    """Begin the stretches of the next day, and let fall due what does on it."""
    run(ROLL.format(micro=MICRO, clock=clocks("s.day_count", night.next_on)), night)
    run(FALL_DUE, night)


def run(sql: str, night: Night, **more: Figure) -> int:
    """Execute one statement of the night; answers the rows it wrote."""
    named: dict[str, Any] = {
        "institution": night.institution,
        "on": night.on,
        "next_on": night.next_on,
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return int(cursor.rowcount)


def fetch(sql: str, night: Night, **more: Figure) -> Sequence[Sequence[int]]:
    """Rows of one question about the night."""
    named: dict[str, Any] = {"institution": night.institution, "on": night.on, **more}
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        return list(cursor.fetchall())
