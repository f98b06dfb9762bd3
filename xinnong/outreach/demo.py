"""The demo's channels, teams and visits, made by its own users through everybody's commands.

Running it again adds today's visit where there is none, and leaves the rest as it is.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import scoped
from xinnong.core.cose import ED25519
from xinnong.outreach.models import Activity, Agent, Channel, Document, Team
from xinnong.outreach.services.approving import approve_for_bureau, approve_for_town
from xinnong.outreach.services.badges import issue_badges, make_key
from xinnong.outreach.services.documents import file_document
from xinnong.outreach.services.filing import file_activity
from xinnong.outreach.services.licensing import file_agent, file_team, license_channel
from xinnong.outreach.services.suspending import suspend

BEGINS: Final = time(7)
ENDS: Final = time(19)
YEAR: Final = timedelta(days=365)
PEOPLE: Final = (
    ("外拓一队", (("顾霜降", "13900001001"), ("钱谷雨", "13900001002"))),
    ("外拓二队", (("万立冬", "13900001003"),)),
)
LICENCES: Final = (
    ("CHAN-01", "bank", ["bank", "census", "training"], "穗医保授〔2026〕1号", "0577-0000-2201"),
    ("CHAN-02", "firm", ["census"], "穗医保授〔2026〕2号", "0577-0000-2202"),
)
WIDTH: Final = 96
HEIGHT: Final = 120
SKIN, HAIR, COAT, WALL = (233, 196, 164), (60, 48, 40), (44, 96, 72), (226, 232, 228)


@dataclass(frozen=True, slots=True)
class Cast:
    """The demo's users who do the work."""

    bureau: User
    town: User
    channel: User
    cadre: User


def seed(*, now: datetime) -> None:
    """Make what the demo shows; needs its users and areas."""
    cast = Cast(**{name: _user(name) for name in ("bureau", "town", "channel", "cadre")})
    today = timezone.localdate(now)
    with scoped(cast.bureau):
        if not Channel.objects.exists():
            _license(cast, today, now)
        if not Document.objects.exists():
            _register(cast, today, now)
    with scoped(cast.channel):
        if not Team.objects.exists():
            _file_teams(cast, now)
    _visit(cast, today, now)


def _user(name: str) -> User:
    return User.objects.select_related("institution__operator").get(username=name)


def _license(cast: Cast, today: date, now: datetime) -> None:
    for code, kind, purposes, number, call_back in LICENCES:
        license_channel(
            actor=cast.bureau, institution=Institution.objects.get(code=code), kind=kind,
            purposes=purposes, licence_number=number, licence_sha256=_sum(number),
            licensed_from=today - YEAR, licensed_until=today + YEAR, call_back=call_back, now=now,
        )  # fmt: skip
    make_key(actor=cast.bureau, algorithm=ED25519, now=now)


def _register(cast: Cast, today: date, now: datetime) -> None:
    file_document(
        actor=cast.bureau, issuer="HIB-339981", number="穗医保函〔2026〕12号",
        title="关于开展参保政策宣传的通知", issued_on=today - timedelta(days=20),
        valid_until=today + timedelta(days=180), villages=[], file_sha256=_sum("12"), now=now,
    )  # fmt: skip


def _file_teams(cast: Cast, now: datetime) -> None:
    """Two teams; the second one was stopped after a complaint."""
    for name, people in PEOPLE:
        team = file_team(actor=cast.channel, name=name, subcontractor=None, now=now)
        for place, (person, number) in enumerate(people):
            file_agent(
                actor=cast.channel, team=team, name=person, number=number,
                is_leader=place == 0, photo=_face(place), now=now,
            )  # fmt: skip
    with scoped(cast.bureau):
        stopped = Team.objects.get(name=PEOPLE[-1][0])
        suspend(actor=cast.bureau, part=stopped, reason="群众投诉收费，正在核查", now=now)


def _visit(cast: Cast, today: date, now: datetime) -> None:
    """One approved visit today (in the evening: tomorrow), one that waits for approval."""
    village = cast.cadre.area_prefixes[0]
    first = today if timezone.localtime(now).time() < ENDS else today + timedelta(days=1)
    with scoped(cast.channel):
        if Activity.objects.filter(on=first).exists():
            return
        team = Team.objects.select_related("channel", "subcontractor").get(name=PEOPLE[0][0])
        asked: dict[str, Any] = {
            "actor": cast.channel,
            "team": team,
            "begins": BEGINS,
            "ends": ENDS,
            "now": now,
        }
        agents = list(Agent.objects.filter(team=team))
        activity, _waiting = (
            file_activity(
                **asked, purpose=purpose, villages=[village], place=place, on=on, expected=80,
                agents=agents, key=uuid5(NAMESPACE_URL, f"demo {on}"),
            )
            for on, purpose, place in (
                (first, "bank", "村委会一楼"),
                (first + timedelta(days=1), "training", "文化礼堂"),
            )
        )  # fmt: skip
    with scoped(cast.bureau):
        approve_for_bureau(actor=cast.bureau, activity=activity, now=now)
    with scoped(cast.town):
        approve_for_town(actor=cast.town, activity=activity, now=now)
    with scoped(cast.channel):
        issue_badges(actor=cast.channel, activity=activity, now=now)


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _face(shade: int) -> bytes:
    """A drawn face as PNG: nobody's."""
    rows = b"".join(
        b"\0" + b"".join(bytes(_colour(x, y, shade)) for x in range(WIDTH)) for y in range(HEIGHT)
    )
    head = struct.pack(">2I5B", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _colour(x: int, y: int, shade: int) -> tuple[int, int, int]:
    across, down = x - WIDTH // 2, y - 48
    if across * across * 4 + down * down * 3 < 24 * 24 * 4:
        return HAIR if down < -8 - 4 * shade else SKIN
    if across * across + (y - HEIGHT) ** 2 < 42 * 42:
        return COAT
    return WALL
