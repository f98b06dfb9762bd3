"""Every column is declared, and every table about persons shows no row without a scope."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from xinnong.accounts.crossings import CROSSINGS
from xinnong.privacy.declarations import (
    OPERATORS,
    RETENTION,
    DeclarationFault,
    Table,
    declared_tables,
    read_declaration,
    undeclared_columns,
    vanished_columns,
)

FORBIDDEN = re.compile(
    r"relig|gene(tic|s\b)|fingerprint|blood|disease|diagnos|medical_history|married|divorc|marital"
    r"|disab|convict|assistance"
)


def test_it_declares_every_column() -> None:
    assert undeclared_columns() == []


def test_it_declares_nothing_that_is_gone() -> None:
    assert vanished_columns() == []


def test_it_has_no_column_for_what_must_never_be_kept() -> None:
    named = [f"{t.name}.{c}" for t in declared_tables().values() for c in t.classes]
    assert [name for name in named if FORBIDDEN.search(name)] == []


def test_it_keeps_no_resident_id_phone_or_address_in_the_clear() -> None:
    named = [f"{t.name}.{c}" for t in declared_tables().values() for c in t.classes]
    clear = re.compile(r"\.(rid|phone|address|resident_id|id_number|mobile)$")
    assert [name for name in named if clear.search(name)] == []


@pytest.mark.django_db
def test_it_forces_row_level_security_on_every_table_of_an_operator() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
            " AND relrowsecurity AND relforcerowsecurity"
        )
        forced = {name for (name,) in cursor.fetchall()}
    assert sorted(table.name for table in _operators_tables() if table.name not in forced) == []


@pytest.mark.django_db
def test_it_shows_no_row_of_an_operator_without_a_scope() -> None:
    for table in _operators_tables():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table.name}"')
            assert cursor.fetchone() == (0,), table.name


@pytest.mark.django_db
def test_it_crosses_between_operators_only_where_the_list_says() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, right(policyname, 1), cmd FROM pg_policies"
            " WHERE policyname LIKE 'share%' AND tablename LIKE '%\\_%'"
        )
        found = set(cursor.fetchall())
    listed = {(crossing.table, crossing.reader_kind, "SELECT") for crossing in CROSSINGS}
    assert found == listed


def test_it_refuses_a_declaration_with_an_unknown_class(tmp_path: Path) -> None:
    path = tmp_path / "columns.toml"
    path.write_text('[t]\nowner = "a"\nsecret = ["x"]\n')
    with pytest.raises(DeclarationFault):
        list(read_declaration(path))


@pytest.mark.parametrize(
    "said", ["", 'purpose = "x"\n', 'keep = "evidence"\n', 'purpose = "x"\nkeep = "ever"\n']
)
def test_it_refuses_a_table_about_persons_without_purpose_and_end(
    tmp_path: Path, said: str
) -> None:
    path = tmp_path / "columns.toml"
    path.write_text(f'[t]\nowner = "a"\n{said}personal = ["name"]\n')
    with pytest.raises(DeclarationFault):
        list(read_declaration(path))


def test_it_says_for_every_table_about_persons_what_for_and_how_long() -> None:
    about = [table for table in declared_tables().values() if table.is_about_persons]
    assert len(about) > 20
    assert [table.name for table in about if not table.purpose or table.keep not in RETENTION] == []


def test_it_refuses_a_column_declared_twice(tmp_path: Path) -> None:
    path = tmp_path / "columns.toml"
    path.write_text('[t]\nowner = "a"\npersonal = ["x"]\ninternal = ["x"]\n')
    with pytest.raises(DeclarationFault):
        list(read_declaration(path))


def _operators_tables() -> list[Table]:
    return [table for table in declared_tables().values() if table.owner in OPERATORS]
