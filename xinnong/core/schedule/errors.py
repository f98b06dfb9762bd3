"""How terms are turned down: every problem at once, each by its field."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import InvalidDocument, Problem


class InvalidTerms(InvalidDocument):
    """No schedule can be made from these terms; `problems` says everything that is wrong."""

    code: ClassVar[str] = "terms.invalid"


def refuse(code: str, field: str, **params: object) -> InvalidTerms:
    """Make the refusal for a single problem found while the schedule is built."""
    return InvalidTerms(problems=(Problem(code, field, params),))
