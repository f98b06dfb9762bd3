"""Why points were lost and what would change it, in plain sentences.

A sentence is built from what core answers (feature, bin, next edge, gain), so a new scorecard
needs no new texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from xinnong.profiles.wording import feature_advice, feature_name, feature_value, is_named

if TYPE_CHECKING:
    from xinnong.core.reasons import Reason


@dataclass(frozen=True, slots=True)
class ReasonText:
    """One reason: the points it cost, what is so, what would change it, and how."""

    code: str
    feature: str
    lost_points: int
    says: str
    would_change: str
    advice: str


def reason_text(reason: Reason, value: int | None) -> ReasonText:
    """Put a reason into words; `value` is the household's own value of the feature."""
    return ReasonText(
        code=reason.code,
        feature=reason.feature,
        lost_points=reason.lost_points,
        says=_says(reason, value),
        would_change=_would_change(reason),
        advice=_advice(reason, value),
    )


def _advice(reason: Reason, value: int | None) -> str:
    if reason.direction == "best":
        return ""
    return feature_advice(reason.feature, is_known=value is not None)


def grade_name(grade: str) -> str:
    """Return a grade as people read it; below B there is no line for now."""
    return _("暂不授信") if grade == "C" else grade


def _says(reason: Reason, value: int | None) -> str:
    name = feature_name(reason.feature)
    if value is None:
        return _("没有「%(feature)s」的记录") % {"feature": name}
    return _("「%(feature)s」：%(value)s") % {
        "feature": name,
        "value": feature_value(reason.feature, value),
    }


def _would_change(reason: Reason) -> str:
    edge = feature_value(reason.feature, reason.next_edge)
    params = {"edge": edge, "points": reason.gain_points}
    if reason.direction == "is" or (reason.next_edge is not None and is_named(reason.feature)):
        return _("变为「%(edge)s」，可加 %(points)s 分") % params
    if reason.direction == "at_least":
        return _("达到 %(edge)s，可加 %(points)s 分") % params
    if reason.direction == "below":
        return _("降到 %(edge)s以下，可加 %(points)s 分") % params
    if reason.direction == "known" and reason.gain_points:
        return _("补上记录，最多可加 %(points)s 分") % params
    return _("目前没有办法改变这一项")
