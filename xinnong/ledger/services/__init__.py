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
from xinnong.ledger.services.assertions import (
    ExplanationMissing,
    NoBreak,
    assert_balance,
    explain_break,
)
from xinnong.ledger.services.commands import Answer, CommandKeyReused, answer_once
from xinnong.ledger.services.core_codes import (
    CORE_FILE_BYTES,
    CORE_TEXT,
    CoreCodeSaid,
    CoreFieldWrong,
    CoreFileColumns,
    CoreFileTooLarge,
    CoreFileUnreadable,
    CoreKindWrong,
    CoreLineTwice,
    keep_core_codes,
    read_core_file,
)
from xinnong.ledger.services.exporting import BookFile, FormUnknown, export_books
from xinnong.ledger.services.periods import (
    BalancesDiffer,
    BreaksOpen,
    Difference,
    PeriodNotOver,
    PeriodOutOfOrder,
    Resummed,
    close_period,
    resum_balances,
)
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
    "CORE_FILE_BYTES",
    "CORE_TEXT",
    "AccountDiffers",
    "AccountNotEmpty",
    "Answer",
    "BalancesDiffer",
    "BookFile",
    "BreaksOpen",
    "CommandKeyReused",
    "CoreCodeSaid",
    "CoreFieldWrong",
    "CoreFileColumns",
    "CoreFileTooLarge",
    "CoreFileUnreadable",
    "CoreKindWrong",
    "CoreLineTwice",
    "Difference",
    "Draft",
    "ExplanationMissing",
    "FormUnknown",
    "Move",
    "NoBreak",
    "Opening",
    "PeriodNotOver",
    "PeriodOutOfOrder",
    "PostedJournal",
    "ReservationNotReversed",
    "Resummed",
    "answer_once",
    "assert_balance",
    "close_account",
    "close_period",
    "explain_break",
    "export_books",
    "keep_core_codes",
    "open_account",
    "open_accounts",
    "post_journal",
    "post_many",
    "read_core_file",
    "reserve",
    "resum_balances",
    "reverse_journal",
    "settle",
    "void",
]
