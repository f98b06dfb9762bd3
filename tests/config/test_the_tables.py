"""Tables are made by the statements that Django's own way makes, and never over unknown ones."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState

from xinnong.config import schema
from xinnong.config.databases import ServerFault

BRANCHES = ("account", "axes", "credit", "ledger")  # all of lending takes Django ten seconds


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def statements(loader: MigrationLoader, app: str, *, ours: bool) -> list[str]:
    """What the migrations up to the last one of an app would send to an empty database."""
    (leaf,) = (key for key in loader.graph.leaf_nodes() if key[0] == app)
    state, sent = ProjectState(), []
    for key in loader.graph.forwards_plan(leaf):
        migration = loader.graph.nodes[key]
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            given = schema.rendered_for(migration, state) if ours else state
            state = migration.apply(given, editor, collect_sql=True)
        sent += editor.collected_sql
    return sent


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("app", BRANCHES)
def test_the_statements_are_those_of_django(loader: MigrationLoader, app: str) -> None:
    assert statements(loader, app, ours=True) == statements(loader, app, ours=False)


def applied(names: list[tuple[str, str]]) -> dict[tuple[str, str], Migration]:
    return {key: Migration(key[1], key[0]) for key in names}


def test_it_refuses_tables_of_another_version(loader: MigrationLoader) -> None:
    known = [("ledger", "0001_initial"), ("a_library", "0001_gone")]
    loader.applied_migrations = applied(known)
    schema.refuse_unknown(loader)
    loader.applied_migrations = applied(
        [*known, *(("lending", f"0{number}_later") for number in range(101, 108))]
    )
    with pytest.raises(ServerFault) as refused:
        schema.refuse_unknown(loader)
    said = str(refused.value)
    assert "lending.0101_later" in said
    assert "lending.0105_later and 2 more, unknown here. Nothing was changed." in said
    assert "run.py stop --purge" in said
