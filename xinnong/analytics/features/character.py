"""Character: the village's governed review, honours, and taking part in a co-operative."""

from __future__ import annotations

from typing import Final

from xinnong.analytics.features.declaration import Feature
from xinnong.analytics.features.household import HouseholdFacts, Row

LEAST_REVIEWS: Final = 5


def _review_score(h: HouseholdFacts) -> int | None:
    """Mean of the newest round, half up to two decimals, in hundredths; 200 worst to 800 best."""
    rows = h.own("review_result") or [r for r in h.of("review_result") if r["institution"] is None]
    valid = [row for row in _newest_round(rows) if _is_valid(row)]
    if len(valid) < LEAST_REVIEWS:
        return None
    marks: int = sum(10 - row["honesty"] - row["business"] for row in valid)
    return (marks * 200 + len(valid)) // (2 * len(valid))


def _newest_round(rows: list[Row]) -> list[Row]:
    newest = max((row["round"] for row in rows), default=0)
    return [row for row in rows if row["round"] == newest]


def _is_valid(row: Row) -> bool:
    """A reviewer who does not know the household voids that review."""
    return bool(row["knows"]) and row["honesty"] is not None and row["business"] is not None


def _honours(h: HouseholdFacts) -> int:
    rows = h.of("honour")
    return sum(row["until_on"] is None or row["until_on"] >= h.today for row in rows)


FEATURES = (
    Feature(
        "review_score", "character", "score_hundredths", "背靠背评议", "Village review",
        ("review_result.honesty", "review_result.business", "review_result.knows"),
        "最近一轮有效评议（至少五份）：每份为 10 − 诚信 − 经营，取平均，四舍五入到两位。",
        "Newest round, at least five valid reviews: 10 − honesty − business each, mean to two "
        "decimals, half up.",
        "CASE WHEN review_reviews >= 5 THEN"
        " CAST(FLOOR((review_marks * 200 + review_reviews) / (2 * review_reviews)) AS BIGINT) END",
        _review_score, unknown="record", lender_only=True,
    ),
    Feature(
        "honours", "character", "count", "有效荣誉", "Valid honours",
        ("honour.on", "honour.until_on"), "未到期的荣誉数。", "Honours that have not ended.",
        "COALESCE(honour_honours, 0)", _honours,
    ),
    Feature(
        "coop_member", "character", "yes_no", "合作社成员", "Co-operative member",
        ("farm_entity.kind",), "有成员加入农民专业合作社。", "A member belongs to a co-operative.",
        "COALESCE(farm_entity_coop, 0)",
        lambda h: int(any(row["kind"] == "农民专业合作社" for row in h.of("farm_entity"))),
    ),
)  # fmt: skip
