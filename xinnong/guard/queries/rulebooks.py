"""Reads of rulebooks, drafts, back-tests and what is in use."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from xinnong.core.detection.rulebook import (
    BASE,
    Rulebook,
    canonical_rulebook,
    load_rulebook,
    published_rulebook,
    rulebook_source,
)
from xinnong.core.documents import sha256_hex
from xinnong.guard.models import (
    BackTest,
    EngineState,
    PublishedRulebook,
    RateAlarm,
    RulebookDraft,
    RulebookDraftState,
    RulebookMode,
    RulebookUse,
    UseState,
)

if TYPE_CHECKING:
    from uuid import UUID

SHIPPED: Final = BASE
KEPT: Final = 16
ALARMS_SHOWN: Final = 20


def shipped_source() -> str:
    """The rulebook that comes with this release, as it is written."""
    path = files("xinnong.core.detection") / "published" / SHIPPED
    return path.read_text(encoding="utf-8")


def unpublished_release() -> str:
    """Version of the rulebook of this release where nobody has published it here; else empty."""
    document = canonical_rulebook(shipped_source())
    if PublishedRulebook.objects.filter(sha256=sha256_hex(document)).exists():
        return ""
    return load_rulebook(shipped_source().encode()).version


def next_source() -> str:
    """What a new draft starts from: the release's rules not published yet, else the newest."""
    newest = PublishedRulebook.objects.order_by("-pk").first()
    if newest is None or unpublished_release():
        return shipped_source()
    return rulebook_source(bytes(newest.document))


def rulebook_of(published: PublishedRulebook) -> Rulebook:
    """The rulebook as published."""
    return _parsed(bytes(published.document), published.sha256)


@lru_cache(maxsize=KEPT)
def _parsed(document: bytes, sha256: str) -> Rulebook:
    return published_rulebook(document, sha256=sha256)


def uses_in_force() -> list[RulebookUse]:
    """What is in use now: the live version first, then those in shadow."""
    found = RulebookUse.objects.filter(state=UseState.IN_FORCE).select_related("rulebook")
    return sorted(found, key=lambda use: (use.mode != RulebookMode.LIVE, use.pk))


def live_rulebook() -> PublishedRulebook | None:
    """The version whose alerts reach cases."""
    live = [use.rulebook for use in uses_in_force() if use.mode == RulebookMode.LIVE]
    return live[0] if live else None


def published_rulebooks() -> list[PublishedRulebook]:
    """Every version, the newest first."""
    return list(PublishedRulebook.objects.order_by("-pk"))


def rulebook_by_sum(sha256: str) -> PublishedRulebook | None:
    """One version by its checksum."""
    return PublishedRulebook.objects.filter(sha256=sha256).first()


def open_uses() -> list[RulebookUse]:
    """What is in use or waits for a second person."""
    found = RulebookUse.objects.exclude(state=UseState.ENDED).select_related("rulebook")
    return list(found.order_by("pk"))


def use_by_ref(ref: UUID) -> RulebookUse | None:
    """One change of what is in use."""
    return RulebookUse.objects.filter(ref=ref).select_related("rulebook").first()


def waiting_uses(rulebook: PublishedRulebook) -> list[RulebookUse]:
    """What waits for a second person about one version."""
    return list(RulebookUse.objects.filter(rulebook=rulebook, state=UseState.PROPOSED))


def open_drafts() -> list[RulebookDraft]:
    """Drafts that are written or wait for a second signature, the newest first."""
    states = [RulebookDraftState.WRITING, RulebookDraftState.SIGNED]
    return list(RulebookDraft.objects.filter(state__in=states).order_by("-pk"))


def draft_by_ref(ref: UUID) -> RulebookDraft | None:
    """One draft."""
    return RulebookDraft.objects.filter(ref=ref).first()


def back_test_of(sha256: str) -> BackTest | None:
    """The newest back-test of these bytes."""
    return BackTest.objects.filter(sha256=sha256).order_by("-pk").first()


def state_of(rulebook: PublishedRulebook) -> EngineState | None:
    """How far a version has judged."""
    return EngineState.objects.filter(rulebook=rulebook).first()


def rate_alarms() -> list[RateAlarm]:
    """The newest alarms about rules that fire unlike their back-test."""
    return list(RateAlarm.objects.order_by("-pk")[:ALARMS_SHOWN])
