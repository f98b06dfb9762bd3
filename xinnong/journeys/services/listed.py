"""In whose lists a household stood: read for the family itself, with the rights of the house.

A listing is its institution's own record; the family may know of it (个人信息保护法 44, 45), but reads
no more of it than the day, who listed it, and by what kind of question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db import connection

from xinnong.accounts.models import ApiClient, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.journeys.queries.household import own_household

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from xinnong.registry.models import Household

NEWEST_LISTINGS: Final = 20_000
"""So many of the county's newest listings are gone through: no index finds a household in them."""
MOST_LINES: Final = 60
LISTED: Final = """
SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS day, actor, institution,
       array_agg(DISTINCT asked ORDER BY asked), count(*)
FROM privacy_listing
WHERE id > (SELECT max(id) FROM privacy_listing) - %(newest)s
  AND households @> ARRAY[%(household)s]::bigint[] AND actor <> %(reader)s
GROUP BY day, actor, institution
ORDER BY day DESC, max(id) DESC
LIMIT %(most)s
"""
SINCE: Final = """
SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM privacy_listing
WHERE id > (SELECT max(id) FROM privacy_listing) - %(newest)s ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """All the lists of one day in which one person or program was shown the household."""

    day: date
    name: str
    institution: str
    asked: tuple[str, ...]
    times: int


def lists_with(*, reader: User, home: Household) -> tuple[list[Listed], date | None]:
    """The lists with the reader's own household, a line for a day and a reader, the newest first.

    Also the day back to which that goes. Anybody else's household stands in none.
    """
    mine = own_household(reader.person_ref)
    if mine is None or mine.pk != home.pk:
        return [], None
    named: dict[str, Any] = {
        "newest": NEWEST_LISTINGS, "household": home.pk, "reader": reader.ref, "most": MOST_LINES,
    }  # fmt: skip
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(LISTED, named)
        rows = cursor.fetchall()
        cursor.execute(SINCE, named)
        since = cursor.fetchone()
        names = _names(actor for _day, actor, *_rest in rows)
    found = [
        Listed(day, names.get(actor, ""), institution, tuple(asked), times)
        for day, actor, institution, asked, times in rows
    ]
    return found, since[0] if since else None


def _names(actors: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people and programs."""
    wanted = set(actors)
    people = User.objects.filter(ref__in=wanted).values_list("ref", "name")
    programs = ApiClient.objects.filter(ref__in=wanted).values_list("ref", "name")
    return {**dict(people), **dict(programs)}
