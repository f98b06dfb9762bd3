"""Reference pages written from the code itself, so that they cannot lag behind it."""

from __future__ import annotations

import argparse
import os
import pkgutil
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from django.utils import translation

import xinnong
from xinnong.cli import dispatch
from xinnong.config import environment
from xinnong.core.errors import Refused
from xinnong.privacy.declarations import RETENTION, declared_tables
from xinnong.web.refusals import known_codes, unfilled_wording

FOLDER: Final = environment.REPOSITORY / "docs" / "reference"
DELIVERY_CODES: Final = Path(xinnong.__file__).parent / "analytics" / "checking" / "codes.toml"
GENERATED: Final = "<!-- Written by `xinnong docs`; change the code, not this page. -->\n\n"


def pages() -> Mapping[str, str]:
    """File name to text of every generated page."""
    return {
        "commands.md": commands(),
        "environment.md": variables(),
        "personal-data.md": personal_data(),
        "refusals.md": refusals(),
    }


def commands() -> str:
    """Every command with its full help."""
    lines = [GENERATED, "# Commands\n\n", _intro(), "\n"]
    for command in dispatch.commands().values():
        lines += [f"## {command.name}\n\n", "```text\n", _help(command), "```\n\n"]
    return "".join(lines).rstrip() + "\n"


def _intro() -> str:
    return (
        "`xinnong COMMAND` (in the demo: `.venv/bin/xinnong COMMAND`). Answers go to stdout,\n"
        "everything else to stderr. Exit codes: 0 all done, 1 something was refused or\n"
        "quarantined, 2 wrong usage, 3 a fault, whose id stands in the log.\n"
    )


def _help(command: dispatch.Command) -> str:
    os.environ["COLUMNS"] = "88"  # argparse wraps to the terminal
    module = import_module(command.module)
    parser = argparse.ArgumentParser(
        prog=f"xinnong {command.name}",
        description=command.help,
        epilog=getattr(module, "EPILOGUE", None),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return parser.format_help()


def variables() -> str:
    """Every environment variable."""
    rows = [f"| `{name}` | {says} |\n" for name, says in environment.VARIABLES.items()]
    return (
        f"{GENERATED}# Environment variables\n\n"
        "Each can also be given as a file: `NAME_FILE` holds the path of a file with the value.\n\n"
        "| variable | meaning |\n|---|---|\n" + "".join(rows)
    )


def personal_data() -> str:
    """Every table about persons: whose, what for, how long, which columns (PIPL 54 to 56)."""
    lines = [GENERATED, "# Personal data\n\nSensitive columns are **bold**; the operators are a, "]
    lines += ["the county service; b, lenders; c, the health bureau; d, police.\n\n"]
    lines += ["| table | whose | what for | how long | columns |\n|---|---|---|---|---|\n"]
    for table in declared_tables().values():
        if table.is_about_persons:
            columns = [
                *table.columns("personal"),
                *(f"**{c}**" for c in table.columns("sensitive")),
            ]
            about = (table.owner, table.purpose, RETENTION[table.keep], ", ".join(columns))
            lines.append(_row(table.name, *about))
    return "".join(lines)


def refusals() -> str:
    """Every code by which a delivery, a row or a request is refused, in both languages."""
    lines = [GENERATED, "# Refusal codes\n\n## Deliveries and rows\n\n"]
    lines += ["| code | kind | 中文 | English | 怎么办 | what to do |\n|---|---|---|---|---|---|\n"]
    lines += [_row(code, *words) for code, words in sorted(delivery_codes().items())]
    lines += ["\n## Requests\n\n| code | 中文 | English |\n|---|---|---|\n"]
    lines += [_row(code, *said(code)) for code in sorted(request_codes())]
    return "".join(lines)


def _row(code: str, *words: str) -> str:
    cells = [word.replace("|", "\\|").replace("\n", " ") for word in words]
    return f"| `{code}` | {' | '.join(cells)} |\n"


def delivery_codes() -> dict[str, tuple[str, ...]]:
    """Kind, Chinese, English and both remedies of every code that a delivery or a row can meet."""
    codes = tomllib.loads(DELIVERY_CODES.read_text(encoding="utf-8"))
    columns = ("kind", "zh", "en", "remedy_zh", "remedy_en")
    return {code: tuple(entry.get(c, "") for c in columns) for code, entry in codes.items()}


def request_codes() -> frozenset[str]:
    """Codes of every refusal in the code, and of every sentence registered for one."""
    import_everything()
    ours = (kind for kind in _subclasses(Refused) if kind.__module__.startswith("xinnong."))
    found = {kind.code for kind in ours if "code" in vars(kind)}
    return frozenset(found | known_codes()) - delivery_codes().keys()


def import_everything() -> None:
    """Import every module of ours, so that every subclass is known."""
    for module in pkgutil.walk_packages(xinnong.__path__, "xinnong."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)


def _subclasses(kind: type[Refused]) -> Iterator[type[Refused]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def said(code: str) -> tuple[str, str]:
    """A refusal's sentence in Chinese and in English, places left open; "" where it has none."""
    wording = unfilled_wording(code)
    words = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words.append(str(wording.says) if wording else "")
    return words[0], words[1]
