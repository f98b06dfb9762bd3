"""The step of a night in which unpaid interest leaves the balance, or comes back to it."""

from __future__ import annotations

from typing import Final

from xinnong.core.off_balance import rule_on
from xinnong.lending.services.eod_steps import Night, run

TURN: Final = """
WITH turned AS (
    UPDATE lending_standing AS s SET off_balance = NOT s.off_balance
    WHERE s.loan_id IN (
        SELECT loan_id FROM lending_standing
        WHERE institution = %(institution)s AND NOT off_balance AND days_past_due > {leaves}
        UNION ALL
        SELECT loan_id FROM lending_standing
        WHERE institution = %(institution)s AND off_balance AND days_past_due <= {back})
    RETURNING s.loan_id, s.off_balance
),
unpaid AS (
    SELECT loan_id, days.* FROM turned JOIN lending_loan AS l ON l.id = loan_id
    CROSS JOIN LATERAL (
        SELECT sum(interest_minor) AS interest_minor, sum(penalty_minor) AS penalty_minor,
               sum(compound_minor) AS compound_minor
        FROM lending_accrualday AS e
        WHERE e.loan_id = turned.loan_id AND e."on" = ANY (ARRAY(
            SELECT generate_series(l.disbursed_on, %(on)s::date - 1, '1 day')::date))
    ) AS days
    UNION ALL
    SELECT loan_id, interest_minor, penalty_minor, compound_minor
    FROM turned JOIN lending_accrualcorrection USING (loan_id)
    UNION ALL
    SELECT loan_id, CASE component WHEN 'interest' THEN -amount_minor ELSE 0 END,
           CASE component WHEN 'penalty' THEN -amount_minor ELSE 0 END,
           CASE component WHEN 'compound' THEN -amount_minor ELSE 0 END
    FROM turned JOIN lending_repaymentpart USING (loan_id)
    WHERE until_on IS NULL
)
INSERT INTO lending_offbalancechange (loan_id, institution, "on", is_off, interest_minor,
                                      penalty_minor, compound_minor)
SELECT loan_id, %(institution)s, %(on)s, off_balance, coalesce(sum(interest_minor), 0),
       coalesce(sum(penalty_minor), 0), coalesce(sum(compound_minor), 0)
FROM turned LEFT JOIN unpaid USING (loan_id)
GROUP BY loan_id, off_balance
"""


def turn_off_balance(night: Night) -> int:
    """Turn what core.off_balance says must be turned, after days past due are known.

    Each change keeps what had been earned before the night and never paid; what the night itself
    earned is booked on the side on which the loan then stands. Answers how many turned.
    """
    rule = rule_on(night.on)
    return run(TURN.format(leaves=rule.leaves_after_days, back=rule.back_at_days), night)
