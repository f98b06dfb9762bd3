"""The watch over our own users: stored events, rules, alerts and cases as the overseer may see them."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from xinnong.accounts.models import ApiClient, User
from xinnong.core.detection.events import Event
from xinnong.core.detection.intake import microseconds
from xinnong.core.detection.rulebook import Rulebook, load_rulebook
from xinnong.guard.models import (
    InsiderAlert,
    InsiderCase,
    InsiderEvent,
    InsiderEvidence,
    InsiderLog,
    InsiderRulebook,
    InsiderRuleState,
)
from xinnong.privacy.models import Listing, Read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any
    from uuid import UUID

    from xinnong.guard.queries.events import Stored
    from xinnong.web.paging import Turn

SHIPPED: Final = "insider-2026.1.toml"
OWN: Final = "own"
KEPT: Final = 8
EVIDENCE_SHOWN: Final = 300
COLUMNS: Final = (
    "id", "log", "log_id", "at", "agent_mark", "household_mark", "village", "purpose", "means",
    "night", "usual", "canary",
)  # fmt: skip


def shipped_insider_source() -> str:
    """The rules about our own users that come with this release, as they are written."""
    path = files("xinnong.core.detection") / "published" / SHIPPED
    return path.read_text(encoding="utf-8")


def own_events_after(
    cursor: int, *, limit: int | None = None, until: int | None = None
) -> list[Stored]:
    """Events of our own users with their numbers, from the next after a number on."""
    rows = InsiderEvent.objects.filter(id__gt=cursor).order_by("id")
    if until is not None:
        rows = rows.filter(id__lte=until)
    return [_stored(row) for row in rows.values_list(*COLUMNS)[:limit]]


def newest_own_events(limit: int) -> list[Stored]:
    """The last so many, in their order."""
    rows = InsiderEvent.objects.order_by("-id").values_list(*COLUMNS)[:limit]
    return [_stored(row) for row in reversed(rows)]


def _stored(row: tuple[Any, ...]) -> Stored:
    number, log, log_id, at, agent, household, village, purpose, means, night, usual, canary = row
    event = Event(
        f"{log}:{log_id}", microseconds(at), log, source=OWN, agent=agent or None, village=village,
        household=household, purpose=purpose, means=means, night=night, usual=usual, canary=canary,
    )  # fmt: skip
    return number, event


def events_named(event_ids: Iterable[str]) -> list[InsiderEvent]:
    """Stored events by the names the engine knows them under, in the order of their instants."""
    wanted: dict[str, list[int]] = {InsiderLog.READ: [], InsiderLog.LIST: []}
    for name in event_ids:
        log, _, number = name.partition(":")
        wanted[log].append(int(number))
    either = Q(pk__in=[])
    for log, numbers in wanted.items():
        either |= Q(log=log, log_id__in=numbers)
    return list(InsiderEvent.objects.filter(either).order_by("at", "id"))


def insider_rules_in_force() -> list[InsiderRulebook]:
    """Versions in use: the live one first, then those in shadow."""
    return list(
        InsiderRulebook.objects.filter(state=InsiderRuleState.IN_FORCE).order_by("mode", "pk")
    )


def insider_rules() -> list[InsiderRulebook]:
    """Every version, the newest first."""
    return list(InsiderRulebook.objects.order_by("-pk"))


@lru_cache(maxsize=KEPT)
def parsed(source: str) -> Rulebook:
    """The rules of a version. Raises InvalidRulebook."""
    return load_rulebook(source.encode())


def insider_cases_page(*, turn: Turn, limit: int) -> list[InsiderCase]:
    """One page of cases and one more, the newest first; row-level security leaves the own out."""
    rows = InsiderCase.objects.all()
    if turn.number is not None:
        rows = rows.filter(pk__gt=turn.number) if turn.is_back else rows.filter(pk__lt=turn.number)
    return list(rows.order_by("pk" if turn.is_back else "-pk")[:limit])


def insider_case_by_ref(ref: UUID) -> InsiderCase | None:
    """One case."""
    return InsiderCase.objects.filter(ref=ref).first()


def loose_alerts(limit: int) -> list[InsiderAlert]:
    """The newest alerts that are only watched or counted, and stand in no case."""
    return list(InsiderAlert.objects.filter(case=None, is_current=True).order_by("-pk")[:limit])


def evidence_of(case: InsiderCase) -> list[InsiderEvent]:
    """The newest events behind the alerts of a case."""
    ids = InsiderEvidence.objects.filter(alert__case=case).values("event")
    return list(InsiderEvent.objects.filter(pk__in=ids).order_by("-at", "-id")[:EVIDENCE_SHOWN])


def rows_behind(events: Sequence[InsiderEvent]) -> dict[tuple[str, int], Read | Listing]:
    """The rows of the records behind events, where the overseer may see them."""
    by_log = {
        log: [each.log_id for each in events if each.log == log]
        for log in (InsiderLog.READ, InsiderLog.LIST)
    }
    found: dict[tuple[str, int], Read | Listing] = {}
    for read in Read.objects.filter(pk__in=by_log[InsiderLog.READ]):
        found[InsiderLog.READ, read.pk] = read
    for listing in Listing.objects.filter(pk__in=by_log[InsiderLog.LIST]):
        found[InsiderLog.LIST, listing.pk] = listing
    return found


def reader_names(refs: Iterable[UUID]) -> dict[UUID, str]:
    """Names of people and programs by reference."""
    wanted = set(refs)
    names = dict(ApiClient.objects.filter(ref__in=wanted).values_list("ref", "name"))
    return names | dict(User.objects.filter(ref__in=wanted).values_list("ref", "name"))
