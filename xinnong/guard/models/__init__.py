"""Rows of guard, by subject. Owner kind: the police (d)."""

from xinnong.guard.models.cases import (
    Case,
    CaseLabel,
    CaseNumber,
    CaseState,
    CaseTask,
    Desk,
    NumberReveal,
    Verdict,
)
from xinnong.guard.models.detection import (
    Alert,
    AlertEvidence,
    BackTest,
    EngineState,
    RateAlarm,
)
from xinnong.guard.models.feeds import Feed, FeedEvent, FeedKind, FeedState, Number, Parcel
from xinnong.guard.models.rulebooks import (
    PublishedRulebook,
    RulebookDraft,
    RulebookDraftState,
    RulebookMode,
    RulebookUse,
    UseState,
)

__all__ = [
    "Alert",
    "AlertEvidence",
    "BackTest",
    "Case",
    "CaseLabel",
    "CaseNumber",
    "CaseState",
    "CaseTask",
    "Desk",
    "EngineState",
    "Feed",
    "FeedEvent",
    "FeedKind",
    "FeedState",
    "Number",
    "NumberReveal",
    "Parcel",
    "PublishedRulebook",
    "RateAlarm",
    "RulebookDraft",
    "RulebookDraftState",
    "RulebookMode",
    "RulebookUse",
    "UseState",
    "Verdict",
]
