"""One command on a page of field teams, with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.outreach.services.refusals import FilingRefused
from xinnong.web.asking import Told as AnyTold
from xinnong.web.refusals import wording_of

if TYPE_CHECKING:
    from xinnong.core.errors import Refused
    from xinnong.web.refusals import Wording


class Told(AnyTold):
    """What came of a command; a filing names everything in its way."""

    def in_the_way(self, refused: Refused) -> list[Wording]:
        """The problems of a filing."""
        if not isinstance(refused, FilingRefused):
            return []
        return [wording_of(each.code, each.params) for each in refused.problems]
