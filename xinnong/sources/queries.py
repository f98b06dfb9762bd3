"""Reads of deliveries and batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Max, Q, QuerySet, Sum
from django.utils import timezone

from xinnong.accounts.models import Actor
from xinnong.analytics.contracts import Contract, load_contracts
from xinnong.sources.departments import readable_classes
from xinnong.sources.models import Batch, BatchState, Delivery
from xinnong.sources.rounds import Arrival, Freshness, Round, freshness_of, rounds_of

PAGE_ROWS = 30
RECENT = 8
SHOWN_ROUNDS = 6
ANSWERING = (BatchState.LIVE, BatchState.UNCHANGED)
IN_THE_LAKE = Q(state=BatchState.LIVE)


@dataclass(frozen=True, slots=True)
class LiveFile:
    """One live batch as the engine reads it; paths are relative to the lake folder."""

    batch: int
    class_name: str
    path: str
    vault_path: str
    pending_path: str
    as_of: date
    loaded_at: datetime
    mode: str


@dataclass(frozen=True, slots=True)
class ClassStatus:
    """One class on the deliveries calendar."""

    contract: Contract
    newest: date | None
    freshness: Freshness
    rows: int
    rounds: Sequence[Round]


def visible_batches(actor: Actor) -> QuerySet[Batch]:
    """Reports this actor may read: of the own classes, and of whatever the institution sent."""
    seen = Q(class_name__in=readable_classes(actor))
    if actor.institution is not None:
        seen |= Q(institution=actor.institution)
    return Batch.objects.filter(seen)


def visible_deliveries(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries of the actor's institution; the actor's own where there is none."""
    if actor.institution is not None:
        return Delivery.objects.filter(institution=actor.institution)
    return Delivery.objects.filter(delivered_by=actor.ref)


def recent_deliveries(actor: Actor) -> list[Delivery]:
    """The latest few deliveries, newest first."""
    return list(visible_deliveries(actor).prefetch_related("batches").order_by("-pk")[:RECENT])


def batches_page(
    actor: Actor,
    *,
    class_name: str = "",
    state: str = "",
    before: int | None = None,
    since: int | None = None,
) -> list[Batch]:
    """One page of reports and one row more, newest first (keyset by batch number).

    Those `since` a known one come oldest first, as `web.paging.page_of` wants a page back.
    """
    found = visible_batches(actor).select_related("institution")
    found = found.order_by("-pk" if since is None else "pk")
    if class_name:
        found = found.filter(class_name=class_name)
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    if since is not None:
        found = found.filter(pk__gt=since)
    return list(found[: PAGE_ROWS + 1])


def live_batches(*, known_at: datetime | None = None) -> list[LiveFile]:
    """What the engine reads: every batch that is live, or was at the instant `known_at`.

    Ordered by class, date and batch number, so that the same set gives the same input.
    """
    found = Batch.objects.filter(live_at__isnull=False).exclude(lake_path="", pending_path="")
    if known_at is None:
        found = found.filter(IN_THE_LAKE)
    else:
        found = found.filter(live_at__lte=known_at).filter(
            Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=known_at)
        )
    return [_live_file(batch) for batch in found.order_by("class_name", "as_of", "pk")]


def _live_file(batch: Batch) -> LiveFile:
    assert batch.as_of is not None
    assert batch.live_at is not None
    return LiveFile(
        batch=batch.pk,
        class_name=batch.class_name,
        path=batch.lake_path,
        vault_path=batch.vault_path,
        pending_path=batch.pending_path,
        as_of=batch.as_of,
        loaded_at=batch.live_at,
        mode=load_contracts()[batch.class_name].mode,
    )


def live_of_date(class_name: str, as_of: date) -> list[Batch]:
    """Live batches of one class and date, in the order they came."""
    return list(
        Batch.objects.filter(IN_THE_LAKE, class_name=class_name, as_of=as_of).order_by("pk")
    )


