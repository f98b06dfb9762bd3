"""From one delivered file to checked, hashed, sealed files that wait for their place in the lake."""

from __future__ import annotations

import errno
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from xinnong.analytics.checking.chunks import Desk, Stamp
from xinnong.analytics.checking.error_file import REASON_HEADERS, ErrorFile, new_error_file
from xinnong.analytics.checking.reference import Layout
from xinnong.analytics.checking.report import IngestReport
from xinnong.analytics.checking.statement import Check
from xinnong.analytics.contracts import Contract
from xinnong.analytics.lake import LakeFile, LakePaths, Part, Staged, seal_context
from xinnong.analytics.reading.delivery import DeliveredFile, open_source
from xinnong.analytics.reading.headers import Mapped
from xinnong.analytics.reading.refusing import FileRefused
from xinnong.analytics.reading.sources import Chunk, Source
from xinnong.analytics.sealing import Keys, seal_file

AreaTable = Mapping[str, str | None]
"""12-digit codes of county, towns and villages; a retired one names its successor."""

Progress = Callable[[int, int], None]


class Interrupted(Exception):
    """Raised by a progress callback to stop an import; the file ends as `batch.interrupted`."""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything an import is asked."""

    source: DeliveredFile
    contract: Contract
    stamp: Stamp
    keys: Keys
    out: LakePaths
    earlier: Sequence[LakeFile]
    areas: AreaTable | None
    counties: frozenset[str] | None
    recipients: frozenset[str] | None
    previous_rows: int | None
    validate_only: bool
    progress: Progress


def ingest(
    source: DeliveredFile,
    *,
    contract: Contract,
    as_of: date,
    batch: int,
    keys: Keys,
    out: LakePaths,
    loaded_at: datetime,
    earlier: Sequence[LakeFile] = (),
    areas: AreaTable | None = None,
    counties: Iterable[str] | None = None,
    recipients: Iterable[str] | None = None,
    previous_rows: int | None = None,
    validate_only: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> IngestReport:
    """Read, check and prepare one file; nothing enters the lake before `lake.publish`.

    `earlier` are the live lake files of the class; those of the same as-of date decide what is a
    duplicate or a key conflict. `areas` and `counties` switch on the remarks and repairs that
    need them; `recipients`, the institutions to which consent can be given, on the refusal of rows
    that name any other. `previous_rows` is the row count of the class's last full delivery, for the band.
    `progress` hears (bytes done, bytes in all) per chunk and may raise Interrupted. A refusal of
    the whole file comes back in the report; other exceptions are faults of this machine.
    """
    request = Request(
        source, contract, Stamp(batch, as_of, loaded_at), keys, out,
        [file for file in earlier if file.as_of == as_of and file.class_name == contract.name],
        areas, _set(counties), _set(recipients),
        previous_rows, validate_only, progress,
    )  # fmt: skip
    started = time.monotonic()
    report = _attempt(request)
    return replace(report, seconds=round(time.monotonic() - started, 3))


def _set(codes: Iterable[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


def _attempt(request: Request) -> IngestReport:
    stamp = request.stamp
    empty = IngestReport(request.source.name, request.contract.name, stamp.as_of)
    if request.source.refused:
        return replace(
            empty, refused=request.source.refused, refused_params=request.source.refused_params
        )
    folder = request.out.staging(stamp.batch)
    try:
        return _Intake(request, folder).run(empty)
    except FileRefused as refused:
        report = replace(
            empty, refused=refused.code, refused_params=dict(refused.params),
            missing_columns=refused.missing,
        )  # fmt: skip
    except Interrupted:
        report = replace(empty, refused="batch.interrupted")
    except (duckdb.Error, MemoryError) as fault:
        report = replace(empty, refused="file.fault", refused_params={"error": _told(fault)})
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise
        report = replace(empty, refused="file.unreadable")
    request.out.clear(stamp.batch)
    return report


def _told(fault: BaseException) -> str:
    """Name a fault without its message, which may quote the row."""
    return type(fault).__name__


class _Intake:
    """The run of one import."""

    def __init__(self, request: Request, folder: Path) -> None:
        self.request = request
        self.folder = folder
        self.errors: ErrorFile | None = None

    def run(self, empty: IngestReport) -> IngestReport:
        request = self.request
        before = _state_of(request.source.path)
        source = open_source(request.source, request.contract)
        mapped = source.mapped(request.contract)
        _refuse_missing(mapped)
        desk = self._desk(mapped)
        try:
            self._take_chunks(source, desk)
            _refuse_band(request, desk.counts.read, desk.rows_at_hand())
            staged = self._finish(desk)
            _refuse_changed(request.source.path, before)
        finally:
            desk.close()
        facts, counts = source.facts, desk.counts
        unknown = tuple(h for h in mapped.unknown if h not in REASON_HEADERS)
        remarks = Counter(counts.remarks) + facts.skipped
        remarks.update(dict.fromkeys(request.source.remarks, 1))
        if unknown:
            remarks["column.unknown"] = len(unknown)
        return replace(
            empty, read=counts.read, accepted=counts.accepted, repaired=counts.repaired,
            quarantined=counts.quarantined, duplicate=counts.duplicate,
            reasons=dict(counts.reasons), repairs=dict(counts.repairs), remarks=dict(remarks),
            unknown_columns=unknown, format=facts.format, encoding=facts.encoding,
            separator=facts.separator, sha256=facts.sha256, size_bytes=facts.size_bytes,
            staged=staged,
            error_format=self.errors.path.suffix.lstrip(".") if self.errors else "",
        )  # fmt: skip

    def _desk(self, mapped: Mapped) -> Desk:
        request = self.request
        check = Check(
            request.contract, Layout(mapped.width, mapped.positions),
            areas=request.areas is not None, counties=bool(request.counties),
            recipients=request.recipients is not None,
        )  # fmt: skip
        desk = Desk(self.folder, check, request.stamp, request.keys)
        if request.areas is not None:
            desk.know_areas(every_area(request.areas))
        if request.counties:
            desk.know_counties(request.counties)
        if request.recipients is not None:
            desk.know_recipients(request.recipients)
        desk.know_earlier([file.path for file in request.earlier])
        return desk

    def _take_chunks(self, source: Source, desk: Desk) -> None:
        chunks = source.chunks(self.folder)
        for number, chunk in enumerate(ahead(chunks)):
            if number:
                desk.remember()
            more = chunk.done_bytes < source.facts.size_bytes
            desk.take(chunk.path, chunk.rows, number, more=more)
            self._keep_errors(source, desk)
            self.request.progress(chunk.done_bytes, source.facts.size_bytes)
        if not desk.counts.read:
            raise FileRefused("file.no_rows")

    def _keep_errors(self, source: Source, desk: Desk) -> None:
        for row, line, reasons in desk.put_aside():
            if self.errors is None:
                self.errors = new_error_file(self.folder, source.facts, self.request.contract)
            self.errors.add(row, line, reasons)

    def _finish(self, desk: Desk) -> tuple[Staged, ...]:
        staged = []
        if self.errors is not None:
            self.errors.close()
            staged.append(self._sealed("errors", self.errors.path))
        if self.request.validate_only:
            return tuple(staged)
        with ThreadPoolExecutor(2) as aside:
            raw = aside.submit(self._sealed, "raw", self.request.source.path)
            staged += self._merged_parts(desk, aside)
            staged.append(raw.result())
        shutil.rmtree(self.folder / "spill", ignore_errors=True)
        return tuple(staged)

    def _merged_parts(self, desk: Desk, aside: ThreadPoolExecutor) -> list[Staged]:
        """Seal vault and pending rows in `aside` while what comes after them is merged."""
        parts: tuple[Part, ...] = ("vault", "pending")
        sealing = [
            aside.submit(self._sealed, part, whole)
            for part in parts
            if (whole := desk.merged(part)) is not None
        ]
        lake = desk.merged("lake")
        staged = [self._staged("lake", lake)] if lake is not None else []
        return staged + [sealed.result() for sealed in sealing]

    def _sealed(self, part: Part, clear: Path) -> Staged:
        request = self.request
        target = self.folder / f"{part}.sealed"
        context = seal_context(part, class_name=request.contract.name, batch=request.stamp.batch)
        seal_file(clear, target, keys=request.keys, context=context)
        if part != "raw":
            clear.unlink()
        return self._staged(part, target)

    def _staged(self, part: Part, temporary: Path) -> Staged:
        stamp = self.request.stamp
        final = self.request.out.place(
            part, class_name=self.request.contract.name, as_of=stamp.as_of, batch=stamp.batch
        )
        return Staged(part, temporary, final)


def ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Yield chunks while the next one is already being read in another thread."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk


def every_area(areas: AreaTable) -> dict[str, str | None]:
    """Add the 9-digit town and 6-digit county forms, and follow successors to the living one."""
    found: dict[str, str | None] = {}
    for code in areas:
        living, steps = code, 0
        while (new := areas.get(living)) is not None and steps < len(areas):
            living, steps = new, steps + 1
        found[code] = None if living == code else living
        if code.endswith("000"):
            found.setdefault(code[:9], None)
        if code.endswith("000000"):
            found.setdefault(code[:6], None)
    return found


def _refuse_missing(mapped: Mapped) -> None:
    if mapped.missing:
        code = "column.key_missing" if mapped.missing_key else "column.missing"
        raise FileRefused(code, missing=mapped.missing, columns="、".join(mapped.missing))


def _state_of(path: Path) -> tuple[int, int]:
    known = path.stat()
    return known.st_size, known.st_mtime_ns


def _refuse_changed(path: Path, before: tuple[int, int]) -> None:
    """Refuse a file that somebody was still writing: half of it was read, half of it kept."""
    if _state_of(path) != before:
        raise FileRefused("file.changed")


def _refuse_band(request: Request, read: int, at_hand: int) -> None:
    """Refuse an unbelievable number of rows.

    `at_hand` counts the rows of the class and date with this file: a full delivery may come in
    parts, and mended rows come back alone.
    """
    band = request.contract.band
    if read < band.min_rows:
        raise FileRefused("band.few", rows=read, limit=band.min_rows)
    previous = request.previous_rows
    if request.contract.mode != "full" or not previous:
        return
    ratio = Decimal(at_hand) / Decimal(previous)
    if ratio < band.low:
        raise FileRefused("band.shrunk", rows=at_hand, previous=previous)
    if ratio > band.high:
        raise FileRefused("band.grown", rows=at_hand, previous=previous)
