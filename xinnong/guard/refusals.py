"""Why a step of guard is turned down: stable codes; the words stand in `wording`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from xinnong.core.errors import Problem, Refused


class FeedUnknown(Refused):
    """No source in use has this code for this program."""

    code: ClassVar[str] = "feed.unknown"


class FeedTaken(Refused):
    """A registration of this code waits already."""

    code: ClassVar[str] = "feed.taken"


class FeedMoved(Refused):
    """The registration no longer stands where this step begins."""

    code: ClassVar[str] = "feed.moved"


class FeedKeyWrong(Refused):
    """A key is 32 bytes of Ed25519 in hexadecimal."""

    code: ClassVar[str] = "feed.key_wrong"


class FeedClientUnknown(Refused):
    """No program of this code belongs to the police."""

    code: ClassVar[str] = "feed.client_unknown"


class SignatureWrong(Refused):
    """The body is not what the source's key signed."""

    code: ClassVar[str] = "events.signature"


class KeyReused(Refused):
    """The same key came with another body."""

    code: ClassVar[str] = "events.key_reused"


class EventsTooLarge(Refused):
    """The body is larger than a delivery may be."""

    code: ClassVar[str] = "events.too_large"


class SecondOfficerNeeded(Refused):
    """One person cannot do both steps."""

    code: ClassVar[str] = "guard.second_person"


class NotPolice(Refused):
    """Only the police do this."""

    code: ClassVar[str] = "guard.not_police"


class RulebookMoved(Refused):
    """The draft or the use no longer stands where this step begins."""

    code: ClassVar[str] = "rulebook.moved"


class RulebookTaken(Refused):
    """This version is published already, or another draft of it is open."""

    code: ClassVar[str] = "rulebook.taken"


class RulebookChanged(Refused):
    """What is to be signed is not what the first person signed."""

    code: ClassVar[str] = "rulebook.changed"


class RulebookUntested(Refused):
    """A version is published only after it was tried on the stored events."""

    code: ClassVar[str] = "rulebook.untested"


class CaseMoved(Refused):
    """The case is closed."""

    code: ClassVar[str] = "case.moved"


class TaskMoved(Refused):
    """The task is done already."""

    code: ClassVar[str] = "case.task_moved"


class ReasonNeeded(Refused):
    """Nothing was said, or too much."""

    code: ClassVar[str] = "case.reason"


class NumberUnknown(Refused):
    """The number does not belong to the case, is free already, or came as a mark alone."""

    code: ClassVar[str] = "case.number_unknown"


class QuotaSpent(Refused):
    """The officer opened as many numbers as a day allows."""

    code: ClassVar[str] = "case.quota"


class OrderNotLawful(Refused):
    """Something stands against the order; `problems` says everything."""

    code: ClassVar[str] = "order.not_lawful"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Carry all problems at once."""
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


class OrderMoved(Refused):
    """The order no longer stands where this step begins."""

    code: ClassVar[str] = "order.moved"


class OrderChanged(Refused):
    """What is approved is not what the first officer signed."""

    code: ClassVar[str] = "order.changed"


class OrderKeyReused(Refused):
    """The same key came with another order."""

    code: ClassVar[str] = "order.key_reused"


class TargetUnknown(Refused):
    """No platform in use has this code."""

    code: ClassVar[str] = "order.target_unknown"


class TargetWrong(Refused):
    """The address is none that orders may be sent to."""

    code: ClassVar[str] = "order.target_wrong"


class AccountUnknown(Refused):
    """No such account in the order."""

    code: ClassVar[str] = "order.account_unknown"


class NotRestorable(Refused):
    """A closed account is opened anew by the platform, not restored; nor one that was never limited."""

    code: ClassVar[str] = "order.not_restorable"


class AppealMoved(Refused):
    """An appeal of this account is open already, or this one is decided."""

    code: ClassVar[str] = "order.appeal_moved"


class ReceiptWrong(Refused):
    """A receipt is not the platform's about this order."""

    code: ClassVar[str] = "order.receipt_wrong"


class NotAsking(Refused):
    """Only the health bureau and lenders ask; the police answer."""

    code: ClassVar[str] = "order.not_asking"


class NoVillage(Refused):
    """The case names no village of this county."""

    code: ClassVar[str] = "warning.no_village"


class NobodyToWarn(Refused):
    """No cadre of these villages signs in here."""

    code: ClassVar[str] = "warning.nobody"


class WarnedAlready(Refused):
    """Every cadre around this case has its warning."""

    code: ClassVar[str] = "warning.already"


class WarningKeyReused(Refused):
    """The same key came with another case."""

    code: ClassVar[str] = "warning.key_reused"


class CadreNumberWrong(Refused):
    """No mobile number of eleven digits."""

    code: ClassVar[str] = "warning.number"


class NotCadre(Refused):
    """Only a cadre is warned here."""

    code: ClassVar[str] = "warning.not_cadre"


class PackRefused(Refused):
    """The file is no pack, or not one that may be watched; `problems` says everything."""

    code: ClassVar[str] = "pack.refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Carry all problems at once."""
        super().__init__(count=len(problems))
        self.problems = tuple(problems)


class SealingKeyWrong(Refused):
    """Nothing can be sealed for this key: it is none of X25519, or a point that keeps no secret."""

    code: ClassVar[str] = "pack.sealing_key"


class PackSenderUnknown(Refused):
    """No county in use has this code, so nothing says whose key it would be."""

    code: ClassVar[str] = "pack.sender_unknown"


class PackSignatureWrong(Refused):
    """The sender's key did not sign this."""

    code: ClassVar[str] = "pack.signature"


class PackNotForUs(Refused):
    """The pack is for another county, or was sealed with another key."""

    code: ClassVar[str] = "pack.not_for_us"


class PackTwice(Refused):
    """This pack was taken before."""

    code: ClassVar[str] = "pack.duplicate"


class PackKeyReused(Refused):
    """The same key came with another pack."""

    code: ClassVar[str] = "pack.key_reused"


class PackMoved(Refused):
    """The pack's time is over, or it was stopped."""

    code: ClassVar[str] = "pack.moved"


class PackMissing(Refused):
    """No officer made a pack of this case."""

    code: ClassVar[str] = "pack.missing"


class PartnerUnknown(Refused):
    """No county in use has this code."""

    code: ClassVar[str] = "pack.partner_unknown"


class PartnerWrong(Refused):
    """A partner is another county of six digits."""

    code: ClassVar[str] = "pack.partner_wrong"


class CountyUnknown(Refused):
    """No county is loaded, so nobody knows whose packs these would be."""

    code: ClassVar[str] = "pack.no_county"


class NobodyToTell(Refused):
    """Every number of the case was told, released, or came as a mark alone."""

    code: ClassVar[str] = "notice.nobody"


class NotYourAccount(Refused):
    """The account is none of the own number's."""

    code: ClassVar[str] = "appeal.not_yours"
