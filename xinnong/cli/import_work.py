"""Imports over one or two processes: a class stays within one, so that none waits for another."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils import timezone

from xinnong.analytics.reading.delivery import name_parts
from xinnong.config import environment

ALONE_BYTES: Final = 24 << 20
ALONE_FILES: Final = 8
"""Below both, one process is through before a second has started."""
POLL_SECONDS: Final = 0.5
STDOUT: Final = 1
MISSING: Final = "_missing_columns"
"""Key of what is said in words only; it is no part of the JSON object."""


@dataclass(frozen=True, slots=True)
class Options:
    """What holds for all files of one command."""

    class_name: str = ""
    as_of: date | None = None
    validate_only: bool = False
    errors: Path | None = None


class Hearer(Protocol):
    """Whoever wants to know how it goes."""

    def result(self, found: dict[str, Any]) -> None:
        """One file is through."""

    def progress(self, done: int, total: int) -> None:
        """Bytes done of all bytes."""


def take_in_all(paths: Sequence[Path], options: Options, *, processes: int, hear: Hearer) -> None:
    """Import every path; results are heard as files finish, each file exactly once."""
    listed = spread(paths)
    total = sum(map(_size, listed))
    groups = grouped(listed)
    is_small = total < ALONE_BYTES and len(listed) < ALONE_FILES
    if processes == 1 or is_small or len(groups) == 1:
        _take_in_here(groups, options, total, hear)
    else:
        _take_in_apart(groups, options, total, processes, hear)


def spread(paths: Iterable[Path]) -> list[Path]:
    """Folders become the files directly in them, in name order."""
    listed: list[Path] = []
    for path in paths:
        is_folder = path.is_dir() and not path.is_symlink()
        inside = sorted(p for p in path.iterdir() if not p.is_dir()) if is_folder else [path]
        listed += [one for one in inside if not is_folder or not one.name.startswith(".")]
    return listed


def grouped(paths: Iterable[Path]) -> list[list[Path]]:
    """Paths of one class together, by date and name; the largest group first."""
    groups: dict[str, list[tuple[date, Path]]] = defaultdict(list)
    for path in paths:
        class_name, as_of = name_parts(path.name)
        groups[class_name or str(path)].append((as_of or date.min, path))
    ordered = [[path for _, path in sorted(group)] for group in groups.values()]
    return sorted(ordered, key=lambda group: -sum(map(_size, group)))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _take_in_here(groups: list[list[Path]], options: Options, total: int, hear: Hearer) -> None:
    done = 0
    for path in (path for group in groups for path in group):
        before = done

        def note(within: int, before: int = before) -> None:
            hear.progress(before + within, total)

        take_in(path, options, result=hear.result, progress=note)
        done += _size(path)
    hear.progress(total, total)


def take_in(
    path: Path,
    options: Options,
    *,
    result: Callable[[dict[str, Any]], None],
    progress: Callable[[int], None],
) -> None:
    """Import one path; `progress` hears bytes of the path, `result` one object per file in it."""
    from xinnong.sources.importing import Order, check_file, opened
    from xinnong.sources.services import Deliverer

    order = Order(
        deliverer=Deliverer.installation(),
        clock=timezone.now,
        class_option=options.class_name,
        as_of_option=options.as_of,
        validate_only=options.validate_only,
    )
    size = _size(path)
    with opened(path) as files:
        for number, file in enumerate(files):
            part = _Part(size, number, len(files), progress)
            for batch in check_file(file, order, part):
                result(_described(batch, options))


@dataclass(frozen=True, slots=True)
class _Part:
    """Progress within one file as bytes of the path it came in."""

    size: int
    number: int
    count: int
    progress: Callable[[int], None]

    def __call__(self, done: int, total: int) -> None:
        share = self.size // self.count
        within = share * min(done, total) // total if total else 0
        self.progress(share * self.number + within)


def _described(batch: Any, options: Options) -> dict[str, Any]:
    """The object that decisions on commands promise, and beside it what only the words say."""
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.sources.error_files import kept_error_file
    from xinnong.sources.models import BatchReason

    folder = options.errors or Path(settings.XINNONG_DATA) / "returned"
    with scoped(SYSTEM):
        reasons = batch.codes.filter(kind=BatchReason.Kind.REASON).order_by("-rows", "code")
        return {
            "file": batch.file,
            "class": batch.class_name or None,
            "as_of": batch.as_of.isoformat() if batch.as_of else None,
            "read": batch.read,
            "accepted": batch.accepted,
            "repaired": batch.repaired,
            "quarantined": batch.quarantined,
            "duplicate": batch.duplicate,
            "refused": batch.refused or None,
            "reasons": dict(reasons.values_list("code", "rows")),
            "error_file": kept_error_file(batch, folder),
            MISSING: batch.missing_columns,
        }


# ---------------------------------------------------------------- two processes


def _take_in_apart(
    groups: list[list[Path]], options: Options, total: int, processes: int, hear: Hearer
) -> None:
    """Workers take groups from one queue and tell what they did through another."""
    context = multiprocessing.get_context("spawn")
    waiting, told = context.Queue(), context.Queue()
    for group in groups:
        waiting.put(group)
    for _ in range(processes):
        waiting.put(None)
    workers = [
        context.Process(target=_work, args=(waiting, told, options), daemon=True)
        for _ in range(processes)
    ]
    with _deaf_to_ctrl_c():
        for worker in workers:
            worker.start()
    try:
        unheard = _listen(told, workers, {p for group in groups for p in group}, total, hear)
        for worker in workers:
            worker.join(timeout=5)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join(timeout=5)
    for path in sorted(unheard):
        hear.result(_unfinished(path))


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started inside leave Ctrl-C to the parent, which ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _listen(
    told: Any, workers: Sequence[Any], open_paths: set[Path], total: int, hear: Hearer
) -> set[Path]:
    """Pass on what workers tell until all is done or all have ended; returns what is left."""
    within: dict[Path, int] = {}
    while open_paths:
        try:
            kind, path, value = told.get(timeout=POLL_SECONDS)
        except queue.Empty:
            if any(worker.is_alive() for worker in workers):
                continue
            break
        if kind == "result":
            hear.result(value)
            continue
        within[path] = _size(path) if kind == "done" else value
        if kind == "done":
            open_paths.discard(path)
        hear.progress(sum(within.values()), total)
    return open_paths


def _tell(told: Any, what: str, path: Path, value: object) -> None:
    """Send one message to the parent."""
    told.put((what, path, value))


def _work(waiting: Any, told: Any, options: Options) -> None:
    """One worker process."""
    _set_up()
    while (group := waiting.get()) is not None:
        for path in group:
            take_in(
                path,
                options,
                result=partial(_tell, told, "result", path),
                progress=partial(_tell, told, "progress", path),
            )
            told.put(("done", path, 0))


def _set_up() -> None:
    """Make a worker ready; it speaks through its queue alone.

    DuckDB takes a spawned process for an interactive one and would draw bars on stdout, which
    belongs to the answers of the command.
    """
    import django

    from xinnong.config import logging

    log_file = os.environ.get("XINNONG_LOG_FILE", "")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, STDOUT)
    logging.configure(environment.value("XINNONG_LOG_LEVEL", "INFO"), log_file)
    django.setup()


def _unfinished(path: Path) -> dict[str, Any]:
    """A file whose worker was killed."""
    class_name, as_of = name_parts(path.name)
    counts = dict.fromkeys(("read", "accepted", "repaired", "quarantined", "duplicate"), 0)
    return {
        "file": path.name,
        "class": class_name,
        "as_of": as_of.isoformat() if as_of else None,
        **counts,
        "refused": "batch.interrupted",
        "reasons": {},
        "error_file": None,
    }
