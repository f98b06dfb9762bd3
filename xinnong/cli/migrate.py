"""Prepare the database and bring its tables up to date."""

from __future__ import annotations

import argparse
import sys

from django.core.management import call_command
from django.db import connection

from xinnong.config import databases, schema

HELP = "prepare the database and bring its tables up to date (as the owner role)"
ROLE = "owner"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--plan", action="store_true", help="show what would be done, change nothing"
    )


def run(args: argparse.Namespace) -> int:
    """Extensions and grants, then migrations."""
    if args.plan:
        call_command("migrate", plan=True)
        return 0
    with connection.cursor() as cursor:
        cursor.execute((databases.SQL / "database.sql").read_text(encoding="utf-8"))
        found = databases.faults(cursor.connection)
    if found:
        raise databases.ServerFault("; ".join(found))
    schema.bring_up_to_date(_say if sys.stderr.isatty() else schema.silent)
    return 0


def _say(name: str) -> None:
    print(f"  {name}", file=sys.stderr)
