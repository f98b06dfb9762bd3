"""What a refresh reads: live batches, the areas, the last linkage, the published documents."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import duckdb
from django.conf import settings

from xinnong.analytics.engine import quoted
from xinnong.areas.models import Area
from xinnong.core.policy import Policy
from xinnong.core.policy_file import load_policy
from xinnong.core.scorecard import Scorecard
from xinnong.core.scorecard_file import load_card
from xinnong.credit.models import PublishedPolicy
from xinnong.credit.queries import effective_policy, shipped_policy
from xinnong.credit.services import publish_policy
from xinnong.lending.services import ship_products
from xinnong.registry.services import households_by_person_key
from xinnong.scoring.models import PublishedScorecard
from xinnong.scoring.queries import effective_scorecard, shipped_scorecard
from xinnong.scoring.services import publish_scorecard
from xinnong.sources.queries import LiveFile, live_batches

BATCH = "batch"
RELEASE_SIGNERS = (UUID(int=1), UUID(int=2))
"""Who signs the documents that come with a release: its author and its reviewer."""


@dataclass(frozen=True, slots=True)
class Documents:
    """The scorecard and policy a run uses, with the bytes they were signed as."""

    card: Scorecard
    card_bytes: bytes
    card_id: int
    policy: Policy
    policy_bytes: bytes
    policy_id: int


def live_files(*, known_at: datetime | None) -> list[LiveFile]:
    """Live batches, or those that were live at `known_at`."""
    return live_batches(known_at=known_at)


def inputs_digest(files: Sequence[LiveFile], *, as_of: date, documents: Documents) -> str:
    """SHA-256 over everything that decides the result of a run."""
    parts = [str(as_of), *(f"{file.batch}:{file.class_name}" for file in files)]
    digest = hashlib.sha256("\n".join(parts).encode())
    digest.update(documents.card_bytes)
    digest.update(documents.policy_bytes)
    return digest.hexdigest()


def write_areas(path: Path) -> None:
    """Write the area tree as Parquet: code, parent, level, retired_to."""
    rows = Area.objects.order_by("code").values_list(
        "code", "parent__code", "level", "retired_to__code"
    )
    source = path.with_suffix(".csv")
    with source.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows(rows)
    _to_parquet(
        source,
        path,
        {"code": "VARCHAR", "parent": "VARCHAR", "level": "VARCHAR", "retired_to": "VARCHAR"},
    )


def write_previous_linkage(path: Path, *, using: str) -> None:
    """Write the current membership as Parquet: household_no, person_key."""
    source = path.with_suffix(".csv")
    households_by_person_key(source, using=using)
    _to_parquet(source, path, {"household_no": "BIGINT", "person_key": "UUID"})


def _to_parquet(source: Path, path: Path, columns: dict[str, str]) -> None:
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    with duckdb.connect() as duck:
        duck.execute(
            f"COPY (SELECT * FROM read_csv({quoted(source)}, header = false, auto_detect = false, "
            f"columns = {{{declared}}})) TO {quoted(path)} (FORMAT parquet)"
        ).fetchall()
    source.unlink()


def work_folder() -> Path:
    """The private folder in which refreshes keep their steps."""
    folder = Path(settings.XINNONG_WORK) / "refresh"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def documents_in_force(on: date, *, now: datetime) -> Documents:
    """Scorecard and policy of a day; a new installation publishes the shipped ones, and products."""
    card = effective_scorecard(on=on, using=BATCH) or _ship_scorecard(now)
    policy = effective_policy(on=on, using=BATCH) or _ship_policy(now)
    ship_products(signers=RELEASE_SIGNERS, now=now, using=BATCH)
    card_bytes, policy_bytes = bytes(card.document), bytes(policy.document)
    return Documents(
        card=load_card(card_bytes, sha256=card.sha256),
        card_bytes=card_bytes,
        card_id=card.pk,
        policy=load_policy(policy_bytes, sha256=policy.sha256),
        policy_bytes=policy_bytes,
        policy_id=policy.pk,
    )


def _ship_scorecard(now: datetime) -> PublishedScorecard:
    data = shipped_scorecard()
    return publish_scorecard(
        card=load_card(data), document=data, signers=RELEASE_SIGNERS, now=now, using=BATCH
    )


def _ship_policy(now: datetime) -> PublishedPolicy:
    data = shipped_policy()
    return publish_policy(
        policy=load_policy(data), document=data, signers=RELEASE_SIGNERS, now=now, using=BATCH
    )
