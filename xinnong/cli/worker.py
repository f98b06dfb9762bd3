"""Run the jobs that pages and the API deferred."""

from __future__ import annotations

import argparse

from django.core.management import call_command

from xinnong.cli.dispatch import whole
from xinnong.config import databases, log_keeper, postgres

HELP = "run deferred jobs: imports, refreshes, clean-up; number entries of the evidence log"
SERVICE = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--jobs", type=whole(1, 64), default=2, help="jobs at a time (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop; a job cut off by a kill is taken up again by its heartbeat."""
    databases.refuse_unfit_role(postgres.address("app"))
    with log_keeper.kept_beside():
        call_command("procrastinate", "worker", "--concurrency", str(args.jobs))
    return 0
