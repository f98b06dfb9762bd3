"""Ctrl-C inside a statement of DuckDB is Ctrl-C, and nothing else is."""

from __future__ import annotations

import os
import signal
import threading

import duckdb
import pytest

from xinnong.analytics.ctrl_c import was_pressed

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10_000_000) AS a, range(10_000_000) AS b"


def _clean_up_and_fail() -> None:
    try:
        raise RuntimeError("Query interrupted")
    finally:
        raise ValueError("after")


def test_duckdb_in_the_middle_of_a_statement() -> None:
    press = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    with duckdb.connect(config={"threads": "1"}) as duck:
        press.start()
        with pytest.raises((RuntimeError, KeyboardInterrupt)) as pressed:
            duck.execute(ENDLESS).fetchall()
    press.join()
    assert was_pressed(pressed.value)


def test_what_followed_from_it_and_what_did_not() -> None:
    assert was_pressed(KeyboardInterrupt())
    with pytest.raises(ValueError, match="after") as followed:
        _clean_up_and_fail()
    assert was_pressed(followed.value)
    for other in (None, RuntimeError("Query failed"), ValueError("Query interrupted"), OSError()):
        assert not was_pressed(other)
    circle = ValueError("round")
    circle.__cause__ = OSError()
    circle.__cause__.__cause__ = circle
    assert not was_pressed(circle)
