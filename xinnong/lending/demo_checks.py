"""Stand-ins for the identity service and for the banks' card check, for the demo county alone.

They know no real person and no real card. Without the invented county they refuse to take the place
of a service, so that an installation that lends real money can never be left with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from xinnong.accounts.demo import refuse_outside_demo
from xinnong.lending.seams import register_card_check, register_person_check

if TYPE_CHECKING:
    from uuid import UUID

    from django.utils.functional import _StrPromise

DEMO_BANK: Final = "穗浦农村商业银行"
DEMO_PHOTO: Final = "demo/live"
"""The reference of a live picture that passes; every other one does not."""


@dataclass(frozen=True, slots=True)
class DemoCard:
    """One published number that belongs to no bank's customer, and what the stand-in says of it."""

    number: str
    is_own: bool
    says: _StrPromise


DEMO_CARDS: Final = (
    DemoCard("9999800000000000014", is_own=True, says=_("本人的卡，可以绑定")),
    DemoCard("9999800000000000022", is_own=True, says=_("本人的卡，可以绑定")),
    DemoCard("9999800000000000030", is_own=False, says=_("别人的卡，会被退回")),
    DemoCard("9999800000000000048", is_own=False, says=_("已挂失的卡，会被退回")),
)


class _Standing:
    """Whether the stand-ins took their places in this process."""

    in_place: bool = False


def register() -> None:
    """Let the stand-ins answer in this process. Raises NotTheDemoCounty."""
    refuse_outside_demo()
    register_person_check(is_demo_picture)
    register_card_check(is_demo_card)
    _Standing.in_place = True


def withdraw() -> None:
    """Take the stand-ins away again: nobody vouches for anybody."""
    register_person_check(None)
    register_card_check(None)
    _Standing.in_place = False


def is_demo_picture(_person: UUID, photo: str) -> bool:
    """Say yes to the published picture alone."""
    return photo == DEMO_PHOTO


def is_demo_card(_person: UUID, number: str, bank: str) -> bool:
    """Say yes to a published card of the demo's bank that is marked as the holder's own."""
    own = {card.number for card in DEMO_CARDS if card.is_own}
    return bank.strip() == DEMO_BANK and number in own


def stand_in() -> bool:
    """Whether the stand-ins answer in this process, which is so in the demo alone."""
    return _Standing.in_place


def cards_to_try() -> tuple[DemoCard, ...]:
    """The published cards where the stand-ins answer; none where real services do."""
    return DEMO_CARDS if stand_in() else ()
