"""Whether a contract may be drawn on: asked of whoever keeps contracts. Silence is no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from xinnong.core.errors import Refused


@dataclass(frozen=True, slots=True)
class DrawAsked:
    """A drawing before it happens.

    `payee` is the reference of the card the money is to go to, None for any. `device` is the mark
    of the device it is asked from, None at a counter.
    """

    contract_ref: UUID
    amount_minor: int
    on: date
    now: datetime
    payee: UUID | None = None
    device: int | None = None


Gate = Callable[[DrawAsked], None]
"""Returns when the money may go, raises a Refused when it may not."""


class DrawNotAllowed(Refused):
    """Nobody says that this contract may be drawn on."""

    code: ClassVar[str] = "loan.draw_not_allowed"


_gates: Final[list[Gate]] = []


def register_draw_gate(gate: Gate | None) -> None:
    """Let contracts say whether they may be drawn on; None takes the gate away again."""
    _gates[:] = [] if gate is None else [gate]


def registered_gate() -> Gate | None:
    """Whoever is asked now."""
    return _gates[0] if _gates else None


def ask_draw_gate(asked: DrawAsked) -> None:
    """Pass, or raise what the gate raises; DrawNotAllowed while there is none."""
    if not _gates:
        raise DrawNotAllowed
    _gates[0](asked)
