"""How the ledger says no to a journal: one class a code, with the place it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from xinnong.core.errors import Refused


class LedgerRefused(Refused):
    """A journal that cannot be posted.

    `params` name the place: `journal` and `transfer` count from 1 within the call (0: the whole
    call or the whole journal).
    """

    code: ClassVar[str] = "ledger.refused"


class NoTransfers(LedgerRefused):
    """A journal without a single transfer."""

    code: ClassVar[str] = "ledger.no_transfers"


class KeyReused(LedgerRefused):
    """The same person sent the same key on the same route with another body."""

    code: ClassVar[str] = "ledger.key_reused"


class PeriodClosed(LedgerRefused):
    """The business date lies in a period that is closed (`closed_through`)."""

    code: ClassVar[str] = "ledger.period_closed"


class AmountOutOfRange(LedgerRefused):
    """An amount that is not positive, or beyond MAX_AMOUNT_MINOR."""

    code: ClassVar[str] = "ledger.amount"


class SameAccount(LedgerRefused):
    """Debit and credit are one account."""

    code: ClassVar[str] = "ledger.same_account"


class AccountUnknown(LedgerRefused):
    """An account that the institution does not have."""

    code: ClassVar[str] = "ledger.account_unknown"


class AccountClosed(LedgerRefused):
    """A closed account."""

    code: ClassVar[str] = "ledger.account_closed"


class ReservationUnknown(LedgerRefused):
    """What is to be settled or voided is no reservation of this institution."""

    code: ClassVar[str] = "ledger.reservation_unknown"


class ReservationOver(LedgerRefused):
    """The reservation was settled or voided before."""

    code: ClassVar[str] = "ledger.reservation_over"


class ReservationDiffers(LedgerRefused):
    """Other accounts than reserved, more than reserved, or a void of another amount."""

    code: ClassVar[str] = "ledger.reservation_differs"


class BalanceTooSmall(LedgerRefused):
    """After the journal an account would be below what its flags allow."""

    code: ClassVar[str] = "ledger.balance_too_small"


class JournalUnknown(LedgerRefused):
    """The journal to be reversed is none of this institution."""

    code: ClassVar[str] = "ledger.journal_unknown"


class AlreadyReversed(LedgerRefused):
    """The journal was reversed before."""

    code: ClassVar[str] = "ledger.already_reversed"


POSTING_REFUSALS: Final[Mapping[str, type[LedgerRefused]]] = {
    refused.code: refused
    for refused in (
        NoTransfers,
        KeyReused,
        PeriodClosed,
        AmountOutOfRange,
        SameAccount,
        AccountUnknown,
        AccountClosed,
        ReservationUnknown,
        ReservationOver,
        ReservationDiffers,
        BalanceTooSmall,
        JournalUnknown,
        AlreadyReversed,
    )
}
"""Every way in which posting says no, by code."""
