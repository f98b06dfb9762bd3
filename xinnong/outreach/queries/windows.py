"""Readings of the bureau's rows by those who hold none of them: villagers, cadres, towns.

Each function opens a window for itself, takes what the answer needs and closes it. They stand in
`accounts.crossings.OPENINGS`, each with its purpose; a test compares the two.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from xinnong.accounts.roles import OwnerKind
from xinnong.accounts.scope import Scope, scoped
from xinnong.core.outreach import Known, Standing, standing_of, verdict_of
from xinnong.outreach.models import Activity, ActivityState, Agent, Channel, Document, Notice
from xinnong.outreach.published_rules import rules
from xinnong.outreach.secrets import lookup_of

LOOKS_BACK: Final = timedelta(days=3)
LOOKS_AHEAD: Final = timedelta(days=31)
MOST_OF_A_DAY: Final = 50
MOST_OF_DIGITS: Final = 3
"""Letters that are read out where their numbers have the same digits."""

# one statement: the activity, everybody above it, and who comes along
_ANSWER: Final = """
SELECT a.ref, a.state, a.purpose, a."on", a.begins_at, a.ends_at, a.villages, a.place,
       t.name AS team, c.name AS channel, c.name_en AS channel_en, c.kind, c.call_back,
       coalesce(s.name, '') AS subcontractor,
       (c.suspended_at IS NOT NULL OR s.suspended_at IS NOT NULL OR t.suspended_at IS NOT NULL)
           AS stopped,
       (a."on" BETWEEN c.licensed_from AND c.licensed_until
           AND (s.id IS NULL OR a."on" <= s.valid_until)) AS is_licensed,
       ARRAY(SELECT json_build_object('id', g.id, 'name', g.name, 'leader', g.is_leader,
                    'photo', g.photo_sha256, 'stopped', g.suspended_at IS NOT NULL)::text
             FROM outreach_activityagent AS p JOIN outreach_agent AS g ON g.id = p.agent_id
             WHERE p.activity_id = a.id ORDER BY g.is_leader DESC, g.id) AS agents
FROM outreach_activity AS a
JOIN outreach_team AS t ON t.id = a.team_id
JOIN outreach_channel AS c ON c.id = t.channel_id
LEFT JOIN outreach_subcontractor AS s ON s.id = t.subcontractor_id
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """An agent as an answer shows one."""

    id: int
    name: str
    leader: bool
    photo: str
    stopped: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of an activity that was found, and its colour."""

    ref: UUID
    purpose: str
    on: date
    begins_at: datetime
    ends_at: datetime
    villages: tuple[str, ...]
    place: str
    team: str
    channel: str
    channel_en: str
    subcontractor: str
    call_back: str
    agents: tuple[Shown, ...]
    standing: Standing


@contextmanager
def window(actor: UUID | None) -> Iterator[None]:
    """A scope that sees the bureau's rows and nothing of anybody else."""
    scope = Scope(actor=actor, kinds=(OwnerKind.HEALTH.value,), institutions=("*",))
    with scoped(scope):
        yield


def team_by_code(code: str, *, now: datetime, today: date, village: str = "") -> Answer | None:
    """The activity that eight digits belong to, the nearest to today; None where it is nobody's.

    With a village only activities there are found.
    """
    with window(None):
        return found_by_code(code, now=now, today=today, village=village)


def found_by_code(code: str, *, now: datetime, today: date, village: str = "") -> Answer | None:
    """As `team_by_code`, in a window that is open. One statement, by index."""
    near = {"lookup": lookup_of(code), "from": today - LOOKS_BACK, "to": today + LOOKS_AHEAD}
    where = 'WHERE a.lookup = %(lookup)s AND a."on" BETWEEN %(from)s AND %(to)s'
    if village:
        where += " AND a.villages @> ARRAY[%(village)s]::varchar[]"
    order = ' ORDER BY abs(a."on" - %(today)s) LIMIT 1'
    told = near | {"today": today, "village": village}
    found = _answers(where + order, told, now)
    return found[0] if found else None


