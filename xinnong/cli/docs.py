"""Write the reference pages that come from the code."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xinnong.cli import contract_pages, reference
from xinnong.config import environment

HELP = "write docs/reference and docs/contracts from the code (for developers)"
NEEDS = "django"
DOCS: Final = environment.REPOSITORY / "docs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; 1 if a page lags behind"
    )


def run(args: argparse.Namespace) -> int:
    """Write, or say which page lags behind."""
    behind = {path: text for path, text in generated().items() if _current(path) != text}
    for path, text in behind.items():
        print(path.relative_to(DOCS))
        if not args.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if behind and args.check else 0


def generated() -> Mapping[Path, str]:
    """Path to text of every page that comes from the code."""
    return {
        **{reference.FOLDER / name: text for name, text in reference.pages().items()},
        **{contract_pages.FOLDER / name: text for name, text in contract_pages.pages().items()},
    }


def _current(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
