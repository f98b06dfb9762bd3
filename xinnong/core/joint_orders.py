"""Joint orders: what the police may ask of a platform about accounts, how much, for how long, and when.

反电信网络诈骗法 20, 22 and 32: the police decide, the firm says what it did and takes appeals. Nothing
here is automatic: two officers sign every order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from xinnong.core.documents import canonical_bytes
from xinnong.core.errors import Problem

SCHEMA: Final = 1
THIRD_KEY_ABOVE: Final = 200
MOST_ACCOUNTS: Final = 2_000
APPEAL: Final = timedelta(days=15)
LONGEST_REASON: Final = 300
BASIS: Final = "反电信网络诈骗法第二十条、第二十二条"


@dataclass(frozen=True, slots=True)
class Kind:
    """One lawful kind: for how many days at most, and within how many hours it is answered."""

    most_days: int
    answer_hours: int


KINDS: Final[dict[str, Kind]] = {
    "verify": Kind(7, 24),
    "limit": Kind(30, 2),
    "suspend": Kind(30, 2),
    "close": Kind(30, 72),
    "bar": Kind(365, 24),
    "restore": Kind(30, 1),
}
OUTCOMES: Final = ("done", "not_found", "refused")


@dataclass(frozen=True, slots=True)
class Account:
    """An account at a platform, known by the mark of its number."""

    target: str
    mark: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a closing stands on: when accounts were suspended, which of them are, and open appeals."""

    issued_at: datetime
    suspended: frozenset[Account]
    appealed: frozenset[Account]


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before its first signature."""

    ref: str
    kind: str
    case: str
    reason: str
    accounts: tuple[Account, ...]
    days: int
    evidence: str
    restores: str = ""


def order_problems(draft: Draft, earlier: Earlier | None, now: datetime) -> list[Problem]:
    """Everything that stands against an order, at once; an unknown kind is refused, never guessed."""
    return list(_problems(draft, earlier, now))


def keys_needed(accounts: int) -> int:
    """How many officers sign: two, and a third above 200 accounts."""
    return 3 if accounts > THIRD_KEY_ABOVE else 2


def order_document(draft: Draft, *, handler: str, now: datetime) -> bytes:
    """The canonical bytes that every key signs and every platform gets."""
    return canonical_bytes({
        "schema": SCHEMA,
        "order": draft.ref,
        "kind": draft.kind,
        "case": draft.case,
        "basis": BASIS,
        "reason": draft.reason,
        "evidence": draft.evidence,
        "accounts": [
            {"target": each.target, "mark": each.mark} for each in sorted_accounts(draft.accounts)
        ],
        "restores": draft.restores or None,
        "handler": handler,
        "signed_at": now.isoformat(),
        "expires_at": (now + timedelta(days=draft.days)).isoformat(),
        "appeal_days": APPEAL.days,
    })  # fmt: skip


def receipt_bytes(
    *, order: str, sha256: str, target: str, mark: str, outcome: str, at: str
) -> bytes:
    """What a platform signs about one account."""
    return b"xinnong-receipt\n" + canonical_bytes({
        "order": order, "sha256": sha256, "target": target, "mark": mark, "outcome": outcome,
        "at": at,
    })  # fmt: skip


def sorted_accounts(accounts: Iterable[Account]) -> Sequence[Account]:
    """Accounts in the one order of the document."""
    return sorted(set(accounts), key=lambda each: (each.target, each.mark))


def _problems(draft: Draft, earlier: Earlier | None, now: datetime) -> Iterator[Problem]:
    kind = KINDS.get(draft.kind)
    if kind is None:
        yield Problem("order.kind", "kind")
        return
    if not draft.accounts:
        yield Problem("order.nobody", "accounts")
    if len(draft.accounts) > MOST_ACCOUNTS:
        yield Problem("order.too_many", "accounts", {"most": MOST_ACCOUNTS})
    if not 0 < draft.days <= kind.most_days:
        yield Problem("order.days", "days", {"most": kind.most_days})
    if not draft.reason.strip() or len(draft.reason) > LONGEST_REASON:
        yield Problem("order.reason", "reason", {"most": LONGEST_REASON})
    if not draft.evidence:
        yield Problem("order.evidence", "evidence")
    if draft.kind == "close":
        yield from _closing_problems(draft, earlier, now)


def _closing_problems(draft: Draft, earlier: Earlier | None, now: datetime) -> Iterator[Problem]:
    if earlier is None:
        yield Problem("order.not_suspended", "accounts", {"count": len(draft.accounts)})
        return
    missing = set(draft.accounts) - earlier.suspended
    if missing:
        yield Problem("order.not_suspended", "accounts", {"count": len(missing)})
    over = earlier.issued_at + APPEAL
    if now < over:
        yield Problem("order.appeal_runs", "accounts", {"until": over.date()})
    if set(draft.accounts) & earlier.appealed:
        yield Problem("order.appealed", "accounts")
