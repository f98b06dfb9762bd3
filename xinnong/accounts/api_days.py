"""A day as programs send it: YYYY-MM-DD and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from xinnong.core.documents import is_iso_date


def _written(value: object) -> object:
    """Let a number pass for no day: pydantic would count it as seconds since 1970."""
    if value is None or isinstance(value, date) or is_iso_date(value):
        return value
    raise PydanticCustomError("date_parsing", "a day is written YYYY-MM-DD")


Day = Annotated[date, BeforeValidator(_written)]
