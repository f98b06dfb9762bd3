"""How this app says no."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from xinnong.core.errors import Refused

if TYPE_CHECKING:
    from xinnong.core.errors import Problem


class NotYours(Refused):
    """The row belongs to somebody else, or the role has nothing to do with it."""

    code: ClassVar[str] = "outreach.not_yours"


class FilingRefused(Refused):
    """An activity cannot be filed; `problems` lists everything at once."""

    code: ClassVar[str] = "activity.filing"

    def __init__(self, *, problems: list[Problem]) -> None:
        """Carry all problems."""
        super().__init__(count=len(problems))
        self.problems = problems


class WrongState(Refused):
    """The activity is no longer where this step begins."""

    code: ClassVar[str] = "activity.state"


class ApprovedAlready(Refused):
    """This side approved before."""

    code: ClassVar[str] = "activity.approved_already"


class SamePerson(Refused):
    """Whoever filed, or approved for the other side, does not approve."""

    code: ClassVar[str] = "activity.same_person"


class IsOver(Refused):
    """The hours of the activity have passed."""

    code: ClassVar[str] = "activity.over"


class NotOver(Refused):
    """Counted is when the hours have begun, reported when they have passed."""

    code: ClassVar[str] = "activity.not_over"


class Stopped(Refused):
    """Somebody in the chain is suspended, or the licence does not reach."""

    code: ClassVar[str] = "channel.stopped"


class StoppedAlready(Refused):
    """It is suspended, or it is not."""

    code: ClassVar[str] = "channel.stopped_already"


class NameTaken(Refused):
    """Another of the channel has this name."""

    code: ClassVar[str] = "team.name_taken"


class ContractOver(Refused):
    """The contract under which a firm would work has ended."""

    code: ClassVar[str] = "team.contract_over"


class NumberTaken(Refused):
    """Another agent, maybe of another channel, has this telephone number."""

    code: ClassVar[str] = "agent.number_taken"


class SecondLeader(Refused):
    """A team has one leader."""

    code: ClassVar[str] = "team.second_leader"


class LicensedAlready(Refused):
    """The institution is a channel."""

    code: ClassVar[str] = "channel.licensed_already"


class NumberFiled(Refused):
    """A document with this number is in the register."""

    code: ClassVar[str] = "document.filed_already"


class ReasonMissing(Refused):
    """Stopping or refusing needs a reason."""

    code: ClassVar[str] = "outreach.reason_missing"


class PhoneCodeUnknown(Refused):
    """The code is nobody's, was used, or its quarter of an hour is over."""

    code: ClassVar[str] = "phone.code_unknown"


class PhoneUnknown(Refused):
    """The phone is not enrolled, was ended, or its clock is off by more than half a minute."""

    code: ClassVar[str] = "phone.unknown"


class NoKey(Refused):
    """The bureau has not made a signing key yet."""

    code: ClassVar[str] = "badge.no_key"


class NoCounty(Refused):
    """No county's towns and villages are loaded, so that there is nothing to say of any."""

    code: ClassVar[str] = "badge.no_county"
