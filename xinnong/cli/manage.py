"""Django's own commands, for developers and administrators."""

from __future__ import annotations

import argparse

from django.core.management import execute_from_command_line

HELP = "run one of Django's own commands, for example `xinnong manage check --deploy`"
ROLE = "owner"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Pass everything on."""
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="the command and its arguments")


def run(args: argparse.Namespace) -> int:
    """Hand over to Django."""
    execute_from_command_line(["xinnong manage", *args.arguments])
    return 0
