"""How the bank's hands say no: orders, results, statements and the files of a core."""

from __future__ import annotations

from typing import ClassVar

from xinnong.core.errors import Refused


class OwnAccountUnknown(Refused):
    """The lender has entered no such account of its own at a bank."""

    code: ClassVar[str] = "payment.own_account_unknown"


class OwnAccountNumber(Refused):
    """An account number is 6 to 34 digits or capital letters."""

    code: ClassVar[str] = "payment.own_account_number"


class NothingToSend(Refused):
    """No payment waits that names a payee's account; `waiting` of them name none."""

    code: ClassVar[str] = "payment.nothing_to_send"


class OrderUnknown(Refused):
    """The lender has no such payment."""

    code: ClassVar[str] = "payment.unknown"


class FileUnknown(Refused):
    """The lender has made no such file of payments."""

    code: ClassVar[str] = "payment.file_unknown"


class ResultNotAside(Refused):
    """The answer of the bank is dealt with already, or was never put aside."""

    code: ClassVar[str] = "payment.result_not_aside"


class NoteMissing(Refused):
    """What was found out has to be said in 1 to 200 characters."""

    code: ClassVar[str] = "payment.note_missing"


class RenewedSince(Refused):
    """The loan was repaid by a renewal; that has to be undone first."""

    code: ClassVar[str] = "payment.renewed_since"


class PayeeMissing(Refused):
    """The borrower has bound no card of the own that money could go to."""

    code: ClassVar[str] = "payment.payee_missing"


class StatementLineDiffers(Refused):
    """The bank's number of the line in `row` came before with other words."""

    code: ClassVar[str] = "statement.line_differs"


class StatementToCome(Refused):
    """The statement goes past the open day; `open_on` is that day."""

    code: ClassVar[str] = "statement.to_come"


class LineNotWaiting(Refused):
    """The line does not wait for this: somebody said already what it was."""

    code: ClassVar[str] = "statement.line_not_waiting"


class LoanNumberUnknown(Refused):
    """The lender has no loan of this number."""

    code: ClassVar[str] = "statement.loan_number_unknown"


class PayerUnknown(Refused):
    """The line names no account that money could go back to."""

    code: ClassVar[str] = "statement.payer_unknown"


class SecondNeeded(Refused):
    """Whoever said what the money was does not confirm it."""

    code: ClassVar[str] = "statement.second_needed"


class NoCoreHere(Refused):
    """The lender offers no product whose book its own core keeps."""

    code: ClassVar[str] = "core.none_here"


class CoreDayOver(Refused):
    """A file of a later day came before; `last_on` is that day."""

    code: ClassVar[str] = "core.day_over"


class BreakNotOpen(Refused):
    """There is no such break, or it is explained or gone."""

    code: ClassVar[str] = "core.break_not_open"


class ExplanationMissing(Refused):
    """An explanation of 1 to 200 characters is needed."""

    code: ClassVar[str] = "core.explanation_missing"
