"""Run the engine over the live batches, outside any transaction."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast

from django.conf import settings

from xinnong.analytics.engine import Stage
from xinnong.analytics.lake import seal_context
from xinnong.analytics.linking.live import LakeFile
from xinnong.analytics.refresh import refresh
from xinnong.analytics.sealing import unseal_file
from xinnong.pipelines.services import inputs
from xinnong.pipelines.services.inputs import Documents
from xinnong.pipelines.services.pending import write_pending
from xinnong.registry.queries import next_household_number
from xinnong.sources.keys import lake_keys
from xinnong.sources.queries import LiveFile
from xinnong.sources.recipients import lender_codes

Mode = Literal["full", "delta"]
OnStage = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Computed:
    """Result tables of a computation as Parquet files, and what they cost."""

    folder: Path
    tables: Mapping[str, Path]
    stages: Sequence[Stage]
    limits: dict[str, str]
    facts: Path

    def clear(self) -> None:
        """Remove the working files; names and identities pass through them."""
        shutil.rmtree(self.folder, ignore_errors=True)


def compute(
    files: Sequence[LiveFile],
    *,
    as_of: date,
    documents: Documents,
    known_at: datetime | None,
    on_stage: OnStage,
) -> Computed:
    """Compute the county; work stays private and is taken up again after an interruption."""
    folder = inputs.work_folder()
    inputs.write_areas(folder / "areas.parquet")
    inputs.write_previous_linkage(folder / "previous.parquet", using=inputs.BATCH)
    lake = Path(settings.XINNONG_LAKE)
    _write_pending(files, lake, folder / "pending.parquet", as_of=as_of, known_at=known_at)
    limits = engine_limits()
    result = refresh(
        batches=[_in_lake(file, lake) for file in files if file.path],
        as_of=as_of,
        workdir=folder,
        unseal=unseal_segment,
        previous=folder / "previous.parquet",
        next_household_no=next_household_number(using=inputs.BATCH),
        areas=folder / "areas.parquet",
        lenders=lender_codes(),
        card=documents.card,
        policy=documents.policy,
        memory_limit=limits["memory_limit"],
        threads=int(limits["threads"]),
        known_at=known_at,
        on_stage=on_stage,
    )
    tables = {**result.tables, "pending": folder / "pending.parquet"}
    return Computed(folder, tables, result.stages, limits, result.facts)


def _write_pending(
    files: Sequence[LiveFile], lake: Path, target: Path, *, as_of: date, known_at: datetime | None
) -> None:
    """Gather the rows that wait; a replaced delivery counts even where it brought no waiting row."""
    batches = [(_in_lake(file, lake), lake / file.pending_path) for file in files]
    write_pending(batches, target, as_of=as_of, known_at=known_at)


def engine_limits() -> dict[str, str]:
    """Memory and threads the batch engine may use in this installation."""
    threads = settings.XINNONG_THREADS or os.cpu_count() or 1
    return {"memory_limit": settings.XINNONG_MEMORY_LIMIT, "threads": str(threads)}


def unseal_segment(sealed: Path, clear: Path) -> None:
    """Open the vault segment of a batch; its place in the lake says what it was sealed as."""
    context = seal_context("vault", class_name=sealed.parent.name, batch=int(sealed.stem))
    unseal_file(sealed, clear, keys=lake_keys(), context=context)


def _in_lake(file: LiveFile, lake: Path) -> LakeFile:
    """A live batch as the engine takes it, with whole paths."""
    vault = lake / file.vault_path if file.vault_path else None
    mode = cast("Mode", file.mode)
    return LakeFile(
        file.batch, file.class_name, lake / file.path, vault, file.as_of, file.loaded_at, mode
    )
