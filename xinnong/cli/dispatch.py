"""Finds the command, makes ready what it needs, runs it, and turns what goes wrong into words."""

from __future__ import annotations

import argparse
import ast
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from xinnong import __version__
from xinnong.cli import faults
from xinnong.config import environment

DONE: Final = 0
REFUSED: Final = 1
USAGE: Final = 2
FAULT: Final = 3
INTERRUPTED: Final = 130
LAST_PORT: Final = 65535
COUNTY_TIME: Final = timezone(timedelta(hours=8))

FOLDER: Final = Path(__file__).parent
LITERALS: Final = {"HELP": "", "NEEDS": "database", "ROLE": "app", "SERVICE": False}
EPILOGUE: Final = """\
Start with `xinnong COMMAND --help`.
Exit codes: 0 all done; 1 something was refused or quarantined; 2 wrong usage; 3 a fault.
"""


@dataclass(frozen=True)
class Command:
    """What a command module says about itself, read without importing it."""

    name: str
    module: str
    help: str
    needs: str
    role: str
    service: bool


def commands() -> dict[str, Command]:
    """Every command by name, in alphabetical order."""
    found = [_described(path) for path in FOLDER.glob("*.py")]
    return {command.name: command for command in sorted(filter(None, found), key=lambda c: c.name)}


def _described(path: Path) -> Command | None:
    """The command in a file, or None where the file is not a command."""
    said: dict[str, Any] = dict(LITERALS)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name) and target.id in LITERALS:
            said[target.id] = ast.literal_eval(node.value)  # type: ignore[attr-defined]
    if not said["HELP"]:
        return None
    name = path.stem.rstrip("_").replace("_", "-")
    return Command(
        name, f"xinnong.cli.{path.stem}", said["HELP"], said["NEEDS"], said["ROLE"], said["SERVICE"]
    )


def dispatch(arguments: Sequence[str]) -> int:
    """Run the command named first; returns its exit code."""
    known = commands()
    parser = argparse.ArgumentParser(
        prog="xinnong",
        description="Xinnong: from department files to households, profiles, scores and lines.",
        epilog=_list(known) + EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"xinnong {__version__}")
    parser.add_argument("command", metavar="COMMAND", choices=known, help="one of those below")
    parser.add_argument("rest", metavar="…", nargs=argparse.REMAINDER, help="its own arguments")
    if not arguments:
        parser.print_help(sys.stderr)
        return USAGE
    if not arguments[0].startswith("-") and arguments[0] not in known:
        print(
            f"xinnong: there is no command {arguments[0]!r}; `xinnong --help` lists them",
            file=sys.stderr,
        )
        return USAGE
    try:
        chosen = parser.parse_args(arguments[:1]).command
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    return _guarded(known[chosen], arguments[1:])


def _list(known: dict[str, Command]) -> str:
    width = max(map(len, known))
    lines = [f"  {command.name:<{width}}  {command.help}" for command in known.values()]
    return "commands:\n" + "\n".join(lines) + "\n\n"


