"""Everything on one machine: database, demo county, web, worker, witnesses, in the foreground."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from subprocess import Popen
from typing import IO, Final

from xinnong.cli.dispatch import LAST_PORT, whole
from xinnong.config import databases, demo, environment, postgres, processes
from xinnong.config.demo_witnesses import Witnesses

HELP = "start everything on this machine: database, demo county, web, worker and witnesses"
NEEDS = "nothing"
HOST: Final = "127.0.0.1"
RESTARTS_ALLOWED: Final = 5
RESTARTS_WITHIN_SECONDS: Final = 600
LOOK_EVERY_SECONDS: Final = 0.5
SCARCE_MEGABYTES: Final = 64

Services = dict[str, "Popen[bytes]"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--port", type=whole(1, LAST_PORT), default=8000, help="port to prefer (%(default)s)"
    )
    parser.add_argument(
        "--households",
        type=whole(1, demo.MOST_HOUSEHOLDS),
        help=f"size of the demo county (default {demo.HOUSEHOLDS:,})",
    )
    parser.add_argument(
        "--no-witnesses", action="store_true", help="without the three witnesses of the log"
    )


def run(args: argparse.Namespace) -> int:
    """Start, say READY, stay until told to stop."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    data = environment.open_data_folder()
    try:
        return _serve_or_attend(args, data)
    except (demo.StepFailed, databases.ServerFault, environment.SettingMissing) as error:
        print(f"\nXinnong did not start: {error}{_full(data)}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 0


def _serve_or_attend(args: argparse.Namespace, data: Path) -> int:
    try:
        with processes.sole_supervisor(data) as lock:
            processes.end(lambda: processes.supervised(data))
            return _serve(args, data, lock)
    except processes.AlreadyRunning as other:
        demo.refuse_other_size(data, args.households)
        return _attend(other, data)


def _full(data: Path) -> str:
    """A full disk in words: what a server or a step says about it names everything but the cause."""
    free = shutil.disk_usage(data).free >> 20
    if free >= SCARCE_MEGABYTES:
        return ""
    return f"\nThe disk of {data} is full: {free} MB are free."


def _leave(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _attend(other: processes.AlreadyRunning, data: Path) -> int:
    """A second start: say where the first one is and who signs in, and stay as long as it does."""
    print(f"Xinnong already runs from this folder, as process {other.pid}.")
    while not other.url:
        time.sleep(LOOK_EVERY_SECONDS)
        found = processes.supervisor_of(data)
        if found is None:
            return 0
        other = found
    demo.greet(data)
    print(f"READY {other.url}", flush=True)
    try:
        while processes.supervisor_of(data):
            time.sleep(LOOK_EVERY_SECONDS)
    except KeyboardInterrupt:
        pass
    return 0


def _serve(args: argparse.Namespace, data: Path, lock: IO[str]) -> int:
    """Bring everything up in order; whatever happens, end what was started."""
    steps = demo.Steps(data)
    services: Services = {}
    witnesses: Witnesses | None = None
    try:
        with _server(steps):
            port = demo.free_port(HOST, args.port)
            if port != args.port:
                print(f"Port {args.port} is taken; using {port}.")
            url = f"http://{HOST}:{port}/"
            demo.prepare(steps, args.households)
            commands: dict[str, Sequence[str]] = {
                "web": ["web", "--host", HOST, "--port", str(port)],
                "worker": ["worker"],
            }
            services["web"] = steps.spawn("web", commands["web"])
            demo.fill(steps)
            demo.wait_for_page(steps, url, services["web"])
            services["worker"] = steps.spawn("worker", commands["worker"])  # nobody waits for it
            demo.greet(data)
            processes.announce(lock, url)
            print(f"READY {url}", flush=True)
            if not args.no_witnesses:
                witnesses = Witnesses(steps, url, at_seconds=time.monotonic())
            return _watch(steps, services, commands, witnesses)
    finally:
        processes.end(lambda: processes.supervised(data))
        for service in services.values():
            service.wait()
        if witnesses is not None:
            witnesses.end()


def _server(steps: demo.Steps) -> AbstractContextManager[object]:
    if environment.has_server():
        for role in environment.ROLE_VARIABLES:
            environment.role_address(role)  # said now, not after a minute by the step that needs it
        return nullcontext()
    with steps.step("database"):
        server = postgres.embedded()
        return postgres.running_since(server, postgres.join(server))


def _watch(
    steps: demo.Steps,
    services: Services,
    commands: dict[str, Sequence[str]],
    witnesses: Witnesses | None,
) -> int:
    """Stay in the foreground; start the database server or a service again where it was killed."""
    restarts = processes.Restarts(allowed=RESTARTS_ALLOWED, within_seconds=RESTARTS_WITHIN_SECONDS)
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        if not environment.has_server() and postgres.revive(postgres.embedded()):
            print("The database server had ended; it runs again.", flush=True)
        for name in [name for name, service in services.items() if service.poll() is not None]:
            if not restarts.allows(name, time.monotonic()):
                raise demo.StepFailed(f"{name} keeps ending; see {steps.log(name)}")
            print(f"{name} ended with {services[name].returncode}; starting it again.", flush=True)
            services[name] = steps.spawn(name, commands[name])
        if witnesses is not None:
            witnesses.look(time.monotonic())
