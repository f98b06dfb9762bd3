"""How guarantees and mortgages say no."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import Problem, Refused


class NotSecurable(Refused):
    """Somebody may not guarantee, or something not be mortgaged; `problems` holds every reason."""

    code: ClassVar[str] = "security.refused"

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        """Carry all problems, so that whoever stands at the counter hears them in one go."""
        super().__init__(codes="、".join(problem.code for problem in problems))
        self.problems = problems


class SecurityNotAsked(Refused):
    """The application asks for another kind of security."""

    code: ClassVar[str] = "security.not_asked"


class SecurityAgreed(Refused):
    """The contract names it already; what it says does not change."""

    code: ClassVar[str] = "security.agreed"


class GuarantorUnknown(Refused):
    """Nobody with this card or licence is known here."""

    code: ClassVar[str] = "security.unknown"


class NamedAlready(Refused):
    """This guarantor, owner or thing is on record already."""

    code: ClassVar[str] = "security.named_already"


class StillOwed(Refused):
    """Something is still owed, or can still be drawn: the mortgage stays."""

    code: ClassVar[str] = "security.still_owed"


class DatesWrong(Refused):
    """A day lies in the future, or before the one it must follow."""

    code: ClassVar[str] = "security.dates"
