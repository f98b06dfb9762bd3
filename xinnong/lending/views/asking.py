"""What the pages of origination share: who asks, and one command with its refusal in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.accounts.models import lender_code
from xinnong.accounts.visibility import user_of
from xinnong.core.errors import Refused
from xinnong.lending.reasons import problems_said, refusal_said
from xinnong.lending.services.aftercare_refusals import ContactNotAllowed
from xinnong.lending.services.loan_refusals import DrawHeld
from xinnong.lending.services.refusals import NotApprovable
from xinnong.lending.services.security_refusals import NotSecurable

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from xinnong.web.refusals import Wording


def lender_of(request: HttpRequest) -> str:
    """The code of the lender whose staff asks; "" for everybody else."""
    return lender_code(user_of(request).institution)


WITH_PROBLEMS = (NotApprovable, DrawHeld, NotSecurable, ContactNotAllowed)


class Refusals:
    """What came of a command: nothing, or why it was refused and everything in its way."""

    def __init__(self) -> None:
        self.refusal: Wording | None = None
        self.problems: list[Wording] = []

    def of(self, act: Callable[[], object]) -> bool:
        """Carry out a command; answer whether it was done, and keep the words if it was not."""
        try:
            act()
        except Refused as refused:
            self.refusal = refusal_said(refused.code, refused.params)
            if isinstance(refused, WITH_PROBLEMS):
                self.problems = problems_said(refused.problems)
            return False
        return True
