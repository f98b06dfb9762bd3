"""Make the demo's platform, an evening with a gang, and the case that comes of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

HELP = "make the demo's case of an account gang: a platform, its events, the alerts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    assert parser


def run(_args: argparse.Namespace) -> int:
    """Print what there is now."""
    from django.utils import timezone

    from xinnong.guard.demo import make_guard_demo

    print(json.dumps(asdict(make_guard_demo(now=timezone.now()))))
    return 0
