"""Ctrl-C while DuckDB works: it ends the statement and answers with an error of its own."""

from __future__ import annotations

from typing import Final

OF_DUCKDB: Final = "Query interrupted"


def was_pressed(error: BaseException | None) -> bool:
    """Whether an error, or what it followed from, is somebody's Ctrl-C and no fault.

    DuckDB hears the signal inside a statement and raises RuntimeError("Query interrupted") in the place
    of KeyboardInterrupt; https://github.com/duckdb/duckdb-python, PyErr_CheckSignals.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        if isinstance(error, RuntimeError) and str(error) == OF_DUCKDB:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
