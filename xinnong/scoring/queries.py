"""Reads of scorecards and scores."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from xinnong.scoring.models import PublishedScorecard

SHIPPED = "expert-2026.1.json"


def effective_scorecard(*, on: date, using: str = "default") -> PublishedScorecard | None:
    """The scorecard in force on a day: the newest that took effect by then."""
    published = PublishedScorecard.objects.using(using).filter(effective_on__lte=on)
    return published.order_by("-effective_on", "-pk").first()


def published_scorecards() -> list[PublishedScorecard]:
    """Every published scorecard, the newest first."""
    return list(PublishedScorecard.objects.order_by("-effective_on", "-pk"))


def scorecard_by_sum(sha256: str) -> PublishedScorecard | None:
    """One published scorecard by its checksum."""
    return PublishedScorecard.objects.filter(sha256=sha256).first()


def shipped_scorecard() -> bytes:
    """Canonical bytes of the expert scorecard that comes with this release."""
    return files("xinnong.scoring").joinpath("published", SHIPPED).read_bytes()
