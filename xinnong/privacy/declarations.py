"""What every column holds: read from `columns.toml` of each app.

A section per table gives its owner and lists its columns by class:

public      anybody may know it
internal    for those who run the installation; says nothing about a person by itself
personal    about an identifiable person
sensitive   may harm the person when it leaks or is misused (PIPL 28; credit-reporting rules 14)

Owners: `a` county service, `b` lenders, `c` health bureau, `d` police, `by-row` (the row names its
operator), `public`, and for tables without operator `sign-in`, `jobs`, `unused`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.apps import apps

CLASSES: Final = ("public", "internal", "personal", "sensitive")
ABOUT_PERSONS: Final = frozenset({"personal", "sensitive"})
OPERATORS: Final = frozenset({"a", "b", "c", "d", "by-row"})
OWNERS: Final = OPERATORS | {"public", "sign-in", "jobs", "unused"}
THIRD_PARTY: Final = Path(__file__).parent / "third_party.toml"


class DeclarationFault(Exception):
    """A declaration file that cannot be meant; the message names the table."""


@dataclass(frozen=True, slots=True)
class Table:
    """The declaration of one table."""

    name: str
    owner: str
    classes: Mapping[str, str]

    @property
    def is_about_persons(self) -> bool:
        """Whether any column is personal or sensitive."""
        return bool(ABOUT_PERSONS & set(self.classes.values()))

    def columns(self, *classes: str) -> list[str]:
        """Columns of these classes, in the order declared."""
        return [column for column, held in self.classes.items() if held in classes]


@cache
def declared_tables() -> Mapping[str, Table]:
    """Every declared table by name."""
    folders = [Path(config.path) for config in apps.get_app_configs()]
    own = [folder / "columns.toml" for folder in folders if folder.parent.name == "xinnong"]
    files = [path for path in own if path.exists()] + [THIRD_PARTY]
    tables = [table for path in files for table in read_declaration(path)]
    return {table.name: table for table in tables}


def read_declaration(path: Path) -> Iterable[Table]:
    """Tables of one file; raises DeclarationFault for an unknown owner or class, or a repeat."""
    for name, section in tomllib.loads(path.read_text(encoding="utf-8")).items():
        owner = section.pop("owner", "")
        if owner not in OWNERS or not set(section) <= set(CLASSES):
            raise DeclarationFault(f"{path}: {name}: unknown owner or class")
        classes: dict[str, str] = {}
        for held, columns in section.items():
            for column in columns:
                if column in classes:
                    raise DeclarationFault(f"{path}: {name}.{column} is declared twice")
                classes[column] = held
        yield Table(name, owner, classes)


def undeclared_columns() -> list[str]:
    """`table.column` of every model column that no file declares."""
    known = declared_tables()
    return [
        f"{table}.{column}"
        for table, columns in _model_columns().items()
        for column in columns
        if table not in known or column not in known[table].classes
    ]


def vanished_columns() -> list[str]:
    """`table.column` of every declared column that no model has any more."""
    found = _model_columns()
    return [
        f"{table.name}.{column}"
        for table in declared_tables().values()
        if _is_installed(table.name)
        for column in table.classes
        if column not in found.get(table.name, ())
    ]


def _model_columns() -> dict[str, list[str]]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    models += [model for model in apps.get_models() if not model._meta.managed]
    return {
        model._meta.db_table: [field.name for field in model._meta.local_fields]
        for model in models
        if not model._meta.proxy
    }


def _is_installed(table: str) -> bool:
    """Third-party apps may be left out; our own tables must exist."""
    return table in _model_columns() or not any(
        read.name == table for read in read_declaration(THIRD_PARTY)
    )
