"""One command on a page, with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.core.errors import Refused
from xinnong.outreach.services.refusals import FilingRefused
from xinnong.web.refusals import wording_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
            self.refusal = wording_of(refused.code, refused.params)
            if isinstance(refused, FilingRefused):
                self.problems = [wording_of(each.code, each.params) for each in refused.problems]
            return False
        return True
