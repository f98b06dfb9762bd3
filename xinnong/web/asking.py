"""One command on a page, with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.core.errors import Refused
from xinnong.web.refusals import wording_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from xinnong.web.refusals import Wording


class Told:
    """What came of a command: nothing, or why it was refused and everything in its way."""

    def __init__(self) -> None:
        self.refusal: Wording | None = None
        self.problems: list[Wording] = []

    def of(self, act: Callable[[], object]) -> bool:
        """Carry out a command; answer whether it was done, and keep the words if it was not."""
        try:
            act()
        except Refused as refused:
            self.refusal = self.words(refused.code, refused.params)
            self.problems = self.in_the_way(refused)
            return False
        return True

    def no_such_step(self) -> None:
        """What was sent names nothing that this page does: nothing was done."""
        self.refusal = self.words("page.no_such_step", {})

    def words(self, code: str, params: Mapping[str, Any]) -> Wording:
        """A refusal in the language of the page."""
        return wording_of(code, params)

    def in_the_way(self, refused: Refused) -> list[Wording]:  # noqa: ARG002 - for those that list problems
        """Everything that stands against a command, where its refusal says so."""
        return []
