"""Carry the tables of a finished computation into PostgreSQL, all in one transaction."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import duckdb
from django.db import connections, transaction

from xinnong.analytics.engine import Stage, peak_mb, quoted, reset_peak
from xinnong.analytics.loading import Loader
from xinnong.audit.services import record
from xinnong.credit.services import publish_lines
from xinnong.credit.services.archiving import archive_run
from xinnong.insight.services import publish_summaries
from xinnong.pipelines.services.computing import Computed, OnStage
from xinnong.pipelines.services.inputs import Documents
from xinnong.pipelines.services.planting import lay_out_canaries
from xinnong.profiles.queries import facts_folder, facts_root
from xinnong.profiles.services import (
    publish_completeness,
    publish_contested,
    publish_medians,
    publish_profiles,
)
from xinnong.registry.models import Run, RunStage, RunState
from xinnong.registry.services import (
    publish_households,
    publish_identities,
    publish_memberships,
    publish_organisations,
    publish_pending,
    publish_persons,
)
from xinnong.scoring.services import publish_scores

BATCH = "batch"
KEPT_RUNS = 6
KEPT_FACTS = 2


def publish(
    run: Run,
    computed: Computed,
    documents: Documents,
    *,
    actor: UUID,
    clock: Callable[[], datetime],
    on_stage: OnStage,
) -> None:
    """Write parties and results, make the run current and write its audit row.

    Readers see the run before until the transaction commits.
    """
    stages = list(computed.stages)
    with (
        transaction.atomic(using=BATCH),
        connections[BATCH].cursor() as cursor,
        _tables(computed) as duck,
    ):
        loader = Loader(duck, cursor, computed.folder)  # type: ignore[arg-type]  # Django's wrapper
        households, persons = _publish_parties(loader, run, stages, on_stage)
        with _measured("pending_links", stages, on_stage) as rows:
            rows.append(publish_pending(loader, now=clock()))
        with _measured("publish", stages, on_stage) as rows:
            rows.append(_publish_results(loader, run, documents))
            lay_out_canaries(run)
        with _measured("statistics", stages, on_stage):
            cursor.execute("SELECT gather_statistics()")
        _place_facts(computed, run)
        _close(run, stages, households=households, persons=persons, now=clock())
        record(
            actor=actor,
            action="pipelines.refresh",
            at=clock(),
            run_id=run.pk,
            counts={"households": households, "persons": persons, "batches": run.batches},
            checksum=run.input_sha256,
            using=BATCH,
        )


def _place_facts(computed: Computed, run: Run) -> None:
    """Put the facts where pages look them up; without the commit nobody looks there."""
    target = facts_folder(run.pk)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(computed.facts, target)


@contextmanager
def _tables(computed: Computed) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection in which every result table can be read by its name."""
    duck = duckdb.connect(config=dict(computed.limits))
    try:
        for name, path in computed.tables.items():
            duck.execute(
                f"CREATE VIEW {name} AS SELECT * FROM read_parquet({quoted(path)})"
            ).fetchall()
        yield duck
    finally:
        duck.close()


def _publish_parties(
    loader: Loader, run: Run, stages: list[Stage], on_stage: OnStage
) -> tuple[int, int]:
    with _measured("publish_parties", stages, on_stage) as rows:
        households = publish_households(loader, run_id=run.pk)
        persons = publish_persons(loader)
        publish_memberships(loader, run_id=run.pk)
        organisations = publish_organisations(loader, run_id=run.pk)
        rows.append(households + persons + organisations)
    with _measured("publish_vault", stages, on_stage) as rows:
        rows.append(publish_identities(loader))
    return households, persons


def _publish_results(loader: Loader, run: Run, documents: Documents) -> int:
    rows = publish_profiles(loader, run_id=run.pk)
    rows += publish_contested(loader, run_id=run.pk)
    rows += publish_medians(loader, run_id=run.pk)
    rows += publish_completeness(loader, run_id=run.pk)
    rows += publish_scores(
        loader, card=documents.card, run_id=run.pk, scorecard_id=documents.card_id
    )
    rows += publish_lines(loader, run_id=run.pk, policy_id=documents.policy_id)
    publish_summaries(loader, run_id=run.pk)
    return rows


def _close(run: Run, stages: list[Stage], *, households: int, persons: int, now: datetime) -> None:
    """Make `run` the current one and keep what its stages cost."""
    current = Run.objects.using(BATCH).filter(state=RunState.CURRENT)
    current.update(state=RunState.PAST)
    Run.objects.using(BATCH).filter(pk=run.pk).update(
        state=RunState.CURRENT, finished_at=now, households=households, persons=persons
    )
    RunStage.objects.using(BATCH).bulk_create(
        RunStage(
            run=run,
            position=position,
            name=stage.name,
            seconds=Decimal(str(stage.seconds)),
            rows=stage.rows,
            peak_mb=stage.peak_mb,
        )
        for position, stage in enumerate(stages)
    )


@contextmanager
def _measured(name: str, stages: list[Stage], on_stage: OnStage) -> Iterator[list[int]]:
    """Time the block as one more stage; the block appends the rows it moved."""
    started, rows = time.perf_counter(), list[int]()
    reset_peak()
    yield rows
    stage = Stage(name, round(time.perf_counter() - started, 3), sum(rows), peak_mb())
    stages.append(stage)
    on_stage(stage.name, len(stages), len(stages))


def forget_old_runs() -> int:
    """Archive and delete the results of runs older than the newest KEPT_RUNS.

    Parties keep the number of the run in which they changed, so a run that is still named by one
    stays, without its results.
    """
    kept = list(
        Run.objects.using(BATCH)
        .filter(state__in=[RunState.CURRENT, RunState.PAST])
        .order_by("-pk")
        .values_list("pk", flat=True)[:KEPT_RUNS]
    )
    _forget_facts(kept[:KEPT_FACTS])
    for run_id in Run.objects.using(BATCH).exclude(pk__in=kept).values_list("pk", flat=True):
        archive_run(run_id, using=BATCH)
    deleted = 0
    for table in RESULT_TABLES:
        with connections[BATCH].cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE run_id <> ALL(%s)", [kept])
            deleted += cursor.rowcount
    return deleted


def _forget_facts(kept: Sequence[int]) -> None:
    """Remove the facts of runs that pages no longer open."""
    names = {str(pk) for pk in kept}
    for folder in facts_root().iterdir():
        if folder.name not in names:
            shutil.rmtree(folder, ignore_errors=True)


RESULT_TABLES = (
    "profiles_profile",
    "profiles_contestedfact",
    "profiles_dimensionmedian",
    "profiles_sourcecompleteness",
    "scoring_score",
    "credit_line",
    "insight_areasummary",
    "insight_gradecount",
    "insight_lineband",
)
