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


def shipped_scorecard() -> bytes:
    """Canonical bytes of the expert scorecard that comes with this release."""
    return files("xinnong.scoring").joinpath("published", SHIPPED).read_bytes()
