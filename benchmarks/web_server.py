"""A data folder of its own with its server, and the pages served from it as `xinnong web` does."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORT = 8917


@contextmanager
def installed() -> Iterator[None]:
    """An empty, migrated database that writes through to the disk; settings of Django point at it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"XINNONG_DATA": folder, "XINNONG_ROLE": "app"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
        from xinnong.config import postgres

        with postgres.running(postgres.embedded()):
            run("migrate")
            import django

            django.setup()
            yield


def run(*command: str) -> None:
    """One command of the product, which has to end well."""
    subprocess.run(
        [sys.executable, "-m", "xinnong", *command], cwd=ROOT, check=True, capture_output=True
    )


@contextmanager
def serving(workers: int) -> Iterator[int]:
    """Serve until the context ends; the port on the loopback."""
    command = ["web", "--port", str(PORT), "--workers", str(workers)]
    web = subprocess.Popen(
        [sys.executable, "-m", "xinnong", *command], cwd=ROOT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait()
        yield PORT
    finally:
        web.terminate()
        web.wait(30)


def _wait() -> None:
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/check/")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")