def _guarded(command: Command, arguments: Sequence[str]) -> int:
    """Run, and answer for whatever goes wrong without showing a traceback."""
    try:
        return _run(command, arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE
    except KeyboardInterrupt:
        return _interrupted(command)
    except BrokenPipeError:
        # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:  # noqa: BLE001 - the last place where a fault can get its id
        return _answer_for(error, command)


def _interrupted(command: Command) -> int:
    print(
        f"\nxinnong {command.name}: interrupted; nothing half-done shows, "
        "run the same command again to go on",
        file=sys.stderr,
    )
    return INTERRUPTED


def _answer_for(error: Exception, command: Command) -> int:
    """Say what went wrong: a refusal or known trouble in words, anything else by a fault id."""
    from xinnong.analytics.ctrl_c import was_pressed

    if was_pressed(error):
        return _interrupted(command)
    if said := faults.refusal(error):
        print(f"xinnong {command.name}: {said}", file=sys.stderr)
        return REFUSED
    if type(error).__name__ in {"SettingMissing", "ServerFault"}:
        print(f"xinnong {command.name}: {error}", file=sys.stderr)
        return FAULT
    from xinnong.config.faults import record

    number = record(f"command {command.name}")
    place = "the log above" if command.service else _log_file()
    words = faults.known_trouble(error)
    said = f"{words} (fault {number}; see {place})" if words else f"fault {number}; see {place}"
    print(f"xinnong {command.name}: {said}", file=sys.stderr)
    return FAULT


def _run(command: Command, arguments: Sequence[str]) -> int:
    """Make ready, import, parse, run."""
    wants_help = any(argument in {"-h", "--help"} for argument in arguments)
    with _ready(command, wants_help=wants_help):
        module = import_module(command.module)
        parser = argparse.ArgumentParser(
            prog=f"xinnong {command.name}",
            description=command.help,
            epilog=getattr(module, "EPILOGUE", None),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(parser)
        return int(module.run(parser.parse_args(arguments)) or DONE)


def _log_file() -> Path:
    return environment.data_folder() / "log" / "xinnong.log"


def _make_log_folder() -> None:
    """The first thing a command writes. Raises SettingMissing where the data folder is closed to us."""
    try:
        environment.private_folder(_log_file().parent)
    except OSError as error:
        place = environment.data_folder()
        raise environment.SettingMissing(
            f"the data folder {place} (XINNONG_DATA) cannot be made or written by this user: "
            f"{error.strerror}"
        ) from error


@contextmanager
def _ready(command: Command, *, wants_help: bool) -> Iterator[None]:
    """Logs, Django and the embedded server, as far as the command needs them."""
    from xinnong.config import logging

    if command.service:
        logging.configure(environment.value("XINNONG_LOG_LEVEL", "INFO"))
    else:
        _make_log_folder()
        os.environ.setdefault("XINNONG_LOG_FILE", str(_log_file()))
        logging.configure(
            environment.value("XINNONG_LOG_LEVEL", "INFO"), environment.value("XINNONG_LOG_FILE")
        )
    if command.needs == "nothing":
        yield
        return
    os.environ["XINNONG_ROLE"] = command.role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    needs_server = command.needs in {"server", "database"} and not wants_help
    with _server() if needs_server else nullcontext():
        if command.needs != "server":
            _set_up_django()
        yield


@contextmanager
def with_database(name: str) -> Iterator[None]:
    """A database for a part of a command that otherwise needs none."""
    with _ready(replace(commands()[name], needs="database"), wants_help=False):
        yield


def _server() -> Any:
    """The embedded server for as long as the command runs, unless a server was given."""
    from xinnong.config import postgres

    return nullcontext() if environment.has_server() else postgres.running(postgres.embedded())


def _set_up_django() -> None:
    import django

    from xinnong.config import catalogues

    catalogues.compile_all()
    django.setup()


def whole(least: int, most: int) -> Callable[[str], int]:
    """The type of an argument that is a whole number from `least` to `most`."""

    def number(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            said = f"{text!r} is not a whole number from {least:,} to {most:,}"
            raise argparse.ArgumentTypeError(said)
        return int(text)

    return number


def day(text: str) -> date:
    """The type of an argument that is a date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = f"{text!r} is not a date; write it as 2026-10-31"
        raise argparse.ArgumentTypeError(said) from None


def past_day(text: str) -> date:
    """The type of an argument that is a date which has come, where the county is."""
    found = day(text)
    if found > datetime.now(COUNTY_TIME).date():
        raise argparse.ArgumentTypeError(f"{text} lies in the future")
    return found


def instant(text: str) -> datetime:
    """The type of an argument that is an instant with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.min  # noqa: DTZ901  # has no zone, so it is turned down below
    if found.tzinfo is None:
        said = f"{text!r} is not an instant with its zone; write it as 2026-10-31T20:00+08:00"
        raise argparse.ArgumentTypeError(said)
    return found


def file_to_write(text: str) -> Path:
    """The type of an argument that names a file to be written: its folder must take it."""
    path = Path(text)
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise argparse.ArgumentTypeError(f"{text} is not a regular file")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"the folder {path.parent} does not exist")
    if not os.access(path.parent, os.W_OK):
        raise argparse.ArgumentTypeError(f"the folder {path.parent} may not be written to")
    return path


def forgiving_stdin() -> TextIO:
    """Standard input in which bytes that are no text become a mark instead of ending the command."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin


def progress(done: int, total: int, what: str = "") -> None:
    """A progress bar on stderr, drawn only where somebody watches."""
    if not sys.stderr.isatty() or total <= 0:
        return
    width = 30
    filled = min(width, width * done // total)
    end = "\n" if done >= total else ""
    with suppress(OSError):
        sys.stderr.write(
            f"\r{'█' * filled}{'·' * (width - filled)} {100 * done // total:3d} % {what}\033[K{end}"
        )
        sys.stderr.flush()
