"""The only writer of scorecards and scores."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from xinnong.analytics.loading import array_of
from xinnong.analytics.scoring_sql import REASON_COLUMNS, points_columns
from xinnong.scoring.models import PublishedScorecard

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.analytics.loading import Loader
    from xinnong.core.scorecard import Scorecard

SCORE_COLUMNS = {
    "household_id": "bigint",
    "basis": "text",
    "lender": "text",
    "points": "smallint",
    "grade": "text",
    "assets_points": "smallint",
    "liabilities_points": "smallint",
    "income_points": "smallint",
    "family_points": "smallint",
    "standing_points": "smallint",
    "character_points": "smallint",
    "points_by_feature": "smallint[]",
    "reason_codes": "text[]",
    "first_borrower": "boolean",
}


def publish_scorecard(
    *,
    card: Scorecard,
    document: bytes,
    signers: tuple[UUID, UUID],
    now: datetime,
    using: str,
) -> PublishedScorecard:
    """Store an immutable scorecard once; the same bytes again return the stored row.

    Two different signers are required; the database refuses one person signing twice.
    """
    digest = hashlib.sha256(document).hexdigest()
    stored, _ = PublishedScorecard.objects.using(using).get_or_create(
        sha256=digest,
        defaults={
            "code": card.id,
            "version": card.version,
            "effective_on": card.effective_on,
            "document": document,
            "schema_version": 1,
            "first_signer": signers[0],
            "second_signer": signers[1],
            "published_at": now,
        },
    )
    return stored


def publish_scores(loader: Loader, *, card: Scorecard, run_id: int, scorecard_id: int) -> int:
    """Insert the scores of a run from DuckDB table `scores`; return the count."""
    staged = loader.stage(
        "incoming_score",
        SCORE_COLUMNS,
        f"""SELECT household_no, basis, coalesce(lender, ''), points, grade, d_assets,
                   d_liabilities, d_income, d_family, d_standing, d_character,
                   {array_of(points_columns(card))}, {array_of(REASON_COLUMNS)},
                   first_borrower
            FROM scores""",
    )
    named = ", ".join(SCORE_COLUMNS)
    loader.execute(
        f"""INSERT INTO scoring_score (run_id, scorecard_id, area12, {named})
            SELECT %s, %s, h.area12, {", ".join(f"i.{column}" for column in SCORE_COLUMNS)}
            FROM incoming_score i JOIN registry_household h ON h.id = i.household_id""",
        [run_id, scorecard_id],
    )
    return staged
