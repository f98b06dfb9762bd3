"""Import operators, institutions and users from a list."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from xinnong.cli.list_faults import told_problem

HELP = "import operators, institutions and users from a TOML list"
EPILOGUE: Final = """\
[[operator]]     code, kind (a county service, b lender, c health bureau, d police), name
[[institution]]  code, kind, name, operator; parent, area (twelve digits), name_en
[[user]]         username, name, roles; institution, areas, active
The list comes in whole or not at all; the same list again changes nothing. New users get a
password, printed once. Commands that read files do so in the name of the user `operator`.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="UTF-8 TOML list")


def run(args: argparse.Namespace) -> int:
    """Print one JSON object for each user; a faulty list changes nothing."""
    from django.utils import timezone

    from xinnong.accounts.services.staff import import_staff
    from xinnong.core.errors import InvalidDocument

    try:
        hired = import_staff(args.file.read_text(encoding="utf-8-sig"), now=timezone.now())
    except InvalidDocument as refused:
        for problem in refused.problems:
            print(json.dumps(told_problem(problem), ensure_ascii=False, default=str))
        return 1
    except (OSError, UnicodeDecodeError) as fault:
        print(f"{args.file}: {fault.__class__.__name__}", file=sys.stderr)
        return 2
    for user in hired:
        print(json.dumps(asdict(user), ensure_ascii=False))
    return 0
