"""One command on a page of field teams, with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.outreach.services.refusals import FilingRefused
from xinnong.web.asking import Told as AnyTold
from xinnong.web.refusals import wording_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from xinnong.core.errors import Refused
    from xinnong.web.refusals import Wording

MOST_SEARCH: Final = 32
NUL: Final = "\0"
"""A letter that no name has and the database takes from nobody."""


def searched(request: HttpRequest) -> str:
    """What a list is searched for; with a letter that cannot be in a name it finds nothing."""
    return request.GET.get("search", "")[:MOST_SEARCH].replace(NUL, "�")


class Told(AnyTold):
    """What came of a command; a filing names everything in its way."""

    def in_the_way(self, refused: Refused) -> list[Wording]:
        """The problems of a filing."""
        if not isinstance(refused, FilingRefused):
            return []
        return [wording_of(each.code, each.params) for each in refused.problems]
