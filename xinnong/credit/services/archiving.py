"""The only writer of the archive of results."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
from django.contrib.postgres.fields import ArrayField
from django.db import connections
from django.db.models import BigAutoField, BigIntegerField, BooleanField, Field, ForeignKey, Model
from django.db.models import SmallIntegerField as Small

from xinnong.analytics.engine import quoted
from xinnong.credit.archive import SEPARATOR, file_of, folder_of
from xinnong.credit.models import Line
from xinnong.profiles.models import Profile
from xinnong.scoring.models import Score

MODELS: Final[Sequence[type[Model]]] = (Profile, Score, Line)
NUMBERS: Final = (BigAutoField, BigIntegerField, ForeignKey, Small)


def archive_run(run_id: int, *, using: str) -> bool:
    """Write the results of a run, whole or not at all; False where there are none, or are already.

    Under the role of `using`, which must see every row.
    """
    folder = folder_of(run_id)
    if folder.exists() or not Score.objects.using(using).filter(run_id=run_id).exists():
        return False
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    for model in MODELS:
        _write(model, run_id, draft, using)
    draft.rename(folder)
    return True


def _write(model: type[Model], run_id: int, folder: Path, using: str) -> None:
    """Rows through a CSV beside the target: PostgreSQL writes it, DuckDB reads it."""
    fields = model._meta.concrete_fields
    shown = ", ".join(map(_selected, fields))
    statement = (
        f"COPY (SELECT {shown} FROM {model._meta.db_table}"
        f" WHERE run_id = {run_id:d} ORDER BY household_id, id) TO STDOUT (FORMAT csv)"
    )
    plain = folder / "rows.csv"
    with (
        plain.open("wb") as target,
        connections[using].cursor() as cursor,
        cursor.copy(statement) as rows,
    ):
        for chunk in rows:
            target.write(chunk)
    columns = ", ".join(f"'{field.column}': '{_type(field)}'" for field in fields)
    with duckdb.connect() as duck:
        duck.execute(
            f"COPY (SELECT * FROM read_csv({quoted(plain)}, header = false, auto_detect = false,"
            f" allow_quoted_nulls = false, columns = {{{columns}}}))"
            f" TO {quoted(file_of(folder, model))} (FORMAT parquet, COMPRESSION zstd)"
        ).fetchall()
    plain.unlink()


def _selected(field: Field[Any, Any]) -> str:
    if isinstance(field, ArrayField):
        return f"array_to_string({field.column}, '{SEPARATOR}')"
    return str(field.column)


def _type(field: Field[Any, Any]) -> str:
    """Whole numbers and truth values as such; rates, lists and texts as the database writes them."""
    if isinstance(field, BooleanField):
        return "BOOLEAN"
    return "BIGINT" if isinstance(field, NUMBERS) else "VARCHAR"
