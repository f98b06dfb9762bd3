"""What every column holds: read from `columns.toml` of each app.

A section per table gives its owner and lists its columns by class; a table about persons also says
what it is for (`purpose`) and how long its rows stay (`keep`, one of RETENTION):

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
RETENTION: Final[Mapping[str, str]] = {
    "registry": "while the county's registers name the person (PIPL 19: no longer than needed)",
    "results": "the six newest runs, then five years in the archive (credit-reporting rules 16)",
    "documents": "for good: later results refer to them",
    "lending": "while the contract runs and five years on (commercial banks' and lenders' records)",
    "evidence": "ten years: queries of credit files can be accounted for",
    "books": "thirty years (accounting archives rules 2016, annex: vouchers and ledgers)",
    "employment": "while the account exists; an ended account keeps its name for the record",
    "sign-in": "180 days (Cybersecurity Law 21: no less than six months)",
    "session": "eight hours, or until signing out",
    "nothing": "the table stays empty",
}
"""How long rows are kept, by the code that stands in a declaration, with the rule it follows."""
ABOUT_TABLE: Final = ("owner", "purpose", "keep")
THIRD_PARTY: Final = Path(__file__).parent / "third_party.toml"


class DeclarationFault(Exception):
    """A declaration file that cannot be meant; the message names the table."""


@dataclass(frozen=True, slots=True)
class Table:
    """The declaration of one table."""

    name: str
    owner: str
    classes: Mapping[str, str]
    purpose: str = ""
    keep: str = ""

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
    """Tables of one file.

    Raises DeclarationFault for an unknown owner, class or retention, a column declared twice, and a
    table about persons without purpose or retention.
    """
    for name, section in tomllib.loads(path.read_text(encoding="utf-8")).items():
        owner, purpose, keep = (section.pop(key, "") for key in ABOUT_TABLE)
        table = Table(name, owner, _classes(section, f"{path}: {name}"), purpose, keep)
        if owner not in OWNERS:
            raise DeclarationFault(f"{path}: {name}: unknown owner")
        if table.is_about_persons and not (purpose and keep in RETENTION):
            raise DeclarationFault(f"{path}: {name}: about persons, without purpose or retention")
        yield table


def _classes(section: Mapping[str, list[str]], place: str) -> dict[str, str]:
    classes: dict[str, str] = {}
    for held, columns in section.items():
        if held not in CLASSES:
            raise DeclarationFault(f"{place}: unknown class {held}")
        for column in columns:
            if column in classes:
                raise DeclarationFault(f"{place}.{column} is declared twice")
            classes[column] = held
    return classes


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