def teams_in_village(village: str, *, now: datetime, today: date) -> list[Answer]:
    """Every approved activity in a village today, the suspended ones in red."""
    where = (
        'WHERE a."on" = %(today)s AND a.villages @> ARRAY[%(village)s]::varchar[]'
        " AND a.state IN ('approved', 'closed') ORDER BY a.begins_at, a.id LIMIT %(most)s"
    )
    told = {"today": today, "village": village, "most": MOST_OF_A_DAY}
    with window(None):
        return _answers(where, told, now)


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved activity as detection needs it: villages, a half-open span, numbers of its badges."""

    number: int
    villages: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    badges: tuple[int, ...]


def any_channel() -> bool:
    """Whether the bureau licensed any channel, ever."""
    with window(None):
        return Channel.objects.exists()


def approved_between(from_at: datetime, until_at: datetime) -> list[Approved]:
    """The approved activities that touch a span of time, also those that were closed since."""
    live = {ActivityState.APPROVED, ActivityState.CLOSED}
    with window(None):
        found = Activity.objects.filter(state__in=live, begins_at__lt=until_at, ends_at__gt=from_at)
        return [
            Approved(
                each.pk, tuple(each.villages), each.begins_at, each.ends_at,
                tuple(badge.pk for badge in each.badges.all()),
            )
            for each in found.prefetch_related("badges").order_by("pk")
        ]  # fmt: skip


def document_by_number(number_key: str) -> Document | None:
    """The document under a number in its one spelling."""
    with window(None):
        return Document.objects.filter(number_key=number_key).first()


def documents_by_digits(digits: str) -> list[Document]:
    """The documents whose numbers have these digits, as a telephone types them; one too many at most."""
    with window(None):
        return list(Document.objects.filter(digits=digits).order_by("pk")[: MOST_OF_DIGITS + 1])


def photo_of(sha256: str, *, today: date) -> bytes | None:
    """The picture of an agent who goes out today or soon; nobody else's."""
    near = Q(places__activity__on__range=(today, today + LOOKS_AHEAD))
    approved = Q(places__activity__state=ActivityState.APPROVED)
    with window(None):
        found = Agent.objects.filter(near & approved, photo_sha256=sha256).first()
    return bytes(found.photo) if found is not None and found.photo is not None else None


def activities_for_town(actor: UUID, prefixes: Sequence[str], *, from_on: date) -> list[Activity]:
    """The activities in the towns of one of their officers, the newest day first."""
    with window(actor):
        found = Activity.objects.filter(_inside("town", prefixes), on__gte=from_on)
        return list(found.select_related("team__channel").order_by("-on", "-id")[:200])


def activity_for_town(actor: UUID, prefixes: Sequence[str], ref: UUID) -> Activity | None:
    """One activity in a town of one of its officers."""
    with window(actor):
        found = Activity.objects.filter(_inside("town", prefixes), ref=ref)
        return found.select_related("team__channel", "team__subcontractor").first()


def agents_of(actor: UUID, activity: Activity) -> list[Agent]:
    """Who comes along, the leader first."""
    with window(actor):
        found = Agent.objects.filter(places__activity=activity).defer("photo", "number_sealed")
        return list(found.order_by("-is_leader", "id"))


def notices_for(actor: UUID, prefixes: Sequence[str], *, on: date) -> list[Notice]:
    """What the cadres of villages were told about a day."""
    with window(actor):
        found = Notice.objects.filter(_inside("area12", prefixes), activity__on=on)
        told = found.select_related("activity__team__channel", "activity__team__subcontractor")
        return list(told.order_by("activity__begins_at", "id")[:MOST_OF_A_DAY])


def _inside(column: str, prefixes: Sequence[str]) -> Q:
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(**{f"{column}__gte": prefix, f"{column}__lt": f"{prefix}~"})
    return condition


def _answers(where: str, told: Mapping[str, Any], now: datetime) -> list[Answer]:
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER + where, told)
        names = [column.name for column in cursor.description or ()]
        return [_answer(dict(zip(names, row, strict=True)), now) for row in cursor.fetchall()]


def _answer(row: dict[str, Any], now: datetime) -> Answer:
    agents = tuple(Shown(**json.loads(each)) for each in row.pop("agents"))
    kind, is_licensed = row.pop("kind"), row.pop("is_licensed")
    is_open = verdict_of(rules(), row["purpose"], kind, row["on"]).is_open
    known = Known(
        begins_at=row["begins_at"],
        ends_at=row["ends_at"],
        is_approved=row.pop("state") in {ActivityState.APPROVED, ActivityState.CLOSED},
        stopped=row.pop("stopped"),
        is_licensed=is_licensed and is_open,
        agent_stopped=any(agent.stopped for agent in agents),
    )
    row["villages"] = tuple(row["villages"])
    return Answer(**row, agents=agents, standing=standing_of(known, now))
