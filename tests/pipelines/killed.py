"""A refresh in a process of its own that dies of SIGKILL as soon as a stage is announced.

python -m tests.pipelines.killed SERVER DATABASE DATA STAGE
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import django


def main(server: str, name: str, data: str, last_stage: str) -> None:
    """Refresh the test database until the stage, then die without a word."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "xinnong.config.settings"
    django.setup()
    from django.conf import settings

    from tests import database
    from tests.people import NOW
    from tests.pipelines.county import AS_OF
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.pipelines.services import refresh_county

    settings.XINNONG_DATA = Path(data)
    settings.XINNONG_LAKE, settings.XINNONG_WORK = Path(data) / "lake", Path(data) / "work"
    database.point_django_at(server, name)

    def die(stage: str, _done: int, _total: int) -> None:
        if stage == last_stage:
            os.kill(os.getpid(), signal.SIGKILL)

    refresh_county(actor=SYSTEM_ACTOR, clock=lambda: NOW, as_of=AS_OF, on_stage=die)


if __name__ == "__main__":
    main(*sys.argv[1:])
