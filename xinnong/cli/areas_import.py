"""Import a county's list of towns and villages."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from xinnong.areas.services import decoded, import_areas, read_list
from xinnong.cli.dispatch import USAGE, day
from xinnong.cli.list_faults import told_problem
from xinnong.core.errors import InvalidDocument

HELP = "import a county's towns and villages from a CSV (code, level, parent, name_zh, …)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", type=Path, help="CSV: code,level,parent,name_zh,name_en,retired_to")
    parser.add_argument(
        "--valid-from",
        type=day,
        required=True,
        help="first day of the list, YYYY-MM-DD",
    )
    parser.add_argument(
        "--many-may-end",
        action="store_true",
        help="accept a list that ends more than a tenth of the county",
    )


def run(args: argparse.Namespace) -> int:
    """Print what changed as JSON; a faulty list changes nothing and every fault is named."""
    try:
        rows = read_list(decoded(args.file.read_bytes()))
        done = import_areas(rows, valid_from=args.valid_from, many_may_end=args.many_may_end)
    except InvalidDocument as refused:
        for problem in refused.problems:
            print(json.dumps(told_problem(problem), ensure_ascii=False, default=str))
        return 1
    except OSError as fault:
        print(f"xinnong areas-import: {args.file}: {fault.strerror}", file=sys.stderr)
        return USAGE
    except UnicodeDecodeError:
        print(
            f"xinnong areas-import: {args.file}: neither UTF-8 nor GB18030; save it as UTF-8",
            file=sys.stderr,
        )
        return USAGE
    print(json.dumps(asdict(done)))
    return 0
