"""What pages share around drawing: the cards, the form, and remembering what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from xinnong.accounts.devices import device_of
from xinnong.accounts.visibility import user_of
from xinnong.lending import services
from xinnong.lending.forms.loans import DrawForm
from xinnong.lending.queries.contracts import cards_of

if TYPE_CHECKING:
    from django.http import HttpRequest

    from xinnong.lending.models import Contract
    from xinnong.registry.models import Person


def card_choices(found: Contract) -> list[tuple[str, str]]:
    """The borrower's cards at the lender, by reference."""
    cards = cards_of(found.person, institution=found.institution)
    return [(str(card.ref), f"{card.bank} {card.last4}") for card in cards]


def draw_form(form: object, choices: list[tuple[str, str]], left_minor: int) -> DrawForm:
    """The form as it was sent, or one that offers what is left."""
    if isinstance(form, DrawForm):
        return form
    return DrawForm(cards=choices, initial={"amount": left_minor})


def note_newness(request: HttpRequest, person: Person, institution: str) -> None:
    """Remember device and number before anything is done with them."""
    actor, now = user_of(request), timezone.now()
    services.note_device(
        actor=actor, person=person, institution=institution, device=device_of(request), now=now
    )
    services.note_number(actor=actor, person=person, institution=institution, now=now)
