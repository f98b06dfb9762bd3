"""The households opened lately, by the name of their head. Showing them is a listing on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.accounts.visibility import user_of
from xinnong.areas.places import places
from xinnong.journeys.purposes import last_purpose, recent_households
from xinnong.journeys.queries.household import households_by_refs
from xinnong.privacy.services import record_listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Recent:
    """A household opened lately: its number, which alone stands in addresses, and its words."""

    ref: str
    name: str
    place: str


def recent_shown(request: HttpRequest) -> Sequence[Recent]:
    """Return what was opened lately and may still be seen, newest first, and record the listing."""
    found = households_by_refs(recent_households(request.session))
    if found:
        record_listing(
            actor=user_of(request),
            at=timezone.now(),
            asked=RECENT,
            households=[home.id for home in found],
            purpose=last_purpose(request.session),
        )
    known = places()
    return [Recent(home.ref, home.head_name, known.label(home.area12)) for home in found]
