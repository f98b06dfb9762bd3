"""What the pages share: one command with its refusal in words, and the person who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.accounts.visibility import user_of
from xinnong.core.errors import Refused
from xinnong.web.refusals import Wording, wording_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest


class Tried:
    """What came of a command: its answer, or why it was refused."""

    def __init__(self, act: Callable[[], Any]) -> None:
        """Carry the command out."""
        self.made: Any = None
        self.refusal: Wording | None = None
        try:
            self.made = act()
        except Refused as refused:
            self.refusal = wording_of(refused.code, refused.params)


def me_of(request: HttpRequest) -> UUID | None:
    """The person behind the account; None where none is tied to it."""
    return user_of(request).person_ref
