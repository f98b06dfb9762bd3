"""The only writer of deliveries and batches; each function is one transaction with its audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.scope import SYSTEM, Scope
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.audit.services import SYSTEM_ACTOR, record
from xinnong.sources.departments import classes_of, lender_of
from xinnong.sources.models import (
    Batch,
    BatchReason,
    BatchState,
    Delivery,
)
from xinnong.sources.queries import relying_on
from xinnong.sources.refusals import BatchNotLive, BatchReliedOn, ReasonMissing

COLUMN_NAME_LENGTH = 128
COLUMNS_KEPT = 200
REASON_LENGTH = 200
FILE_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Who hands files in: a reference for the audit log, an institution, the classes allowed."""

    ref: UUID
    institution: Institution | None
    classes: frozenset[str]
    lender: str = ""

    @classmethod
    def of(cls, actor: Actor) -> Deliverer:
        """The deliverer that a signed-in user or an API client is."""
        classes = classes_of(actor)
        lenders = {lender_of(actor, name) for name in classes} - {""}
        return cls(actor.ref, actor.institution, classes, min(lenders, default=""))

    @property
    def scope(self) -> Scope:
        """What a check in the deliverer's name may see: everything it has to compare with."""
        return replace(SYSTEM, actor=self.ref)

    @classmethod
    def installation(cls) -> Deliverer:
        """Whoever runs commands on the machine itself."""
        return cls(SYSTEM_ACTOR, None, frozenset(load_contracts()))


@dataclass(frozen=True, slots=True)
class StoredPaths:
    """Where the files of a batch lie, relative to the lake; empty where there is none."""

    lake: str = ""
    vault: str = ""
    errors: str = ""
    pending: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before its rows are read."""

    file: str
    class_name: str = ""
    as_of: date | None = None
    sha256: str = ""
    size_bytes: int = 0
    schema_version: str = ""


@dataclass(frozen=True, slots=True)
class Turned:
    """A refusal: its code, what its words need, and the columns that were not there."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    missing: Sequence[str] = ()


@transaction.atomic
def open_batch(
    *,
    facts: FileFacts,
    deliverer: Deliverer,
    delivery: Delivery | None,
    earlier: Sequence[int],
    validate_only: bool,
    now: datetime,
) -> Batch:
    """Give the file a batch number; until it is committed nothing reads what is written."""
    batch = _new_batch(facts, deliverer, delivery, BatchState.CHECKING, validate_only, now)
    batch.earlier = list(earlier)
    batch.save(force_insert=True)
    return batch


@transaction.atomic
def commit_batch(
    *,
    batch: Batch,
    deliverer: Deliverer,
    report: IngestReport,
    paths: StoredPaths,
    seconds: Decimal,
    now: datetime,
) -> Batch:
    """Make a checked file live, or close it unchanged where it brought nothing new.

    The files behind `paths` are complete and synced to disk before this is called.
    """
    _fill(batch, report, paths, seconds)
    brings = batch.accepted + batch.repaired > 0 or paths.pending != ""
    if batch.validate_only:
        batch.state = BatchState.CHECKED
    elif brings:
        batch.state, batch.live_at = BatchState.LIVE, now
    else:
        batch.state = BatchState.UNCHANGED
    batch.save()
    _store_codes(batch, report)
    _audit(batch, deliverer, "sources.commit" if brings else "sources.check", now)
    return batch


@transaction.atomic
def refuse_batch(*, batch: Batch, deliverer: Deliverer, refusal: Turned, now: datetime) -> Batch:
    """Turn an opened batch back whole; none of its rows enters."""
    batch.state = BatchState.REFUSED
    batch.refused, batch.refused_params = refusal.code, plain(refusal.params)
    batch.missing_columns = _column_names(refusal.missing)
    batch.save()
    _audit(batch, deliverer, "sources.refuse", now)
    return batch


@transaction.atomic
def record_refusal(
    *,
    facts: FileFacts,
    refusal: Turned,
    deliverer: Deliverer,
    delivery: Delivery | None,
    validate_only: bool,
    now: datetime,
) -> Batch:
    """Keep the report of a file that was turned back before its rows were read."""
    batch = _new_batch(facts, deliverer, delivery, BatchState.REFUSED, validate_only, now)
    batch.refused, batch.refused_params = refusal.code, plain(refusal.params)
    batch.save(force_insert=True)
    _audit(batch, deliverer, "sources.refuse", now)
    return batch


@transaction.atomic
def record_repeat(
    *,
    facts: FileFacts,
    of: Batch,
    deliverer: Deliverer,
    delivery: Delivery | None,
    validate_only: bool,
    now: datetime,
) -> Batch:
    """Answer for a file that was delivered before, to the last byte: nothing enters again.

    Accepted and repaired are 0, quarantined rows are quarantined again, the rest are duplicates.
    """
    state = BatchState.CHECKED if validate_only else BatchState.UNCHANGED
    batch = _new_batch(facts, deliverer, delivery, state, validate_only, now)
    batch.repeats, batch.errors_path = of, of.errors_path
    batch.read, batch.quarantined = of.read, of.quarantined
    batch.duplicate = of.read - of.quarantined
    batch.format, batch.error_format = of.format, of.error_format
    batch.encoding, batch.separator = of.encoding, of.separator
    batch.unknown_columns, batch.missing_columns = of.unknown_columns, of.missing_columns
    batch.save(force_insert=True)
    kept = [BatchReason.Kind.REASON, BatchReason.Kind.REMARK]
    BatchReason.objects.bulk_create(
        BatchReason(
            batch=batch, lender=batch.lender, kind=line.kind, code=line.code, rows=line.rows
        )
        for line in of.codes.filter(kind__in=kept)
    )
    _audit(batch, deliverer, "sources.repeat", now)
    return batch