def answering_batch(
    *, class_name: str, as_of: date, sha256: str, schema_version: str
) -> Batch | None:
    """The batch that already answered for exactly this file, or None.

    It answers only while everything it was compared with still stands: after a withdrawal the
    same file is checked afresh.
    """
    same = Batch.objects.filter(
        class_name=class_name,
        as_of=as_of,
        sha256=sha256,
        schema_version=schema_version,
        state__in=ANSWERING,
        validate_only=False,
        repeats__isnull=True,
    ).order_by("-pk")
    found = same.first()
    return found if found is not None and _still_stands(found) else None


def _still_stands(batch: Batch) -> bool:
    live = Batch.objects.filter(IN_THE_LAKE, pk__in=batch.earlier).count()
    return live == len(batch.earlier)


def rows_of_previous_date(class_name: str, as_of: date) -> int | None:
    """Rows live for the class on its latest date before `as_of`; None where there is none."""
    before = Batch.objects.filter(IN_THE_LAKE, class_name=class_name, as_of__lt=as_of)
    latest = before.aggregate(date=Max("as_of"))["date"]
    if latest is None:
        return None
    rows = before.filter(as_of=latest).aggregate(rows=Sum(F("accepted") + F("repaired")))["rows"]
    return int(rows or 0)


def relying_on(batch: Batch) -> QuerySet[Batch]:
    """Live batches that left rows out because this batch already held them."""
    return Batch.objects.filter(IN_THE_LAKE, earlier__contains=[batch.pk], duplicate__gt=0)


def referenced_paths() -> frozenset[str]:
    """Every lake path some batch names."""
    columns = ("lake_path", "vault_path", "errors_path", "pending_path", "raw_path")
    rows = Batch.objects.values_list(*columns)
    return frozenset(path for row in rows.iterator() for path in row if path)


def delivery_by_ref(actor: Actor, ref: UUID) -> Delivery | None:
    """The delivery, if this actor may see it."""
    return visible_deliveries(actor).filter(ref=ref).first()


def freshness(class_names: Iterable[str], *, today: date) -> dict[str, ClassStatus]:
    """Freshness and the latest rounds of each class, in the order of the contracts."""
    wanted = set(class_names)
    arrivals = _arrivals(wanted)
    rows = _live_rows(wanted)
    return {
        name: _status(contract, arrivals.get(name, []), rows.get(name, 0), today)
        for name, contract in load_contracts().items()
        if name in wanted
    }


def _status(contract: Contract, arrivals: Sequence[Arrival], rows: int, today: date) -> ClassStatus:
    newest = max((a.as_of for a in arrivals if a.holds), default=None)
    return ClassStatus(
        contract=contract,
        newest=newest,
        freshness=freshness_of(contract, newest, today=today),
        rows=rows,
        rounds=rounds_of(contract, arrivals, today=today, count=SHOWN_ROUNDS),
    )


def _arrivals(class_names: set[str]) -> Mapping[str, list[Arrival]]:
    states = [BatchState.LIVE, BatchState.REFUSED, BatchState.BROKEN]
    found = Batch.objects.filter(
        class_name__in=class_names, as_of__isnull=False, validate_only=False, state__in=states
    )
    arrivals: dict[str, list[Arrival]] = defaultdict(list)
    for name, as_of, received_at, state, ref in found.values_list(
        "class_name", "as_of", "received_at", "state", "ref"
    ):
        assert as_of is not None
        holds = state == BatchState.LIVE
        received_on = timezone.localdate(received_at)
        arrivals[name].append(Arrival(as_of, received_on, holds, str(ref)))
    return arrivals


def _live_rows(class_names: set[str]) -> dict[str, int]:
    found = Batch.objects.filter(IN_THE_LAKE, class_name__in=class_names)
    counted = found.values("class_name").annotate(rows=Sum(F("accepted") + F("repaired")))
    return {row["class_name"]: int(row["rows"]) for row in counted}
