"""What the pages of origination share: who asks, and one command with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xinnong.accounts.models import lender_code
from xinnong.accounts.visibility import user_of
from xinnong.lending.reasons import problems_said, refusal_said
from xinnong.lending.services.aftercare_refusals import ContactNotAllowed
from xinnong.lending.services.loan_refusals import DrawHeld
from xinnong.lending.services.refusals import NotApprovable
from xinnong.lending.services.security_refusals import NotSecurable
from xinnong.web.asking import Told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from xinnong.core.errors import Refused
    from xinnong.web.refusals import Wording


def lender_of(request: HttpRequest) -> str:
    """The code of the lender whose staff asks; "" for everybody else."""
    return lender_code(user_of(request).institution)


WITH_PROBLEMS = (NotApprovable, DrawHeld, NotSecurable, ContactNotAllowed)


class Refusals(Told):
    """What came of a command, in lending's words."""

    def words(self, code: str, params: Mapping[str, Any]) -> Wording:
        """A refusal with its amounts and days written out."""
        return refusal_said(code, params)

    def in_the_way(self, refused: Refused) -> list[Wording]:
        """Everything in its way, where the refusal lists it."""
        return problems_said(refused.problems) if isinstance(refused, WITH_PROBLEMS) else []
