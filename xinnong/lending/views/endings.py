"""Taking the own proposal back, or saying no to a colleague's, from the page that confirms it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _l

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import user_of
from xinnong.lending import services
from xinnong.lending.models import LoanProposal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from xinnong.lending.models import Loan

ENDINGS: Mapping[str, Any] = {"withdraw": _l("撤回提议"), "turn-down": _l("不同意提议")}


def ways_to_end(request: HttpRequest, waiting: LoanProposal | None) -> dict[str, Any]:
    """The way in which the reader may end what waits: its own, or a colleague's."""
    if waiting is None:
        return {"ending": None}
    actor = user_of(request)
    if waiting.proposed_by == actor.ref:
        return _way("withdraw", waiting)
    return _way("turn-down", waiting) if actor.can(Permission.RESOLVE_LOANS) else {"ending": None}


def _way(step: str, waiting: LoanProposal) -> dict[str, Any]:
    return {"ending": step, "ending_label": ENDINGS[step], "waiting": waiting.ref}


def end_proposal(request: HttpRequest, loan: Loan) -> LoanProposal:
    """End the proposal that was shown. Raises what the service raises; 404 for another loan's."""
    found = LoanProposal.objects.filter(loan=loan, ref=_shown(request)).first()
    if found is None:
        raise Http404
    user = user_of(request)
    assert user.institution is not None, "the page is the lender's"
    end = (
        services.withdraw_proposal if request.POST.get("step") == "withdraw" else services.turn_down
    )
    return end(actor=user, institution=user.institution, proposal_ref=found.ref, now=timezone.now())


def _shown(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("proposal", ""))
    except ValueError:
        raise Http404 from None
