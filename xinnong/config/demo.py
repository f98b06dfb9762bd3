"""The demo on one machine, step by step: tables, a synthetic county, people who sign in, lines.

Each step is an `xinnong` command in its own process, so the demo goes the way an operator goes.
What is done is noted in demo.json; a step that was cut off is done again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xinnong.config import environment, processes

HOUSEHOLDS: Final = 2000
MOST_HOUSEHOLDS: Final = 1_000_000
SEED: Final = "20261123"
PAGE_SECONDS: Final = 60
STILL_AT_WORK_SECONDS: Final = 15
PORTS_TRIED: Final = 200
SIGN_IN_MARK: Final = b'data-xinnong="sign-in"'


class StepFailed(Exception):
    """A step of the demo did not work; the text ends with the last lines of its log."""


@dataclass
class Steps:
    """Runs commands, tells how long each took, keeps their logs."""

    data: Path
    began: float = field(default_factory=time.monotonic)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say that a step begins and how long it took."""
        start = time.monotonic()
        yield
        print(
            f"[{self.seconds():5.1f} s] {title} ({time.monotonic() - start:.1f} s)",
            flush=True,
        )

    def log(self, name: str) -> Path:
        """Where the words of a step go."""
        return environment.private_folder(self.data / "log") / f"{name}.log"

    def spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start an `xinnong` command that runs until it ends or we do."""
        return processes.spawn(
            [sys.executable, "-m", "xinnong", *command],
            data=self.data,
            log=self.log(name),
            environment={"PYTHONPATH": str(environment.REPOSITORY)},
        )

    def run(self, name: str, command: Sequence[str], *, allowed: Sequence[int] = (0,)) -> None:
        """Run an `xinnong` command to its end. Raises StepFailed."""
        with self.step(name):
            self.wait(name, self.spawn(name, command), allowed=allowed)

    def wait(
        self, name: str, process: subprocess.Popen[bytes], *, allowed: Sequence[int] = (0,)
    ) -> None:
        """Wait for a command started by `spawn`; now and then say how far it is. Raises StepFailed."""
        while (code := self.ended(process)) is None:
            print(f"[{self.seconds():5.1f} s] {name} … {self.how_far(name)}", flush=True)
        if code not in allowed:
            raise StepFailed(f"{name} ended with {code}.\n{self.tail(name)}")

    def ended(self, process: subprocess.Popen[bytes]) -> int | None:
        """The exit code, or None where it still works after a while."""
        with suppress(subprocess.TimeoutExpired):
            return process.wait(STILL_AT_WORK_SECONDS)
        return None

    def how_far(self, name: str) -> str:
        """What the log of a step tells of its progress: an import writes a line for every file."""
        if name != "import":
            return "at work"
        done = self.log(name).read_bytes().count(b"\n")
        files = sum(1 for path in county_folder(self.data).iterdir() if path.is_file())
        return f"{done} of about {files} files"

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.began

    def tail(self, name: str, lines: int = 12) -> str:
        """The end of a step's log."""
        text = self.log(name).read_text(encoding="utf-8", errors="replace")
        return "\n".join([*text.splitlines()[-lines:], f"(all of it: {self.log(name)})"])


# ---------------------------------------------------------------- what is done already


def _state_file(data: Path) -> Path:
    return data / "demo.json"


def _state(data: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(_state_file(data).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _note(data: Path, **done: object) -> None:
    draft = _state_file(data).with_suffix(".draft")
    draft.write_text(json.dumps(_state(data) | done, indent=1), encoding="utf-8")
    draft.replace(_state_file(data))


def _schema() -> str:
    """Changes with any migration, ours or a library's."""
    digest = hashlib.sha256((environment.REPOSITORY / "requirements.txt").read_bytes())
    package = Path(__file__).parents[1]
    for path in sorted([*package.glob("*/migrations/*.py"), *package.glob("config/sql/*.sql")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# ---------------------------------------------------------------- steps


def prepare(steps: Steps, households: int | None) -> None:
    """Tables, people who sign in and the county's files; the files are written meanwhile."""
    state = _state(steps.data)
    refuse_other_size(steps.data, households)
    wanted = households or state.get("households") or HOUSEHOLDS
    county = None if "households" in state else _spawn_county(steps, wanted)
    if state.get("schema") != _schema():
        steps.run("migrate", ["migrate"])
        _note(steps.data, schema=_schema())
    if not (steps.data / "demo-users.txt").exists():
        steps.log("demo-users").write_bytes(b"")  # without what a start that was cut off left
        steps.run("demo-users", ["demo-users"])
        _keep_users(steps)
    if county is not None:
        with steps.step(f"demo county of {wanted:,} households"):
            steps.wait("demo-county", county)
        _note(steps.data, households=wanted)


def refuse_other_size(data: Path, households: int | None) -> None:
    """A demo keeps the size it was made with. Raises StepFailed where another one is asked for."""
    made = _state(data).get("households")
    if made and households and households != made:
        raise StepFailed(
            f"the demo here has {made:,} households; "
            "`python3 run.py stop --purge` removes it, then start again with --households"
        )


def _spawn_county(steps: Steps, households: int) -> subprocess.Popen[bytes]:
    out = county_folder(steps.data)
    shutil.rmtree(out, ignore_errors=True)
    size = ["--households", str(households), "--seed", SEED, "--out", str(out)]
    size += ["--as-of", "last-month"]  # sources would look stale otherwise
    return steps.spawn("demo-county", ["demo-county", *size])


def county_folder(data: Path) -> Path:
    """Where the files of the demo county lie."""
    return environment.private_folder(data / "demo") / "county"


def fill(steps: Steps) -> None:
    """The county's files through the real import, and a first refresh."""
    stages: list[tuple[str, list[str], tuple[int, ...]]] = [
        ("import", ["import", str(county_folder(steps.data)), "--json"], (0, 1)),
        ("refresh", ["refresh", "--json"], (0,)),
        ("demo-farmer", ["demo-users", "--farmer-only"], (0,)),  # the farmer's own file exists now
    ]
    for name, command, allowed in stages:
        if _state(steps.data).get(name):
            continue
        steps.log(name).write_bytes(b"")
        steps.run(name, command, allowed=allowed)
        _note(steps.data, **{name: True})


def _keep_users(steps: Steps) -> None:
    """The list of demo users, with their password, is shown at every start."""
    steps.log("demo-users").chmod(0o600)
    steps.log("demo-users").rename(steps.data / "demo-users.txt")


def wait_for_page(steps: Steps, url: str, web: subprocess.Popen[bytes]) -> None:
    """Wait until the sign-in page is served. Raises StepFailed."""
    give_up_at = time.monotonic() + PAGE_SECONDS
    with steps.step("sign-in page"):
        while not _shows_sign_in(url):
            if web.poll() is not None or time.monotonic() > give_up_at:
                raise StepFailed(f"{url} does not show the sign-in page.\n{steps.tail('web')}")
            time.sleep(0.05)


def _shows_sign_in(url: str) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with closing(direct.open(url, timeout=10)) as answer:
            return SIGN_IN_MARK in answer.read()
    except OSError:
        return False


def greet(data: Path) -> None:
    """Print who can sign in and what to try first."""
    print()
    print((data / "demo-users.txt").read_text(encoding="utf-8").rstrip())
    print(f"\n命令 Commands: {Path(sys.executable).with_name('xinnong')} --help")
    print("停止 Stop: Ctrl-C, python3 run.py stop")
    print("停止并删除数据 Stop and remove the data: python3 run.py stop --purge\n")


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one. Raises StepFailed."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise StepFailed(f"no free port from {wanted} on")
