"""Write the reference pages that come from the code."""

from __future__ import annotations

import argparse

from xinnong.cli import reference

HELP = "write docs/reference from the code: commands, variables, refusal codes (for developers)"
NEEDS = "django"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 1 if a page lags behind"
    )


def run(args: argparse.Namespace) -> int:
    """Write, or say which page lags behind."""
    behind = {name: text for name, text in reference.pages().items() if _current(name) != text}
    for name, text in behind.items():
        print(name)
        if not args.check:
            reference.FOLDER.mkdir(parents=True, exist_ok=True)
            (reference.FOLDER / name).write_text(text, encoding="utf-8")
    return 1 if behind and args.check else 0


def _current(name: str) -> str:
    path = reference.FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""
