"""Why a command of this app is refused; wording.py has the sentences."""

from __future__ import annotations

from xinnong.core.errors import Refused


class NotYours(Refused):
    """Somebody else's credential, family tie or terminal, or no verb for it."""

    code = "ecard.not_yours"


class PersonUnknown(Refused):
    """Name and resident id do not belong together in the register, or not to this account."""

    code = "ecard.person_unknown"


class CheckFailed(Refused):
    """The person check did not say that this is the person."""

    code = "ecard.check_failed"


class NumberNotOwn(Refused):
    """The phone number is not the one the register knows as this person's."""

    code = "ecard.number_not_own"


class NumberTaken(Refused):
    """Another person's credential works with this number."""

    code = "ecard.number_taken"


class AlreadyActive(Refused):
    """The person's credential works already."""

    code = "ecard.already_active"


class NotActive(Refused):
    """No credential of this person works: never activated, or revoked."""

    code = "ecard.not_active"


class ChannelClosed(Refused):
    """Neither the own phone, nor a designated institution, nor an activity that may activate."""

    code = "ecard.channel_closed"


class InPersonAfterLoss(Refused):
    """After a loss the next activation is in person, at a designated institution."""

    code = "ecard.in_person_after_loss"


class ChildByGuardian(Refused):
    """A child's credential is activated by a guardian."""

    code = "ecard.child_by_guardian"


class KeyReused(Refused):
    """The key of a command stands for another one."""

    code = "ecard.key_reused"


class TerminalUnknown(Refused):
    """No terminal that works is registered under this code for this institution."""

    code = "ecard.terminal_unknown"


class BusinessUnknown(Refused):
    """No such business type, or none for this kind of institution."""

    code = "ecard.business_unknown"


class NumberReused(Refused):
    """The institution's own number stands for another use."""

    code = "ecard.out_biz_no_reused"


class NumberMalformed(Refused):
    """The institution's own number is empty, too long or of other signs."""

    code = "ecard.out_biz_no_malformed"


class CodeUsed(Refused):
    """The code was redeemed at this terminal before."""

    code = "ecard.code_used"


class CodeRelayed(Refused):
    """The code was redeemed at another terminal, or was meant for another institution alone."""

    code = "ecard.code_relayed"


class FamilyExists(Refused):
    """The two are tied, or one asked already."""

    code = "ecard.family_exists"


class FamilyAnswered(Refused):
    """The tie is answered or ended; there is nothing to answer."""

    code = "ecard.family_answered"


class TerminalTaken(Refused):
    """The institution has a terminal of this code, at work or ended."""

    code = "ecard.terminal_taken"
