"""Turns rows of the records of reads and listings into events, in the worker, never within a request.

Numbers of the records follow the order in which they were drawn, not that of commits. From what has
settled on, every row without an event is looked for, so that a read whose request commits late is not
passed over; a row becomes an event once. What was seen an hour ago has settled: no request and no
export holds a transaction open so long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Exists, OuterRef
from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.detection.engine import LATENESS
from xinnong.core.detection.events import SECOND
from xinnong.core.detection.intake import microseconds
from xinnong.guard.marks import mark_of
from xinnong.guard.models import InsiderEvent, InsiderLog, InsiderMark
from xinnong.guard.services.engines import instant
from xinnong.privacy.models import Listing, Read
from xinnong.privacy.queries import canary_households

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

PIECE: Final = 5_000
MOST_PIECES: Final = 40
SETTLES: Final = timedelta(hours=1)
BEGIN_BACK: Final = timedelta(days=3)
USUAL_BACK: Final = timedelta(days=30)
NIGHT_FROM, NIGHT_UNTIL = 22, 6
GAP: Final = 12 * 3600 * SECOND
"""The engine waits for others to agree on an instant a day ahead; our own clock needs nobody's word."""

RECORDS: Final[dict[str, type[Read | Listing]]] = {InsiderLog.READ: Read, InsiderLog.LIST: Listing}


def note_reads(*, now: datetime) -> int:
    """Make events of everything that was read since the last time; answers how many."""
    made = 0
    for _piece in range(MOST_PIECES):
        with scoped(SYSTEM):
            count, is_last = _note_piece(now)
        made += count
        if is_last:
            break
    return made


def _note_piece(now: datetime) -> tuple[int, bool]:
    marks = _marks(now)
    if marks is None:
        return 0, True
    rows: list[Read | Listing] = []
    for log in RECORDS:
        rows += _waiting(log, marks[log])
    is_last = all(sum(isinstance(row, of) for row in rows) < PIECE for of in RECORDS.values())
    if rows:
        clock = marks[InsiderLog.TICK]
        InsiderEvent.objects.bulk_create(_in_order(_made(rows, now), clock, now, closes=is_last))
        clock.save(update_fields=["settled"])
    for log in RECORDS:
        _settle(log, marks[log], now)
    return len(rows), is_last


def _marks(now: datetime) -> dict[str, InsiderMark] | None:
    """How far each record is, held until the transaction ends; None while another process holds it."""
    found = {each.log: each for each in InsiderMark.objects.select_for_update(skip_locked=True)}
    if len(found) == len(InsiderLog):
        return found
    if InsiderMark.objects.exists():
        return None
    begin = [InsiderMark(log=log, settled=_begin(log, now)) for log in InsiderLog]
    InsiderMark.objects.bulk_create(begin)
    return {each.log: each for each in begin}


def _begin(log: str, now: datetime) -> int:
    """The first time only the last days are looked at: as far as the longest window of sums."""
    if log == InsiderLog.TICK:
        return 0
    before = RECORDS[log].objects.filter(at__lt=now - BEGIN_BACK).order_by("-id")
    return before.values_list("id", flat=True).first() or 0


def _waiting(log: str, mark: InsiderMark) -> Sequence[Read | Listing]:
    known = InsiderEvent.objects.filter(log=log, log_id=OuterRef("id"))
    rows = RECORDS[log].objects.filter(~Exists(known), id__gt=mark.settled)
    return list(rows.order_by("id")[:PIECE])


def _settle(log: str, mark: InsiderMark, now: datetime) -> None:
    seen = InsiderEvent.objects.filter(log=log, received_at__lt=now - SETTLES)
    newest = seen.order_by("-log_id").values_list("log_id", flat=True).first()
    if newest is not None and newest > mark.settled:
        mark.settled = newest
        mark.save(update_fields=["settled"])


def _made(rows: Sequence[Read | Listing], now: datetime) -> Iterator[InsiderEvent]:
    planted, usual = canary_households(), _Usual()
    for row in sorted(rows, key=lambda each: each.at):
        event = InsiderEvent(
            log_id=row.pk, at=row.at, agent_mark=mark_of("reader", str(row.actor)) or "",
            purpose=row.purpose, night=_is_night(row.at), received_at=now,
        )  # fmt: skip
        if isinstance(row, Read):
            event.log, event.means, event.village = InsiderLog.READ, row.kind, row.area12 or None
            whom = row.household_id if row.household_id is not None else row.person
            event.household_mark = mark_of("household", str(whom))
            event.canary = row.household_id in planted
            event.usual = usual.of(row.actor, row.area12, row.at)
        else:
            hit = min(planted.intersection(row.households), default=None)
            event.log, event.means, event.canary = InsiderLog.LIST, row.asked, hit is not None
            event.household_mark = None if hit is None else mark_of("household", str(hit))
        yield event


def _in_order(
    events: Iterator[InsiderEvent], clock: InsiderMark, now: datetime, *, closes: bool
) -> list[InsiderEvent]:
    """The events with the ticks between them; `clock` moves on to the newest instant, in microseconds.

    What was committed so late that the engine no longer waits for it is judged at the earliest instant
    that it does. The last tick says that nothing before now is missing: what came is judged at once.
    """
    ordered: list[InsiderEvent] = []
    for event in events:
        at = max(microseconds(event.at), clock.settled - LATENESS)
        event.at = instant(at)
        if at > clock.settled + GAP:
            ordered.append(_tick(at, now))
        ordered.append(event)
        clock.settled = max(clock.settled, at)
    if closes:
        clock.settled = max(clock.settled + 1, microseconds(now) + LATENESS + SECOND)
        ordered.append(_tick(clock.settled, now))
    return ordered


def _tick(at: int, now: datetime) -> InsiderEvent:
    return InsiderEvent(log=InsiderLog.TICK, log_id=at, at=instant(at), received_at=now)


def _is_night(at: datetime) -> bool:
    hour = timezone.localtime(at).hour
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL


class _Usual:
    """Whether somebody had opened a household of a village on an earlier day of the last thirty."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, str, datetime], bool] = {}

    def of(self, actor: UUID, area12: str, at: datetime) -> bool | None:
        if not area12:
            return None
        day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        key = (actor, area12, day)
        if key not in self._known:
            earlier = Read.objects.filter(
                actor=actor, area12=area12, at__gte=day - USUAL_BACK, at__lt=day
            )
            self._known[key] = earlier.exists()
        return self._known[key]
