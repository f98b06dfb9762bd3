"""Reads of policies and lines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import cast

from xinnong.core.policy import LineKind, LineResult, Policy, decide_line, inputs_from_features
from xinnong.core.policy_file import load_policy
from xinnong.credit.models import Line, PublishedPolicy

SHIPPED = "default-2026.1.json"
POLICIES_KEPT = 8


def effective_policy(*, on: date, using: str = "default") -> PublishedPolicy | None:
    """The policy in force on a day: the newest that took effect by then."""
    published = PublishedPolicy.objects.using(using).filter(effective_on__lte=on)
    return published.order_by("-effective_on", "-pk").first()


def published_policies() -> list[PublishedPolicy]:
    """Every published policy, the newest first."""
    return list(PublishedPolicy.objects.order_by("-effective_on", "-pk"))


def policy_by_sum(sha256: str) -> PublishedPolicy | None:
    """One published policy by its checksum."""
    return PublishedPolicy.objects.filter(sha256=sha256).first()


def shipped_policy() -> bytes:
    """Canonical bytes of the default policy that comes with this release."""
    return files("xinnong.credit").joinpath("published", SHIPPED).read_bytes()


def worked_line(
    line: Line, *, first_borrower: bool, features: Mapping[str, int | None]
) -> LineResult:
    """Decide a stored line again, step by step, under the policy it was decided with.

    `features` are the values of the profile on the line's own basis, fen and counts; what was
    entrusted stands with the line itself, because profiles do not read custody. Needs
    `line.policy`. The result's amount equals `line.line_minor`; a test holds the two together.
    """
    policy = policy_of(line)
    kind = cast("LineKind", line.kind)
    inputs = inputs_from_features(
        kind=kind,
        grade=line.grade,
        first_borrower=first_borrower,
        features={**features, "custody_value": line.custody_minor},
    )
    return decide_line(policy, inputs)


def policy_of(line: Line) -> Policy:
    """Return the policy a line was decided under. Needs `line.policy`."""
    return _parsed(bytes(line.policy.document), line.policy.sha256)


@lru_cache(maxsize=POLICIES_KEPT)
def _parsed(document: bytes, sha256: str) -> Policy:
    return load_policy(document, sha256=sha256)