@transaction.atomic
def withdraw_batch(*, batch: Batch, actor: Actor, reason: str, now: datetime) -> Batch:
    """Take a live batch out of everything computed from now on; history keeps it.

    Refuses batch.not_live, withdrawal.reason_missing, and batch.relied_on where a later batch left
    rows out because this one holds them.
    """
    why = reason.strip()[:REASON_LENGTH]
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.state != BatchState.LIVE:
        raise BatchNotLive(state=held.state)
    if not why:
        raise ReasonMissing
    later = relying_on(held).order_by("pk").last()
    if later is not None:
        raise BatchReliedOn(file=later.file, batch=later.pk)
    held.state, held.withdrawn_at = BatchState.WITHDRAWN, now
    held.withdrawn_by, held.withdrawn_for = actor.ref, why
    held.save()
    rows = held.accepted + held.repaired
    record(actor=actor, action="sources.withdraw", at=now, subject=held.ref,
           counts={"batch": held.pk, "rows": rows}, checksum=held.sha256)  # fmt: skip
    return held


@transaction.atomic
def note_error_file_read(*, batch: Batch, actor: Actor, now: datetime) -> None:
    """Remember who took a department's turned-back rows off the machine."""
    record(actor=actor, action="sources.read-errors", at=now, subject=batch.ref,
           counts={"batch": batch.pk, "rows": batch.quarantined + batch.repaired})  # fmt: skip


@transaction.atomic
def mark_interrupted(*, class_name: str, deliverer: Deliverer, now: datetime) -> int:
    """Close what an ended process left in `checking`; the caller holds the lock of the class.

    Returns how many there were. The files can be delivered again at once.
    """
    left = Batch.objects.filter(
        class_name=class_name, state=BatchState.CHECKING, validate_only=False
    )
    for batch in left:
        mark_broken(batch=batch, deliverer=deliverer, now=now)
    return len(left)


@transaction.atomic
def mark_broken(*, batch: Batch, deliverer: Deliverer, now: datetime) -> None:
    """Close a check that ended without an answer; what it wrote is swept later."""
    batch.state = BatchState.BROKEN
    batch.save(update_fields=["state"])
    record(actor=deliverer, action="sources.break", at=now, subject=batch.ref,
           counts={"batch": batch.pk})  # fmt: skip


def _new_batch(
    facts: FileFacts,
    deliverer: Deliverer,
    delivery: Delivery | None,
    state: BatchState,
    validate_only: bool,  # noqa: FBT001 - private; every caller has it by name
    now: datetime,
) -> Batch:
    return Batch(
        delivery=delivery,
        file=facts.file,
        class_name=facts.class_name,
        as_of=facts.as_of,
        institution=deliverer.institution,
        lender=deliverer.lender,
        delivered_by=deliverer.ref,
        state=state,
        validate_only=validate_only,
        sha256=facts.sha256,
        size_bytes=facts.size_bytes,
        schema_version=facts.schema_version,
        received_at=now,
    )


def _fill(batch: Batch, report: IngestReport, paths: StoredPaths, seconds: Decimal) -> None:
    for name in ("read", "accepted", "repaired", "quarantined", "duplicate"):
        setattr(batch, name, getattr(report, name))
    batch.format, batch.error_format = report.format, report.error_format
    batch.encoding, batch.separator = report.encoding, report.separator
    batch.unknown_columns = _column_names(report.unknown_columns)
    batch.missing_columns = _column_names(report.missing_columns)
    batch.lake_path, batch.vault_path = paths.lake, paths.vault
    batch.errors_path, batch.pending_path = paths.errors, paths.pending
    batch.raw_path, batch.seconds = paths.raw, seconds


def _column_names(names: Sequence[str]) -> list[str]:
    """Names as PostgreSQL takes them: short, few, without NUL."""
    return [name.replace("\x00", "")[:COLUMN_NAME_LENGTH] for name in names[:COLUMNS_KEPT]]


def _store_codes(batch: Batch, report: IngestReport) -> None:
    kinds = {
        BatchReason.Kind.REASON: report.reasons,
        BatchReason.Kind.REPAIR: report.repairs,
        BatchReason.Kind.REMARK: report.remarks,
    }
    BatchReason.objects.bulk_create(
        BatchReason(batch=batch, lender=batch.lender, kind=kind, code=code, rows=rows)
        for kind, codes in kinds.items()
        for code, rows in codes.items()
    )


def _audit(batch: Batch, deliverer: Deliverer, action: str, now: datetime) -> None:
    counts = {
        "batch": batch.pk,
        "read": batch.read,
        "accepted": batch.accepted,
        "repaired": batch.repaired,
        "quarantined": batch.quarantined,
        "duplicate": batch.duplicate,
    }
    record(actor=deliverer, action=action, at=now, subject=batch.ref, counts=counts,
           checksum=batch.sha256)  # fmt: skip


def plain(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters as JSON keeps them."""
    return {
        key: value if isinstance(value, (int, str)) else str(value) for key, value in params.items()
    }
