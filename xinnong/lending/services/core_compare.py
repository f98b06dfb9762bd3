"""A core's figures and ours compared for all loans of a lender at once; breaks are the difference."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import connection

_DIFFERS: Final = """
SELECT f.loan_id, f.institution, k.kind, k.ours, k.theirs
FROM lending_corefigure AS f CROSS JOIN LATERAL (VALUES
    ('principal', f.our_principal_minor, f.principal_minor),
    ('interest', f.our_interest_minor, f.interest_minor),
    ('days_past_due', f.our_days_past_due::bigint, f.days_past_due::bigint),
    ('asset_class', f.our_asset_class::bigint, f.asset_class::bigint)
) AS k (kind, ours, theirs)
WHERE f.institution = %(institution)s AND f.as_of = %(as_of)s AND k.ours <> k.theirs
"""
_KEEP: Final = """
INSERT INTO lending_corebreak
    (ref, institution, loan_id, kind, ours, theirs, since_on, seen_on, state, explanation)
SELECT gen_random_uuid(), d.institution, d.loan_id, d.kind, d.ours, d.theirs,
       %(as_of)s, %(as_of)s, 'open', ''
FROM ({found}) AS d
ON CONFLICT (loan_id, kind) WHERE NOT (state = 'gone')
DO UPDATE SET ours = excluded.ours, theirs = excluded.theirs, seen_on = excluded.seen_on
"""
COMPARE: Final = _KEEP.replace("{found}", _DIFFERS)
MISSING: Final = _KEEP.replace(
    "{found}",
    """
SELECT f.loan_id, f.institution, 'missing' AS kind, f.our_principal_minor AS ours, 0 AS theirs
FROM lending_corefigure AS f
WHERE f.institution = %(institution)s AND f.as_of < %(as_of)s AND f.principal_minor > 0
""",
)
"""A loan that owed something and stands in the file no more."""
GONE: Final = """
UPDATE lending_corebreak SET state = 'gone'
WHERE institution = %(institution)s AND state <> 'gone' AND seen_on < %(as_of)s
"""
STANDING: Final = """
SELECT count(DISTINCT b.loan_id)
FROM lending_corebreak AS b JOIN lending_corefigure AS f USING (loan_id)
WHERE b.institution = %(institution)s AND b.seen_on = %(as_of)s AND b.state <> 'gone'
  AND b.kind <> 'missing' AND f.as_of = %(as_of)s
"""


def compare(institution: str, as_of: date) -> tuple[int, int]:
    """List what differs now and let go of what differs no more.

    Answers how many loans of the day's file differ, and how many stood in it no more. In the
    caller's transaction.
    """
    said: dict[str, str | date] = {"institution": institution, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, said)
        cursor.execute(MISSING, said)
        missing = cursor.rowcount
        cursor.execute(GONE, said)
        cursor.execute(STANDING, said)
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), missing
