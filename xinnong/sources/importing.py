"""Check delivered files outside any transaction, then commit what they brought.

A file goes: class and date → lock of the class → batch number → check into staging → final names →
live. A process that dies anywhere leaves a batch in `checking` that the next import of the class
closes, and files that nobody names, which are swept after a day.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from django.conf import settings
from django.utils import timezone

from xinnong.accounts.scope import scoped
from xinnong.analytics.checking.ingest import ingest
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.contracts import load_contracts
from xinnong.analytics.contracts.export import contract_json
from xinnong.analytics.lake import LakeFile, LakePaths, Staged, publish
from xinnong.analytics.reading.delivery import DeliveredFile, Identified, identify, open_delivery
from xinnong.analytics.reading.sources import sha256_of
from xinnong.sources import services
from xinnong.sources.areas import area_table
from xinnong.sources.keys import lake_keys
from xinnong.sources.locks import assert_held, class_lock
from xinnong.sources.models import Batch, Delivery
from xinnong.sources.queries import answering_batch, live_of_date, rows_of_previous_date
from xinnong.sources.recipients import consent_recipients
from xinnong.sources.services import Deliverer, FileFacts, StoredPaths, Turned
from xinnong.sources.storage import lake

logger = structlog.get_logger("xinnong.sources")

VERSION_DIGITS: Final = 16
Clock = Callable[[], datetime]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """How files are to be taken in, and for whom."""

    deliverer: Deliverer
    clock: Clock
    class_option: str = ""
    as_of_option: date | None = None
    validate_only: bool = False
    delivery: Delivery | None = None


@contextmanager
def opened(path: Path) -> Iterator[Sequence[DeliveredFile]]:
    """The files of one path; members of an archive are unpacked for as long as the block runs."""
    folder = Path(settings.XINNONG_WORK) / "unpacked"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as workdir:
        yield open_delivery(path, workdir=Path(workdir))


def check_file(file: DeliveredFile, order: Order, progress: Progress) -> list[Batch]:
    """Check one file and keep its report; a workbook of the household form gives four.

    Nothing is raised for a bad file: it comes back refused. A fault of ours is logged and comes
    back as file.fault, except where the whole process ends.
    """
    found = identify(file, class_name=order.class_option or None, as_of=order.as_of_option)
    return [_check(one, order, progress) for one in found]


def _check(found: Identified, order: Order, progress: Progress) -> Batch:
    refusal = _refusal_of(found, order)
    facts = _facts(found)
    if refusal is not None:
        return _record_refusal(facts, refusal, order)
    with class_lock(found.class_name):
        return _check_alone(found.file, facts, order, progress)


def _refusal_of(found: Identified, order: Order) -> Turned | None:
    """What can be said before the file is read."""
    if found.refused:
        return Turned(found.refused, found.refused_params)
    if found.class_name not in order.deliverer.classes:
        return Turned("class.not_yours", {"class_name": found.class_name})
    if found.as_of is not None and found.as_of > timezone.localdate(order.clock()):
        return Turned("as_of.future")
    return None


def _record_refusal(facts: FileFacts, refusal: Turned, order: Order) -> Batch:
    with scoped(order.deliverer.scope):
        return services.record_refusal(
            facts=facts,
            refusal=refusal,
            deliverer=order.deliverer,
            delivery=order.delivery,
            validate_only=order.validate_only,
            now=order.clock(),
        )


def _facts(found: Identified) -> FileFacts:
    readable = not found.refused
    return FileFacts(
        file=found.file.name,
        class_name=found.class_name,
        as_of=found.as_of,
        sha256=sha256_of(found.file.path) if readable else "",
        size_bytes=found.file.path.stat().st_size if readable else 0,
        schema_version=schema_version(found.class_name) if readable else "",
    )


def schema_version(class_name: str) -> str:
    """Changes with every change of the class's contract, and of the register it asks."""
    contract = load_contracts()[class_name]
    asks = any(field.register for field in contract.fields)
    return _version(class_name, tuple(sorted(consent_recipients())) if asks else ())


@cache
def _version(class_name: str, register: tuple[str, ...]) -> str:
    told = [contract_json(load_contracts()[class_name]), *register]
    whole = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()[:VERSION_DIGITS]


