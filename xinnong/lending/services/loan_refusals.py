"""How the servicing of loans says no."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import InvalidDocument, Refused


class DayClosed(Refused):
    """The day is over for this lender; `open_on` is the one on which money moves."""

    code: ClassVar[str] = "loan.day_closed"


class DaysMissing(Refused):
    """Days before this one have not been closed yet; `open_on` is the first of them."""

    code: ClassVar[str] = "loan.days_missing"


class DayClosing(Refused):
    """The end of the day is being worked on right now."""

    code: ClassVar[str] = "loan.day_closing"


class DayToCome(Refused):
    """The day lies after the business date; `today` is that date."""

    code: ClassVar[str] = "loan.day_to_come"


class DrawHeld(InvalidDocument):
    """Money does not leave on this contract yet; `problems` says everything that keeps it."""

    code: ClassVar[str] = "loan.draw_held"


class LineExceeded(Refused):
    """More is asked for than may still be drawn; `available_yuan` is what may."""

    code: ClassVar[str] = "loan.line_exceeded"


class CoreKeepsTheBook(Refused):
    """The lender's own core system keeps this loan; nothing is posted here."""

    code: ClassVar[str] = "loan.core_keeps_the_book"


class NotOffered(Refused):
    """The lender does not offer this product on that day."""

    code: ClassVar[str] = "loan.not_offered"


class LoanUnknown(Refused):
    """The lender has no such loan, or no such repayment of one."""

    code: ClassVar[str] = "loan.unknown"


class LoanNotActive(Refused):
    """The loan is settled or written off; `state` says which."""

    code: ClassVar[str] = "loan.not_active"


class AmountNotPositive(Refused):
    """An amount of money is at least one fen."""

    code: ClassVar[str] = "loan.amount"


class TooLittleToSettle(Refused):
    """The money does not settle the loan; `needed_yuan` would."""

    code: ClassVar[str] = "loan.too_little_to_settle"


class MoreThanOwed(Refused):
    """More was handed over or taken from a card than settles the loan; `most_yuan` does."""

    code: ClassVar[str] = "loan.more_than_owed"


class HeldWasUsed(Refused):
    """What a payment left over has paid an instalment since; that payment has to be undone first."""

    code: ClassVar[str] = "loan.held_was_used"


class ReversedAlready(Refused):
    """The repayment was reversed before."""

    code: ClassVar[str] = "loan.reversed_already"


class NothingHeld(Refused):
    """Less is held for the customer, or waits to be assigned, than was asked for."""

    code: ClassVar[str] = "loan.nothing_held"


class ExtensionTooLong(Refused):
    """An extension past what the law allows; `until_on` is the last day it allows."""

    code: ClassVar[str] = "loan.extension_too_long"


class NotExtended(Refused):
    """Only a loan on which nothing is late is extended, before its last day, to a later one."""

    code: ClassVar[str] = "loan.not_extended"


class OwesSomething(Refused):
    """Something is due and unpaid, and has to be paid first."""

    code: ClassVar[str] = "loan.owes_something"


class RateOutOfBounds(Refused):
    """The product does not allow this rate; the bounds stand in `floor_percent`, `cap_percent`."""

    code: ClassVar[str] = "loan.rate_out_of_bounds"


class NotALoss(Refused):
    """Only a loan of the class loss is written off."""

    code: ClassVar[str] = "loan.not_a_loss"


class RecoversTooMuch(Refused):
    """More money than was written off."""

    code: ClassVar[str] = "loan.recovers_too_much"


class NoSeason(Refused):
    """The contract is repaid by the season, and nothing says which season that is."""

    code: ClassVar[str] = "loan.no_season"


class NotAuthorised(Refused):
    """The actor does not hold the verb, or has not passed the second factor that it needs."""

    code: ClassVar[str] = "loan.not_authorised"


class NotProposed(Refused):
    """The step takes two people, and nobody has proposed it."""

    code: ClassVar[str] = "loan.not_proposed"


class ProposalOpen(Refused):
    """Another proposal for the loan still waits; `kind` says which."""

    code: ClassVar[str] = "loan.proposal_open"


class ProposalEnded(Refused):
    """The proposal was confirmed, turned down or withdrawn before; `state` says which."""

    code: ClassVar[str] = "loan.proposal_ended"


class NotEased(Refused):
    """A restructuring that makes nothing easier: neither a lower rate nor a later last day."""

    code: ClassVar[str] = "loan.not_eased"


class NotReversible(Refused):
    """The money came from another loan, which would be open again without it."""

    code: ClassVar[str] = "loan.not_reversible"


class NothingCorrected(Refused):
    """A correction that leaves day, amount and loan as they are."""

    code: ClassVar[str] = "loan.nothing_corrected"


class AmountFromBank(Refused):
    """The bank's statement, or what was held, says the amount; it is not corrected by hand."""

    code: ClassVar[str] = "loan.amount_from_bank"


class NotTechnical(Refused):
    """A delay that the rule on technical ones does not cover; `most_days` is the longest it does."""

    code: ClassVar[str] = "loan.not_technical"


class NothingJudged(Refused):
    """A judgement that says nothing, or something that no rule knows."""

    code: ClassVar[str] = "loan.nothing_judged"


class NoteUnsound(Refused):
    """A note is empty or longer than `most` characters."""

    code: ClassVar[str] = "loan.note"


class BookFilterUnknown(Refused):
    """A filter of the book stands on no list, so it selects nobody."""

    code: ClassVar[str] = "book.filter_unknown"
