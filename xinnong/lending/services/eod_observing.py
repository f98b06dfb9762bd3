"""The observation of restructured loans at the end of a day: core.restructuring over all of them."""

from __future__ import annotations

from typing import Final

from xinnong.core.asset_class import AssetClass
from xinnong.core.restructuring import EASED_MONTHS, LEAST_DUES, LEAST_MONTHS
from xinnong.lending.models import Standing
from xinnong.lending.queries.day_sql import expected_loss_class, late_class
from xinnong.lending.services.eod_steps import Night, run

OBSERVE: Final = """
WITH seen AS (
    SELECT s.loan_id, s.observed_from, s.least_class, s.difficulty_over, s.technical,
           s.expected_loss_percent,
           coalesce(%(on)s - (SELECT min(o."on") FROM lending_opendue AS o
                              WHERE o.loan_id = s.loan_id
                                AND (o.principal_minor > 0 OR o.interest_minor > 0)),
                    0) AS days_past_due
    FROM lending_standing AS s
    WHERE s.institution = %(institution)s AND s.restructured
),
judged AS (
    SELECT *, GREATEST({late}, {loss}) AS demanded,
           (SELECT count(*) FROM lending_loandue AS d
            WHERE d.loan_id = seen.loan_id AND d.until_version IS NULL
              AND d.principal_minor + d.interest_minor + d.fee_minor > 0
              AND d."on" > seen.observed_from AND d."on" < %(on)s) >= {dues} AS paid
    FROM seen
)
UPDATE lending_standing AS s
SET observed_from = CASE WHEN j.demanded > 1 THEN %(on)s ELSE j.observed_from END,
    least_class = CASE
        WHEN j.demanded >= {bad} THEN GREATEST(j.least_class, j.demanded)
        WHEN j.demanded > 1 OR NOT j.paid OR %(on)s < {eased} THEN j.least_class
        ELSE {mention} END,
    restructured = j.demanded > 1 OR NOT j.paid OR NOT j.difficulty_over OR %(on)s < {over}
FROM judged AS j WHERE s.loan_id = j.loan_id
"""


def observe(night: Night) -> int:
    """Begin observations again, ease them or end them; answers how many loans are watched.

    Before the night's classes, which follow from it. Most lenders watch nobody, and planning the
    statement costs more than asking.
    """
    if not Standing.objects.filter(institution=night.institution, restructured=True).exists():
        return 0
    sql = OBSERVE.format(
        late=late_class("days_past_due", "technical", night.on),
        loss=expected_loss_class(),
        dues=LEAST_DUES,
        bad=int(AssetClass.SUBSTANDARD),
        mention=int(AssetClass.SPECIAL_MENTION),
        eased=_months_after("j.observed_from", EASED_MONTHS),
        over=_months_after("j.observed_from", LEAST_MONTHS),
    )
    return run(sql, night)


def _months_after(column: str, months: int) -> str:
    return f"({column} + interval '{months} months')::date"
