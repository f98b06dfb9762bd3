"""The demo's three witnesses: where their keys lie, and the process of each.

They are processes of one machine that only know the log's address and their own key; witnesses that are
worth something stand with three parties (docs/operations/witnesses.md).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.config import environment, processes

if TYPE_CHECKING:
    from subprocess import Popen

    from xinnong.config import demo

NAMES: Final = ("police", "bureau", "notary")
MAKING: Final = "demo-witnesses"
EVERY_SECONDS: Final = "5"


def folder(data: Path) -> Path:
    """Where keys and memories of the witnesses lie."""
    return environment.private_folder(data / "witnesses")


def key_file(data: Path, name: str) -> Path:
    """The key of a witness."""
    return folder(data) / f"{name}.pem"


def log_key_file(data: Path) -> Path:
    """The log's public key, as an operator publishes it."""
    return folder(data) / "log.key"


def commands(data: Path, url: str) -> dict[str, list[str]]:
    """The command of each witness of the log at an address."""
    log_key = log_key_file(data).read_text(encoding="ascii").strip()
    return {
        f"witness-{name}": [
            *("witness", "run", "--name", name, "--log", url.rstrip("/"), "--log-key", log_key),
            *("--key", str(key_file(data, name)), "--state", str(folder(data) / f"{name}.state")),
            *("--every", EVERY_SECONDS),
        ]
        for name in NAMES
    }


class Witnesses:
    """The log's witnesses, once their keys are made. One that refuses the log stays away, and all else runs."""

    def __init__(self, steps: demo.Steps, url: str, making: Popen[bytes]) -> None:
        """`making` is the process that makes the keys."""
        self._steps, self._url = steps, url
        self._restarts = processes.Restarts(allowed=5, within_seconds=600)
        self._making: Popen[bytes] | None = making
        self._running: dict[str, Popen[bytes]] = {}

    def look(self) -> None:
        """Start them when there is something to start, and again whichever was killed."""
        if self._making is not None and self._making.poll() is not None:
            self._begin(self._making.returncode)
        for name in [name for name, one in self._running.items() if one.poll() is not None]:
            code = self._running.pop(name).returncode
            if code < 0 and self._restarts.allows(name, time.monotonic()):
                self._start(name)
            else:
                print(f"{name} ended with {code}; see {self._steps.log(name)}", flush=True)

    def _begin(self, code: int) -> None:
        self._making = None
        if code:
            print(f"There are no witnesses; see {self._steps.log(MAKING)}", flush=True)
            return
        for name in commands(self._steps.data, self._url):
            self._start(name)

    def _start(self, name: str) -> None:
        command = commands(self._steps.data, self._url)[name]
        self._running[name] = self._steps.spawn(name, command)
