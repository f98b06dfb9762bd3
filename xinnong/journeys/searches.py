"""A search kept on the server for half an hour, so that its address carries a reference only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xinnong.journeys.search_terms import Term, TermKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.sessions.backends.base import SessionBase

GOOD_FOR = timedelta(minutes=30)
KEPT = 10
SESSION_KEY = "searches"
REFERENCE_BYTES = 9


@dataclass(frozen=True, slots=True)
class Search:
    """A term without the secret part, and the keyed hashes that stand for it."""

    term: Term
    hashes: Mapping[str, int]


def keep_search(
    session: SessionBase, term: Term, hashes: Mapping[str, int], *, now: datetime
) -> str:
    """Store a search with the session and return its reference; ids are stored as hashes alone."""
    reference = secrets.token_urlsafe(REFERENCE_BYTES)
    kept = dict(session.get(SESSION_KEY, {}))
    kept[reference] = {
        "kind": term.kind.value,
        "text": "" if term.is_secret else term.text,
        "hashes": dict(hashes),
        "until": (now + GOOD_FOR).isoformat(),
    }
    session[SESSION_KEY] = dict(list(kept.items())[-KEPT:])
    return reference


def kept_search(session: SessionBase, reference: str, *, now: datetime) -> Search | None:
    """Return a stored search while it holds."""
    entry = session.get(SESSION_KEY, {}).get(reference)
    if entry is None or datetime.fromisoformat(entry["until"]) < now:
        return None
    return Search(Term(TermKind(entry["kind"]), entry["text"]), entry["hashes"])
