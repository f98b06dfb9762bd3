"""The processes of one installation: started, found again after a kill, ended.

A process started here carries XINNONG_SUPERVISED=<data folder> in its environment, as do its
children. So they are found without pid files, which lie after a kill. Standard library only.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

MARK: Final = "XINNONG_SUPERVISED"
PR_SET_PDEATHSIG: Final = 1
END_SECONDS: Final = 8


class Restarts:
    """How often each service was started again of late; too often in a while, and it cannot live.

    A service that runs for years may end now and then: only what lies within the window counts.
    """

    def __init__(self, *, allowed: int, within_seconds: float) -> None:
        """Allow so many restarts of one service within so many seconds."""
        self._allowed = allowed
        self._within_seconds = within_seconds
        self._at: dict[str, list[float]] = {}

    def allows(self, name: str, at_seconds: float) -> bool:
        """Count a restart at this reading of a clock that never goes back; says whether it may be."""
        since = at_seconds - self._within_seconds
        self._at[name] = [at for at in self._at.get(name, ()) if at > since] + [at_seconds]
        return len(self._at[name]) <= self._allowed


class AlreadyRunning(Exception):
    """Another supervisor holds the installation; `pid` and `url` (perhaps empty) are its own."""

    def __init__(self, pid: int, url: str) -> None:
        """Keep who and where."""
        super().__init__(f"already running as process {pid}")
        self.pid = pid
        self.url = url


@contextmanager
def sole_supervisor(data: Path) -> Iterator[IO[str]]:
    """Hold the installation; the file's lines are process id and address. Raises AlreadyRunning.

    The kernel gives the lock up with the process, so a killed supervisor never blocks the next.
    """
    with _lock_file(data).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(*_who(file)) from None
        announce(file, "")
        yield file


def announce(file: IO[str], url: str) -> None:
    """Write our process id and address where a second supervisor and `stop` look."""
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n{url}\n")
    file.flush()


def supervisor_of(data: Path) -> AlreadyRunning | None:
    """The live supervisor of an installation, if any."""
    if not _lock_file(data).exists():
        return None
    with _lock_file(data).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return AlreadyRunning(*_who(file))
    return None


def _lock_file(data: Path) -> Path:
    return data / "supervisor.lock"


def _who(file: IO[str]) -> tuple[int, str]:
    file.seek(0)
    pid, url = [*file.read().split("\n"), "", ""][:2]
    return int(pid or 0), url


def spawn(
    command: Sequence[str | Path], *, data: Path, log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a marked process whose words go to the log; it is told to end when we die."""
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def die_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment, MARK: str(data)},
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
        )


def supervised(data: Path) -> list[int]:
    """Process ids that carry our mark, ours not counted."""
    mark = os.fsencode(f"{MARK}={data}")
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def end(find: Callable[[], Sequence[int]], seconds: int = END_SECONDS) -> int:
    """Ask the processes found to end, insist after some seconds; returns how many there were."""
    first = find()
    _signal(first, signal.SIGTERM)
    if not _gone(find, seconds):
        _signal(find(), signal.SIGKILL)
        _gone(find, seconds)
    return len(first)


def _signal(pids: Sequence[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _gone(find: Callable[[], Sequence[int]], seconds: int) -> bool:
    """Wait until nothing is found any more; says whether that happened in time."""
    give_up_at = time.monotonic() + seconds
    while find():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.05)
    return True
