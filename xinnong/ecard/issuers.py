"""Whom this app asks: the issuer of credentials, and outreach; both register themselves.

There is no issuer by default. Then no code is shown, and pages say why (`ecard.no_issuer`). Who may
activate besides one's own phone and designated institutions is outreach's to say; by default nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from xinnong.core.errors import Refused

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class NoIssuer(Refused):
    """No adapter of the national platform answers here, so there is nothing to show."""

    code = "ecard.no_issuer"


class CodeUnknown(Refused):
    """The issuer never gave this code out, or its phone was replaced."""

    code = "ecard.code_unknown"


class CodeExpired(Refused):
    """The minute is over, or a newer code was shown since."""

    code = "ecard.code_expired"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code to show, and until when it is good."""

    digits: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the issuer says of a code; `digest` is the same for the same code and names nobody."""

    index_no: str
    digest: str
    is_offline: bool
    shown_at: datetime
    expires_at: datetime


class Issuer(Protocol):
    """The national platform, as far as this app needs it."""

    is_stand_in: bool
    checks: Sequence[tuple[str, str | _StrPromise]]
    """Person checks that can be handed in on the page: reference and words."""

    def check_person(self, person: UUID, reference: str) -> bool:
        """Whether a person check made elsewhere says that this is the person, alive."""

    def activate(self, person: UUID) -> str:
        """Issue; answers the issuer's own number of the credential."""

    def show(self, index_no: str, *, now: datetime) -> Shown:
        """A fresh code of a credential."""

    def decode(self, text: str, *, now: datetime) -> Decoded:
        """Whose code it is. Refuses what is mistyped, another's, unknown or expired."""

    def digest(self, digits: str) -> str:
        """The keyed digest under which a shown code is remembered."""

    def offline_key(self, handle: str) -> bytes:
        """What a phone needs to make codes by itself; handed out once."""

    def revoke(self, index_no: str) -> None:
        """End a credential."""


IsOpen = Callable[[str, date], bool]


class _Asked:
    """Who answers; one for each question."""

    issuer: Issuer | None = None
    outreach: IsOpen | None = None


def register_issuer(issuer: Issuer | None) -> None:
    """Let an issuer answer in this process; None takes it away again."""
    _Asked.issuer = issuer


def register_outreach(is_open: IsOpen | None) -> None:
    """Let outreach say whether an activity (by reference) may activate credentials on a day."""
    _Asked.outreach = is_open


def issuer() -> Issuer:
    """Who issues here. Raises NoIssuer."""
    if _Asked.issuer is None:
        raise NoIssuer
    return _Asked.issuer


def has_issuer() -> bool:
    """Whether codes can be shown at all."""
    return _Asked.issuer is not None


def is_stand_in() -> bool:
    """Whether what is shown is no real code, which the page then says in big letters."""
    return _Asked.issuer is not None and _Asked.issuer.is_stand_in


def may_activate_at(activity: str, on: date) -> bool:
    """Whether an outreach activity may activate on a day; no answer is a no."""
    return _Asked.outreach is not None and _Asked.outreach(activity, on) is True
