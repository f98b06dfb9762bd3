"""Three witnesses of the evidence log beside the demo: police, bureau and notary, each a process of its own.

They begin some seconds after the first page can be opened, so that nobody waits for them, and nothing waits
for them later: one that ends is started again a few times, one that refuses stays away, and pages say
how many have signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, Final

from xinnong.config import environment, processes

if TYPE_CHECKING:
    from xinnong.config.demo import Steps

NAMES: Final = ("police", "bureau", "notary")
BEGIN_AFTER_SECONDS: Final = 10
APART_SECONDS: Final = 1
RESTARTS_ALLOWED: Final = 3
RESTARTS_WITHIN_SECONDS: Final = 600
REFUSED: Final = 1
"""The exit code of a witness that saw another past."""


def key_file(data: Path, name: str) -> Path:
    """Where the demo keeps the key of one of its witnesses."""
    return _folder(data) / f"{name}.pem"


def log_key_file(data: Path) -> Path:
    """Where the log's public key lies for the first look; there once the witnesses are registered."""
    return _folder(data) / "log.key"


def _folder(data: Path) -> Path:
    return environment.private_folder(data / "witnesses")


class Witnesses:
    """Looked at twice a second by the supervisor; every look takes one small step."""

    def __init__(self, steps: Steps, url: str, *, at_seconds: float) -> None:
        self._steps, self._url = steps, url.rstrip("/")
        self._next_at = at_seconds + BEGIN_AFTER_SECONDS
        self._preparing: Popen[bytes] | None = None
        self._is_prepared = False
        self._running: dict[str, Popen[bytes]] = {}
        self._left: set[str] = set()
        self._restarts = processes.Restarts(
            allowed=RESTARTS_ALLOWED, within_seconds=RESTARTS_WITHIN_SECONDS
        )

    def look(self, at_seconds: float) -> None:
        """Register their keys, then start one, or one again, whenever it is time."""
        if at_seconds < self._next_at:
            return
        if not self._is_prepared:
            self._prepare()
            return
        for name in NAMES:
            if name not in self._left and self._begins(name, at_seconds):
                self._next_at = at_seconds + APART_SECONDS
                return

    def end(self) -> None:
        """Take leave of those that were told to end."""
        for process in [*self._running.values(), *filter(None, [self._preparing])]:
            process.wait()

    def _prepare(self) -> None:
        """Keys are made and registered once; without them the demo does without witnesses."""
        if self._preparing is None:
            self._preparing = self._steps.spawn("demo-witnesses", ["demo-witnesses"])
        elif (code := self._preparing.poll()) is not None:
            self._is_prepared = True
            if code:
                self._left.update(NAMES)
                print(f"No witnesses here; see {self._steps.log('demo-witnesses')}", flush=True)

    def _begins(self, name: str, at_seconds: float) -> bool:
        """Whether a process was started now."""
        process = self._running.get(name)
        if process is not None and process.poll() is None:
            return False
        if not key_file(self._steps.data, name).exists() or (
            process is not None and not self._may_go_on(name, process.returncode, at_seconds)
        ):
            self._left.add(name)
            return False
        self._running[name] = self._steps.spawn(f"witness-{name}", self._command(name))
        return True

    def _may_go_on(self, name: str, code: int, at_seconds: float) -> bool:
        log = self._steps.log(f"witness-{name}")
        if code == REFUSED:
            print(f"Witness {name} refuses to sign this log; see {log}", flush=True)
            return False
        if not self._restarts.allows(name, at_seconds):
            print(f"Witness {name} keeps ending and is left out; see {log}", flush=True)
            return False
        print(f"Witness {name} ended with {code}; starting it again.", flush=True)
        return True

    def _command(self, name: str) -> Sequence[str]:
        data = self._steps.data
        key = key_file(data, name)
        told = {
            "--key": str(key), "--name": name, "--log": self._url,
            "--log-key": log_key_file(data).read_text(encoding="ascii"),
            "--state": str(key.with_suffix(".state")),
        }  # fmt: skip
        return ["witness", "run", *(word for pair in told.items() for word in pair)]
