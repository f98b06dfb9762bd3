"""What lending asks of others, as functions that they register; silence and faults count as no.

`guard` says whether new draws of a person or village wait. The identity service and the card's bank
say whether somebody is who they say. Apps that own a condition (custody, insurance, chains) say
whether it holds. The ledger says what was drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog

if TYPE_CHECKING:
    from xinnong.lending.models import Contract

logger = structlog.get_logger("xinnong.lending")


@dataclass(frozen=True, slots=True)
class DrawHold:
    """New draws wait: a public reason code, and where to appeal. Nothing else is told."""

    reason: str
    appeal: str


UNKNOWN_HOLD: Final = DrawHold("guard.unknown", "")
"""The answer could not be had: wait, and say so."""

FindDrawHold = Callable[[UUID, str], DrawHold | None]
CheckPerson = Callable[[UUID, str], bool]
CheckCard = Callable[[UUID, str, str], bool]
Witness = Callable[["Contract", str], bool]
SumDrawn = Callable[["Contract"], int]


class _Asked:
    """Who answers; one for each question."""

    draw_hold: FindDrawHold | None = None
    person: CheckPerson | None = None
    card: CheckCard | None = None
    drawn: SumDrawn | None = None
    witnesses: Final[dict[str, Witness]] = {}


def register_draw_hold(find: FindDrawHold | None) -> None:
    """Let guard say whether draws wait: `find(person, village)`; None takes it away again."""
    _Asked.draw_hold = find


def register_person_check(check: CheckPerson | None) -> None:
    """Let the identity service say whether the picture (by reference) is that person, alive."""
    _Asked.person = check


def register_card_check(check: CheckCard | None) -> None:
    """Let the banks' service say whether a card (number, bank) belongs to that person."""
    _Asked.card = check


def register_witness(condition: str, holds: Witness | None) -> None:
    """Let the app that owns a condition say whether it holds for a contract and a reference."""
    if holds is None:
        _Asked.witnesses.pop(condition, None)
    else:
        _Asked.witnesses[condition] = holds


def register_drawn(total: SumDrawn | None) -> None:
    """Let the ledger say how much was ever drawn on a contract, in fen."""
    _Asked.drawn = total


def draw_hold_of(person: UUID, village: str) -> DrawHold | None:
    """Whether draws wait. None where nobody holds them; UNKNOWN_HOLD where asking failed."""
    if _Asked.draw_hold is None:
        return None
    try:
        return _Asked.draw_hold(person, village)
    except Exception:  # whatever goes wrong over there, money waits
        logger.exception("draw-hold-unknown")
        return UNKNOWN_HOLD


def is_the_person(person: UUID, photo: str) -> bool | None:
    """Whether the picture is the person; None where nobody can say."""
    return _said(_Asked.person, person, photo)


def is_own_card(person: UUID, number: str, bank: str) -> bool | None:
    """Whether the card is the person's own; None where nobody can say."""
    return _said(_Asked.card, person, number, bank)


def is_witnessed(condition: str, contract: Contract, evidence: str) -> bool:
    """Whether the app that owns a condition vouches for it; False where there is no such app."""
    return _said(_Asked.witnesses.get(condition), contract, evidence) is True


def drawn_minor(contract: Contract) -> int:
    """What was drawn; zero while no ledger is attached, because then nothing can be drawn."""
    return 0 if _Asked.drawn is None else _Asked.drawn(contract)


def _said(ask: Callable[..., bool] | None, *about: object) -> bool | None:
    if ask is None:
        return None
    try:
        return ask(*about) is True
    except Exception:  # a service that fails has not said yes
        logger.exception("check-failed")
        return None
