"""The purpose somebody chose for a household: kept in the session, for half an hour at most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from xinnong.privacy.purposes import Purpose, check_purpose

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

GOOD_FOR = timedelta(minutes=30)
KEPT = 20
SESSION_PURPOSES = "household_purposes"
SESSION_LAST = "last_purpose"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A purpose and the case that stands beside it."""

    purpose: str
    case: str


def choose_purpose(
    session: SessionBase, *, household_ref: str, purpose: str, case: str, now: datetime
) -> None:
    """Remember a purpose for one household; refuses an unknown one or a missing case."""
    known = check_purpose(purpose, case=case)
    chosen: dict[str, Any] = session.get(SESSION_PURPOSES, {})
    chosen.pop(household_ref, None)
    chosen[household_ref] = [known.value, case.strip(), (now + GOOD_FOR).isoformat()]
    session[SESSION_PURPOSES] = dict(list(chosen.items())[-KEPT:])
    session[SESSION_LAST] = known.value


def chosen_purpose(session: SessionBase, *, household_ref: str, now: datetime) -> Chosen | None:
    """Return the purpose chosen for a household while it holds."""
    entry = session.get(SESSION_PURPOSES, {}).get(household_ref)
    if entry is None or datetime.fromisoformat(entry[2]) < now:
        return None
    return Chosen(entry[0], entry[1])


def last_purpose(session: SessionBase) -> str:
    """Return the purpose chosen last, for lists and as the form's first proposal."""
    return str(session.get(SESSION_LAST, Purpose.CAMPAIGN.value))


def recent_households(session: SessionBase) -> list[str]:
    """Return the household numbers opened lately, newest first."""
    return list(reversed(session.get(SESSION_PURPOSES, {})))