def _check_alone(file: DeliveredFile, facts: FileFacts, order: Order, progress: Progress) -> Batch:
    """Answer from an earlier report, or check; the caller holds the lock of the class."""
    with scoped(order.deliverer.scope):
        services.mark_interrupted(
            class_name=facts.class_name, deliverer=order.deliverer, now=order.clock()
        )
        known = _answer(facts, order)
        if known is not None:
            return known
        assert facts.as_of is not None
        earlier = live_of_date(facts.class_name, facts.as_of)
        batch = services.open_batch(
            facts=facts,
            deliverer=order.deliverer,
            delivery=order.delivery,
            earlier=[one.pk for one in earlier],
            validate_only=order.validate_only,
            now=order.clock(),
        )
    return _check_opened(file, batch, earlier, order, progress)


def _answer(facts: FileFacts, order: Order) -> Batch | None:
    assert facts.as_of is not None
    before = answering_batch(
        class_name=facts.class_name,
        as_of=facts.as_of,
        sha256=facts.sha256,
        schema_version=facts.schema_version,
    )
    if before is None:
        return None
    return services.record_repeat(
        facts=facts,
        of=before,
        deliverer=order.deliverer,
        delivery=order.delivery,
        validate_only=order.validate_only,
        now=order.clock(),
    )


def _check_opened(
    file: DeliveredFile, batch: Batch, earlier: Sequence[Batch], order: Order, progress: Progress
) -> Batch:
    """Run the check outside any transaction and keep what it says; staging is always cleared."""
    places = LakePaths(lake())
    try:
        report = _ingest(file, batch, earlier, places, order, progress)
        if report.refused is None and report.sha256 != batch.sha256:
            report = replace(report, refused="file.changed")
        return _close(batch, report, order)
    except BaseException:
        with scoped(order.deliverer.scope):
            services.mark_broken(batch=batch, deliverer=order.deliverer, now=order.clock())
        raise
    finally:
        places.clear(batch.pk)


def _ingest(
    file: DeliveredFile,
    batch: Batch,
    earlier: Sequence[Batch],
    places: LakePaths,
    order: Order,
    progress: Progress,
) -> IngestReport:
    assert batch.as_of is not None
    return ingest(
        file,
        contract=load_contracts()[batch.class_name],
        as_of=batch.as_of,
        batch=batch.pk,
        keys=lake_keys(),
        out=places,
        loaded_at=order.clock(),
        earlier=[_lake_file(one) for one in earlier],
        areas=area_table(),
        recipients=consent_recipients(),
        previous_rows=_previous_rows(batch, order.deliverer),
        validate_only=batch.validate_only,
        progress=progress,
    )


def _previous_rows(batch: Batch, deliverer: Deliverer) -> int | None:
    assert batch.as_of is not None
    with scoped(deliverer.scope):
        return rows_of_previous_date(batch.class_name, batch.as_of)


def _lake_file(batch: Batch) -> LakeFile:
    assert batch.as_of is not None
    vault = lake() / batch.vault_path if batch.vault_path else None
    return LakeFile(batch.pk, batch.class_name, lake() / batch.lake_path, batch.as_of, vault)


def _close(batch: Batch, report: IngestReport, order: Order) -> Batch:
    """Put the files in place, then make the batch live: nothing reads them before."""
    staged = _worth_keeping(report)
    publish(staged)
    assert_held(batch.class_name)
    with scoped(order.deliverer.scope):
        if report.refused is not None:
            return services.refuse_batch(
                batch=batch,
                deliverer=order.deliverer,
                refusal=Turned(report.refused, report.refused_params, report.missing_columns),
                now=order.clock(),
            )
        return services.commit_batch(
            batch=batch,
            deliverer=order.deliverer,
            report=report,
            paths=_stored_paths(staged),
            seconds=Decimal(str(round(report.seconds, 3))),
            now=order.clock(),
        )


def _worth_keeping(report: IngestReport) -> Sequence[Staged]:
    """All files of a batch that brings something; of any other only the error file."""
    if report.refused is not None:
        return ()
    brings = report.accepted + report.repaired > 0 or report.path("pending") is not None
    return [item for item in report.staged if brings or item.part == "errors"]


def _stored_paths(staged: Sequence[Staged]) -> StoredPaths:
    found = {item.part: str(item.final.relative_to(lake())) for item in staged}
    return StoredPaths(**found)
