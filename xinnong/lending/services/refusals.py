"""How lending says no: every refusal of this app's commands, each with its stable code."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import Problem, Refused


class NotYours(Refused):
    """A person acts for nobody but herself; an officer for nobody of the own household."""

    code: ClassVar[str] = "application.not_yours"


class OwnHousehold(Refused):
    """Nobody handles what concerns the own household."""

    code: ClassVar[str] = "authority.own_household"


class NotRepresentative(Refused):
    """For an organisation only whoever heads it by the register asks and signs."""

    code: ClassVar[str] = "application.not_representative"


class OfferClosed(Refused):
    """The lender does not offer this today."""

    code: ClassVar[str] = "application.offer_closed"


class WishNotUnderstood(Refused):
    """A word of the wish stands on no list; `field` names it as programs write it."""

    code: ClassVar[str] = "application.wish"


class NotOfAge(Refused):
    """The borrower is not known to be eighteen and living."""

    code: ClassVar[str] = "application.not_of_age"


class OpenAlready(Refused):
    """The same person already waits for an answer to this offer."""

    code: ClassVar[str] = "application.open_already"


class NoLineForTwoTaps(Refused):
    """Nothing was granted that could be taken up in two taps."""

    code: ClassVar[str] = "application.nothing_granted"


class Moved(Refused):
    """It is no longer where this step begins; `state` says where it stands."""

    code: ClassVar[str] = "lending.moved"


class NotApprovable(Refused):
    """Something keeps everybody from approving; `problems` holds all of it, the first is told."""

    code: ClassVar[str] = "application.not_approvable"

    def __init__(self, *, problems: tuple[Problem, ...]) -> None:
        """Carry all problems, so that a decider sees them in one go."""
        super().__init__(codes="、".join(problem.code for problem in problems))
        self.problems = problems


class ReasonMissing(Refused):
    """A person who refuses gives reasons from the list."""

    code: ClassVar[str] = "decision.reason"


class MoreThanAsked(Refused):
    """Nobody is lent more, or for longer, than was asked."""

    code: ClassVar[str] = "decision.more_than_asked"


class NothingToConfirm(Refused):
    """No first approval waits for a second person."""

    code: ClassVar[str] = "decision.nothing_to_confirm"


class AuthorityOver(Refused):
    """The amount is beyond what this role may approve."""

    code: ClassVar[str] = "authority.over"


class NotTheProposer(Refused):
    """Only whoever proposed something, and still may, takes it back."""

    code: ClassVar[str] = "proposal.not_own"


class SamePerson(Refused):
    """One person counts once."""

    code: ClassVar[str] = "authority.same_person"


class LimitUnsound(Refused):
    """A limit is not negative, not narrower with two, and begins tomorrow at the earliest."""

    code: ClassVar[str] = "authority.limit"


class EvidenceMissing(Refused):
    """A reference, picture or scan that must stand with the step is missing or no checksum."""

    code: ClassVar[str] = "evidence.missing"


class SigningNotOffered(Refused):
    """The product does not let a first contract be signed this way."""

    code: ClassVar[str] = "signing.not_offered"


class DeviceWaits(Refused):
    """The device was never seen, or is new and waits for a day or for the call-back."""

    code: ClassVar[str] = "signing.device"


class NumberWaits(Refused):
    """The phone number on file is new and waits for a day or for the call-back."""

    code: ClassVar[str] = "signing.number"


class CardWaits(Refused):
    """The card is new and waits for a day or for the call-back."""

    code: ClassVar[str] = "signing.card"


class CardNotYours(Refused):
    """The card is not bound to this person, or belongs to somebody else."""

    code: ClassVar[str] = "card.not_yours"


class PersonNotProven(Refused):
    """The identity service did not say that this is the person; without it nobody signs."""

    code: ClassVar[str] = "signing.person"


class CardNotProven(Refused):
    """The card's bank did not say that the card is this person's; go to a counter."""

    code: ClassVar[str] = "card.not_proven"


class ConditionUnknown(Refused):
    """The contract asks for no such condition."""

    code: ClassVar[str] = "condition.unknown"


class ConditionNotShown(Refused):
    """What is offered as evidence does not show that the condition holds."""

    code: ClassVar[str] = "condition.not_shown"


class CoolingOffOver(Refused):
    """The days in which a contract can be given back are over."""

    code: ClassVar[str] = "contract.cooling_off_over"


class DrawnAlready(Refused):
    """Money was drawn; pay it back first."""

    code: ClassVar[str] = "contract.drawn_already"


class HoldOver(Refused):
    """Nothing waits any more, or it was lifted already."""

    code: ClassVar[str] = "hold.over"


class HoldSamePerson(Refused):
    """Whoever bound the card does not also ask the borrower back."""

    code: ClassVar[str] = "hold.same_person"


class CallNewNumber(Refused):
    """While the number itself is new the borrower is asked in person alone."""

    code: ClassVar[str] = "hold.in_person_only"


class ReportInvalid(Refused):
    """The file is no credit report answer, or not the one that was asked for."""

    code: ClassVar[str] = "report.invalid"
