"""Serve the pages and the API."""

from __future__ import annotations

import argparse

from granian import Granian
from granian.constants import Interfaces

from xinnong.cli.dispatch import LAST_PORT, whole
from xinnong.config import databases, environment, logging, postgres

HELP = "serve the pages and the API"
NEEDS = "server"
SERVICE = True
TARGET = "xinnong.config.wsgi:application"
DEMO_TARGET = "xinnong.config.demo_web:application"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=whole(1, LAST_PORT), default=8000, help="port to listen on (%(default)s)"
    )
    parser.add_argument("--workers", type=whole(1, 64), default=1, help="processes (%(default)s)")
    parser.add_argument(
        "--threads", type=whole(1, 256), default=4, help="threads a process (%(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop; refuses a role that row-level security does not hold.

    Django is loaded by the processes that serve, not here: a start takes half the time.
    """
    for name in environment.SECRETS:
        environment.secret(name)
    databases.refuse_unfit_role(postgres.address("app"))
    Granian(
        DEMO_TARGET if environment.value("XINNONG_DEMO") == "1" else TARGET,
        address=args.host,
        port=args.port,
        interface=Interfaces.WSGI,
        workers=args.workers,
        blocking_threads=args.threads,
        websockets=False,
        respawn_failed_workers=True,
        log_access=False,
        log_dictconfig=logging.standard_library(environment.value("XINNONG_LOG_LEVEL", "INFO")),
    ).serve()
    return 0
