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
    from collections.abc import Iterable, Sequence
    from datetime import date
    from uuid import UUID

    from django.db.backends.utils import CursorWrapper

    from xinnong.registry.models import Household

WINDOW: Final = 20_000
"""So many of the county's listings are gone through at once: no index finds a household in them."""
MOST_WINDOWS: Final = 10
"""A page that found nothing in so many windows ends, and the next one goes on where it ended."""
MOST_LINES: Final = 60
ENDS: Final = """
SELECT min(id), max(id) FILTER (WHERE %(before)s::bigint IS NULL OR id < %(before)s)
FROM privacy_listing
"""
OWN: Final = """
FROM privacy_listing
WHERE id > %(low)s AND id <= %(high)s
  AND households @> ARRAY[%(household)s]::bigint[] AND actor <> %(reader)s
"""
LISTED: Final = f"""
SELECT (at AT TIME ZONE 'Asia/Shanghai')::date AS day, actor, institution,
       array_agg(DISTINCT asked ORDER BY asked), count(*), max(id)
{OWN}
GROUP BY day, actor, institution
ORDER BY day DESC, max(id) DESC
"""
SINCE: Final = """
SELECT (at AT TIME ZONE 'Asia/Shanghai')::date FROM privacy_listing
WHERE id > %(low)s ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """All the lists of one day in which one person or program was shown the household."""

    day: date
    name: str
    institution: str
    asked: tuple[str, ...]
    times: int


@dataclass(frozen=True, slots=True)
class Lists:
    """A page of them, the newest first, the day back to which it goes, and where the next begins."""

    lines: tuple[Listed, ...] = ()
    since: date | None = None
    older: int | None = None


def lists_with(*, reader: User, home: Household, before: int | None = None) -> Lists:
    """A page of the lists with the reader's own household, a line for a day and a reader.

    `before` is where the page before it ended. A day is whole on its page, unless one page's
    listings are all of that day. Anybody else's household stands in none.
    """
    mine = own_household(reader.person_ref)
    if mine is None or mine.pk != home.pk:
        return Lists()
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(ENDS, {"before": before})
        first, newest = cursor.fetchone()
        if newest is None:
            return Lists()
        named: dict[str, Any] = {"household": home.pk, "reader": reader.ref}
        rows, low = _page(cursor, named, first - 1, newest)
        cursor.execute(SINCE, {"low": low})
        [since] = cursor.fetchone()
        names = _names(actor for _day, actor, *_rest in rows)
    lines = tuple(
        Listed(day, names.get(actor, ""), institution, tuple(asked), times)
        for day, actor, institution, asked, times, _newest in rows
    )
    return Lists(lines, since, low + 1 if low >= first else None)


def _page(
    cursor: CursorWrapper, named: dict[str, Any], floor: int, high: int
) -> tuple[list[Any], int]:
    """The lines of the first window that has any, and the listing below which the next page begins."""
    for _window in range(MOST_WINDOWS):
        low = max(high - WINDOW, floor)
        cursor.execute(LISTED, named | {"low": low, "high": high})
        rows = cursor.fetchall()
        if rows or low == floor:
            break
        high = low
    kept = _whole_days(rows, is_last=low == floor)
    if len(kept) == len(rows):
        return rows, low
    cut = max(newest for *_line, newest in rows[len(kept) :])
    cursor.execute(LISTED, named | {"low": cut, "high": high})
    whole = cursor.fetchall()
    return (whole, cut) if whole else (rows, low)  # days out of order: they are told as they stand


def _whole_days(rows: Sequence[Any], *, is_last: bool) -> Sequence[Any]:
    """As many of the newest days as a page holds, at least one; the oldest may go on in the next window."""
    days = list(dict.fromkeys(day for day, *_line in rows))
    kept = days if is_last else days[:-1] or days
    while len(kept) > 1 and sum(day in kept for day, *_line in rows) > MOST_LINES:
        kept = kept[:-1]
    return [row for row in rows if row[0] in kept]


def _names(actors: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people and programs."""
    wanted = set(actors)
    people = User.objects.filter(ref__in=wanted).values_list("ref", "name")
    programs = ApiClient.objects.filter(ref__in=wanted).values_list("ref", "name")
    return {**dict(people), **dict(programs)}
