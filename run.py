#!/usr/bin/env python3
"""Start Xinnong with a demo county, test it, or stop it; needs Python and a package index only.

    python3 run.py                 install, fill a demo county, serve it, stay in the foreground
    python3 run.py test [ARGS…]    run the whole test suite, or what the arguments for pytest name
    python3 run.py stop [--purge]  end what was started here; --purge also removes its data

Everything stays in this folder: .venv/ and, for an ordinary user, var/. Root's data lies under
/var/lib/xinnong, because the database server refuses to run as root and drops to `nobody`.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = (22, 3)  # the first with `pip --python`
PIPS = 2
MOST_TESTERS = 4
LAST_PORT = 65535
MOST_HOUSEHOLDS = 1_000_000


def main() -> int:
    """Do what the arguments ask and return the exit code."""
    refuse_what_cannot_work()
    options, rest = parsed(sys.argv[1:])
    if options.what == "stop":
        return stop(purge=options.purge)
    os.environ.setdefault("XINNONG_DEMO", "1")
    if options.what == "test":
        install("requirements-test.txt", options.wheels)
        return become("pytest", *side_by_side(rest), *rest)
    install("requirements.txt", options.wheels)
    wanted = {"--port": options.port, "--households": options.households}
    given = [word for name, number in wanted.items() if number for word in (name, str(number))]
    given += ["--no-witnesses"] if options.no_witnesses else []
    return become("xinnong", "start", *given)


def refuse_what_cannot_work() -> None:
    """Say clearly what is missing instead of failing in the middle."""
    if not __debug__:
        raise SystemExit("run.py: not under python -O; assertions are part of the design")
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(
            f"run.py: Python 3.11 or newer is needed; this is {sys.version.split()[0]}"
        )
    if not sys.platform.startswith("linux"):
        raise SystemExit(
            "run.py: the demo runs on Linux; elsewhere use a container, see docs/operations"
        )
    owner = HERE.stat().st_uid
    if not os.access(HERE, os.W_OK):
        raise SystemExit(f"run.py: {HERE} belongs to user {owner}, and you may not write there")


def parsed(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Our options, and for `test` whatever pytest shall get."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("what", nargs="?", choices=["test", "stop"], help="default: start")
    parser.add_argument("--port", type=port, help="port to prefer (8000)")
    parser.add_argument("--households", type=size, help="size of a new demo county (2,000)")
    parser.add_argument(
        "--no-witnesses", action="store_true", help="do not start the log's three witnesses"
    )
    parser.add_argument("--wheels", type=Path, help="folder of wheels: install without a network")
    parser.add_argument(
        "--purge", action="store_true", help="with stop: remove the demo's data too"
    )
    testing = arguments[:1] == ["test"]
    options, rest = parser.parse_known_args(arguments)
    if rest and not testing:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.purge and options.what != "stop":
        parser.error("--purge goes with stop: run.py stop --purge")
    if options.what and (options.port or options.households):
        parser.error(f"--port and --households belong to a start, not to {options.what}")
    if options.what and options.no_witnesses:
        parser.error(f"--no-witnesses belongs to a start, not to {options.what}")
    if options.wheels and not options.wheels.is_dir():
        parser.error(f"--wheels: {options.wheels} is not a folder")
    return options, rest


def side_by_side(rest: list[str]) -> list[str]:
    """What has pytest share the whole suite out by files; named tests run in one process."""
    if any(not word.startswith("-") or word.startswith("-n") for word in rest):
        return []
    return [
        *("-n", str(min(os.cpu_count() or 1, MOST_TESTERS))),
        *("--dist", "loadgroup", "--no-loadscope-reorder"),  # see tests/conftest.py
    ]


def port(text: str) -> int:
    """The type of an argument that is a port."""
    number = count(text)
    if number > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is no port; ports end at {LAST_PORT}")
    return number


def size(text: str) -> int:
    """The type of an argument that is the size of a county."""
    number = count(text)
    if number > MOST_HOUSEHOLDS:
        raise argparse.ArgumentTypeError(f"{text} is too many; a county has at most 1,000,000")
    return number


def count(text: str) -> int:
    """The type of an argument that is a whole number from one on."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


# ---------------------------------------------------------------- install


def install(requirements: str, wheels: Path | None) -> None:
    """Make .venv and fill it, unless it holds exactly these requirements already."""
    source = HERE / requirements
    with alone():
        wanted = hashlib.sha256(sys.version.encode() + source.read_bytes()).hexdigest()
        stamp = VENV / f"{requirements}.sha256"
        if works(PYTHON) and stamp.exists() and stamp.read_text() == wanted:
            return
        began = time.monotonic()
        print(f"installing {requirements} into .venv …", flush=True)
        if not works(PYTHON):
            shutil.rmtree(VENV, ignore_errors=True)
            venv.create(VENV, with_pip=False, symlinks=True)
        fill(source, wheels)
        add_command()
        add_decoder(wheels)
        stamp.write_text(wanted)
        print(f"installed ({time.monotonic() - began:.1f} s)", flush=True)


@contextmanager
def alone() -> Iterator[None]:
    """Only one process at a time fills .venv, start or test: the second waits and says so."""
    with Path(__file__).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run.py that installs into .venv …", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def works(python: Path) -> bool:
    """Whether the virtual environment's Python runs and is of our version."""
    code = f"import sys; raise SystemExit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        return subprocess.run([python, "-c", code], check=False).returncode == 0
    except OSError:
        return False


