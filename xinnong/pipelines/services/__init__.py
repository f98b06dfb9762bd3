"""The county refresh: live batches in, one published run out.

One refresh at a time (an advisory lock of the batch connection). The engine works outside any
transaction on immutable files; its results are published in one. A run that fails is kept with a
fault number and changes nothing that people see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connections

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.ctrl_c import was_pressed
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Refused
from xinnong.pipelines.services import inputs
from xinnong.pipelines.services.computing import compute
from xinnong.pipelines.services.planting import lay_out_waiting
from xinnong.pipelines.services.publishing import BATCH, forget_old_runs, publish
from xinnong.registry.models import INTERRUPTED, Run, RunStage, RunState
from xinnong.sources.queries import LiveFile

LOCK_KEY = 339_981_001

OnStage = Callable[[str, int, int], None]


class RefreshRunning(Refused):
    """Another refresh holds the lock; wait for it to end."""

    code = "refresh.running"


class NothingDelivered(Refused):
    """No live batch of the population register exists by that date: nobody to profile."""

    code = "refresh.nothing_delivered"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh did, as `xinnong refresh --json` prints it."""

    run: int
    as_of: date
    batches: int
    households: int
    persons: int
    stages: Sequence[RunStage]
    status: str


def refresh_county(
    *,
    actor: UUID,
    clock: Callable[[], datetime],
    as_of: date,
    known_at: datetime | None = None,
    on_stage: OnStage,
) -> Refreshed:
    """Link, profile, score and line every household of the county, and make the result current.

    Guarantees: one refresh at a time; either everything of the run becomes visible in one
    transaction with its audit row, or nothing does; the same batches give the same results.
    Refuses `refresh.running` and `refresh.nothing_delivered`.
    """
    with _alone(), scoped(SYSTEM):
        files = inputs.live_files(known_at=known_at)
        if not any(file.class_name == "person" and file.as_of <= as_of for file in files):
            raise NothingDelivered
        documents = inputs.documents_in_force(as_of, now=clock())
        run = _open_run(clock(), as_of, known_at, files, documents)
        try:
            computed = compute(
                files, as_of=as_of, documents=documents, known_at=known_at, on_stage=on_stage
            )
            publish(run, computed, documents, actor=actor, clock=clock, on_stage=on_stage)
        except BaseException as fault:
            _fail(run, clock(), fault)
            raise
        forget_old_runs()
        computed.clear()
    return _report(run)


def plant_waiting() -> int:
    """Lay out planted households that were decided on; 0 while a refresh runs, which does it itself."""
    try:
        with _alone(), scoped(SYSTEM):
            return lay_out_waiting()
    except RefreshRunning:
        return 0


def _report(run: Run) -> Refreshed:
    run.refresh_from_db(using=BATCH)
    stages = list(RunStage.objects.using(BATCH).filter(run=run))
    return Refreshed(run.pk, run.as_of, run.batches, run.households, run.persons, stages, run.state)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the county's refresh lock, on the connection that publishes."""
    with connections[BATCH].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY])
        if not cursor.fetchone()[0]:
            raise RefreshRunning
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK_KEY])


def _open_run(
    now: datetime,
    as_of: date,
    known_at: datetime | None,
    files: Sequence[LiveFile],
    documents: inputs.Documents,
) -> Run:
    """Note that a run began; runs left behind by a kill are closed first."""
    Run.objects.using(BATCH).filter(state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=now, fault=INTERRUPTED
    )
    return Run.objects.using(BATCH).create(
        ref=new_ref(),
        as_of=as_of,
        known_at=known_at or now,
        state=RunState.RUNNING,
        batches=len(files),
        card_sha256=documents.card.sha256,
        policy_sha256=documents.policy.sha256,
        input_sha256=inputs.inputs_digest(files, as_of=as_of, documents=documents),
        started_at=now,
    )


def _fail(run: Run, now: datetime, fault: BaseException) -> None:
    why = INTERRUPTED if was_pressed(fault) else type(fault).__name__[:64]
    Run.objects.using(BATCH).filter(pk=run.pk, state=RunState.RUNNING).update(
        state=RunState.FAILED, finished_at=now, fault=why
    )
