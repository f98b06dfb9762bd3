"""The only writers of the ledger.

Each command takes the institution, the actor, the clock and a key; runs in one transaction, its own
or the caller's; writes one audit entry; and does nothing a second time for the same key.
"""

from __future__ import annotations

from xinnong.core.ledger import Draft, Move
from xinnong.ledger.services.accounts import (
    AccountDiffers,
    AccountNotEmpty,
    Opening,
    close_account,
    open_account,
    open_accounts,
)
from xinnong.ledger.services.commands import CommandKeyReused, answer_once
from xinnong.ledger.services.posting import (
    PostedJournal,
    ReservationNotReversed,
    post_journal,
    post_many,
    reserve,
    reverse_journal,
    settle,
    void,
)

__all__ = [
    "AccountDiffers",
    "AccountNotEmpty",
    "CommandKeyReused",
    "Draft",
    "Move",
    "Opening",
    "PostedJournal",
    "ReservationNotReversed",
    "answer_once",
    "close_account",
    "open_account",
    "open_accounts",
    "post_journal",
    "post_many",
    "reserve",
    "reverse_journal",
    "settle",
    "void",
]