def fill(source: Path, wheels: Path | None) -> None:
    """Install the locked requirements, hashes checked. The lock is complete: nothing to resolve.

    Two pips share the lines, because one leaves a core idle and takes twice as long.
    """
    offline = ["--no-index", "--find-links", str(wheels.resolve())] if wheels else []
    command = [
        *pip(wheels),
        *("--python", str(PYTHON), "--disable-pip-version-check", "install", "-qq"),
        *("--no-input", "--no-deps", "--no-compile", "--only-binary", ":all:", "--require-hashes"),
        *offline,
    ]
    environment = pip_environment()
    with tempfile.TemporaryDirectory() as folder:
        shares = [Path(folder, f"{number}-{source.name}") for number in range(PIPS)]
        for number, share in enumerate(shares):
            share.write_text("\n".join(requirements_of(source)[number::PIPS]), encoding="utf-8")
        pips = [
            subprocess.Popen([*command, "--requirement", str(share)], env=environment)
            for share in shares
        ]
        failed = [one for one in pips if one.wait()]
    if failed:
        raise SystemExit(
            "run.py: the packages could not be installed; pip's words are above.\n"
            "Without a network, collect the wheels elsewhere with\n"
            f"    pip download --only-binary :all: -d wheels -r {source.name}\n"
            "and start with --wheels wheels."
        )


def requirements_of(source: Path) -> list[str]:
    """The requirements of a locked file, each with the lines of its hashes."""
    lines = [line for line in source.read_text(encoding="utf-8").splitlines() if line.strip()]
    found: list[str] = []
    for line in (line for line in lines if not line.lstrip().startswith("#")):
        if line[0].isspace():
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def add_command() -> None:
    """Make `.venv/bin/xinnong` work from any folder, as an installed package would."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (VENV / "lib" / version / "site-packages" / "xinnong-here.pth").write_text(f"{HERE}\n")
    script = VENV / "bin" / "xinnong"
    start = (
        "from xinnong.__main__ import main\n\n"
        'if __name__ == "__main__":  # worker processes of an import read this file too\n'
        "    raise SystemExit(main())\n"
    )
    script.write_text(f"#!{PYTHON}\n{start}")
    script.chmod(0o755)


def add_decoder(packages: Path | None) -> None:
    """The reader of QR codes for the cadre's page; what lacks it reads by other ways, and says so."""
    from xinnong.config import decoder

    if not decoder.fetch(decoder.folder(VENV), packages):
        print(
            f"run.py: no npm and no {decoder.FILE} among the wheels: the page that checks badges "
            "reads codes only in browsers that can, elsewhere letters are typed.",
            flush=True,
        )


def pip_environment() -> dict[str, str]:
    """The environment without what would send pip elsewhere than .venv."""
    unwanted = {"PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def pip(wheels: Path | None) -> list[str]:
    """A pip that can fill another environment: this Python's, the path's, or a wheel of pip."""
    candidates = [[sys.executable, "-m", "pip"]]
    candidates += [[found] for name in ("pip3", "pip") if (found := shutil.which(name))]
    folders = [folder for folder in (wheels, Path("/usr/share/python-wheels"), bundled()) if folder]
    for folder in folders:
        candidates += [
            [sys.executable, f"{wheel}/pip"] for wheel in sorted(folder.glob("pip-*.whl"))
        ]
    for candidate in candidates:
        if new_enough(candidate):
            return candidate
    raise SystemExit("run.py: pip 22.3 or newer is needed; on Debian: apt-get install python3-pip")


def bundled() -> Path | None:
    """The folder of the pip that comes inside Python, where the distribution left it in."""
    try:
        import ensurepip
    except ImportError:
        return None
    return Path(ensurepip.__file__).parent / "_bundled"


def new_enough(candidate: list[str]) -> bool:
    """Whether the command is a pip with `--python`."""
    try:
        answer = subprocess.run(
            [*candidate, "--version"],
            capture_output=True,
            text=True,
            check=False,
            env=pip_environment(),
        )
        version = tuple(int(part) for part in answer.stdout.split()[1].split(".")[:2])
    except (OSError, IndexError, ValueError):
        return False
    return answer.returncode == 0 and version >= OLDEST_PIP


# ---------------------------------------------------------------- run, stop


def become(module: str, *arguments: str) -> int:
    """Replace this process by a module run with .venv's Python, so that signals reach it."""
    os.chdir(HERE)
    for unwanted in ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(unwanted, None)  # without bytecode every process compiles everything again
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])


def stop(*, purge: bool) -> int:
    """End supervisor, services and database of this folder; works before anything is installed."""
    from xinnong.config import environment, postgres, processes

    data = environment.data_folder()
    if not data.exists():
        print("Nothing was started here.")
        return 0
    supervisor = processes.supervisor_of(data)
    if supervisor:
        processes.end(lambda: [supervisor.pid] if processes.supervisor_of(data) else [], seconds=30)
    left = processes.end(lambda: processes.supervised(data))
    servers = [postgres.stop(postgres.embedded())]
    if purge:
        servers.append(postgres.stop(postgres.embedded("test-postgres")))
    print("Stopped." if supervisor or left or any(servers) else "Nothing was running.")
    if purge:
        remove(data)
    return 0


def remove(data: Path) -> None:
    """Remove the data folder, which must be one that Xinnong made."""
    if not any(
        (data / name).exists() for name in ("postgres", "test-postgres", "keys", "demo.json")
    ):
        raise SystemExit(f"run.py: {data} does not look like Xinnong's data; nothing removed")
    shutil.rmtree(data)
    print(f"Removed {data}.")


if __name__ == "__main__":
    raise SystemExit(main())
