"""Each migration brings the functions that its statements call, whatever else is migrated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

CREATES = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (scope\.\w+)")
CALLS = re.compile(r"scope\.\w+(?=\()")


def statements(migration: Any) -> Iterator[str]:
    for operation in migration.operations:
        if isinstance(operation, RunSQL):
            yield str(operation.sql)


def test_whatever_a_wall_asks_is_there_when_one_app_is_migrated_alone() -> None:
    graph = MigrationLoader(None).graph
    text = {key: "\n".join(statements(node)) for key, node in (
        (key, graph.nodes[key]) for key in graph.nodes
    )}  # fmt: skip
    makes = {key: set(CREATES.findall(said)) for key, said in text.items()}
    missing = {
        (key, name)
        for key, said in text.items()
        for name in set(CALLS.findall(said))
        if not any(name in makes[before] for before in graph.forwards_plan(key))
    }
    assert missing == set()
    assert ("accounts", "0004_books") in graph.forwards_plan(("lending", "0010_securities"))
