"""How collecting, checks after lending and alerts say no."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import InvalidDocument, Refused


class ContactNotAllowed(InvalidDocument):
    """The contact breaks a rule or says nothing; `problems` names each."""

    code: ClassVar[str] = "collection.not_allowed"


class NotLate(Refused):
    """Nothing of this loan is due and unpaid, so that there is nothing to collect."""

    code: ClassVar[str] = "collection.not_late"


class CheckDone(Refused):
    """The check was done before."""

    code: ClassVar[str] = "check.done_already"


class CheckShowsNothing(Refused):
    """A check says what was seen, with a picture or in words."""

    code: ClassVar[str] = "check.shows_nothing"


class AlertUndecided(Refused):
    """A decision needs a reason, and says something else than what stands already."""

    code: ClassVar[str] = "alert.no_reason"


class AlertMoved(Refused):
    """Somebody else decided in between."""

    code: ClassVar[str] = "alert.moved"
