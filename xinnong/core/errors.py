"""How the rules say no: a stable code with parameters, never a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as filled
from typing import ClassVar


class Refused(Exception):
    """Something a person asked for cannot be done.

    Subclasses name the reason with a stable `code`; pages and the API turn it into words.
    `params` holds what the words need and never a resident id, a name or a phone number.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, **params: object) -> None:
        """Keep the parameters; the message for logs is the code alone."""
        super().__init__(self.code)
        self.params: dict[str, object] = params


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document or a row: which field, what, and with which figures."""

    code: str
    field: str
    params: Mapping[str, object] = filled(default_factory=dict)


class InvalidDocument(Refused):
    """A published document does not hold; `problems` lists everything wrong with it at once."""

    code: ClassVar[str] = "document.invalid"

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        """Carry all problems, so that an author sees them in one go."""
        super().__init__(count=len(problems))
        self.problems = problems

    def __str__(self) -> str:
        """Name every field and code: the log of a refused publication."""
        named = ", ".join(f"{problem.field}: {problem.code}" for problem in self.problems)
        return f"{self.code} ({named})"
