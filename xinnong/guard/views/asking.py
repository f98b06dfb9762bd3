"""What the pages of guard share: one command with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.core.errors import Refused
from xinnong.web.refusals import Wording, wording_of

if TYPE_CHECKING:
    from collections.abc import Callable


class Told:
    """What came of a command: its result, or why it was refused."""

    def __init__(self) -> None:
        self.refusal: Wording | None = None

    def of(self, act: Callable[[], object]) -> bool:
        """Carry out a command; answer whether it was done, and keep the words if it was not."""
        try:
            act()
        except Refused as refused:
            self.refusal = wording_of(refused.code, refused.params)
            return False
        return True
