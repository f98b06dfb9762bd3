"""When Python's collector of circles rests: while a great many objects live on that form none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Look for no circles in the block.

    The windows of detection hold events and numbers in lists and counts, nothing points back: counting
    references frees what leaves them. Going through all of them again and again took more than half of
    the time of a replay (`benchmarks/guard_replay.py`). A block in another one changes nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
