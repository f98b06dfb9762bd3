"""Reads of loans that a core keeps, and the comparison of its figures with ours as one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.lending.models import BreakState, CoreBreak, CoreFigure, CoreFile, Loan
from xinnong.lending.queries.bank import MOST_SHOWN, turned

if TYPE_CHECKING:
    from uuid import UUID

    from xinnong.web.paging import Turn

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


def figure_of(loan: Loan) -> CoreFigure | None:
    """What the core said last of a loan."""
    return CoreFigure.objects.filter(loan=loan).first()


def breaks_of(loan: Loan) -> list[CoreBreak]:
    """What differs on a loan now."""
    return list(CoreBreak.objects.filter(loan=loan).exclude(state=BreakState.GONE).order_by("id"))


def breaks_page(institution: str, *, state: str, turn: Turn, limit: int) -> list[CoreBreak]:
    """Breaks of a lender in one state, or those that stand."""
    found = CoreBreak.objects.filter(institution=institution)
    found = found.filter(state=state) if state else found.exclude(state=BreakState.GONE)
    return turned(found, turn, limit)


def break_by_ref(institution: str, ref: UUID) -> CoreBreak | None:
    """One break of the lender's; an accountant, who sees no loans, sees it too."""
    return CoreBreak.objects.filter(institution=institution, ref=ref).first()


def core_files_of(institution: str) -> list[CoreFile]:
    """The newest files of the core."""
    return list(CoreFile.objects.filter(institution=institution).order_by("-id")[:MOST_SHOWN])
