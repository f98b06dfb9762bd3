"""The evidence log is kept up while a worker runs: entries get their numbers half a second later.

A thread of the worker, for it costs one small statement each time; of several workers one does it at
a time. Whatever goes wrong is logged once and tried again: nothing is lost by waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection
from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services.sequencing import MOST_AT_ONCE, Sequenced, sequence_entries

PAUSE_SECONDS: Final = 0.5
END_SECONDS: Final = 5
logger = structlog.get_logger("xinnong.log")


def log_key() -> Ed25519PrivateKey:
    """The key that signs the log's checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(settings.XINNONG_LOG_KEY)


def keep_once() -> Sequenced | None:
    """Number what waits; None where somebody else is at it."""
    with scoped(SYSTEM):
        return sequence_entries(key=log_key(), now=timezone.now())


def catch_up() -> Sequenced | None:
    """Number all that waits, some thousand at a time; answers the sum."""
    done, entries = keep_once(), 0
    while done is not None and done.entries == MOST_AT_ONCE:
        entries += done.entries
        done = keep_once()
    return done and Sequenced(entries + done.entries, done.size, done.signed)


@contextmanager
def kept_beside() -> Iterator[None]:
    """Keep the log while the block runs."""
    stop = Event()
    thread = Thread(target=_keep, args=(stop,), name="log", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(END_SECONDS)


def _keep(stop: Event) -> None:
    failing = False
    while not stop.wait(PAUSE_SECONDS):
        try:
            catch_up()
            failing = False
        except Exception:
            if not failing:
                logger.exception("log-not-kept")
            failing = True
            connection.close()
    connection.close()
