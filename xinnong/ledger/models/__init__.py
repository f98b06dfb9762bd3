"""Accounts, journals and transfers of each lender; what others assert about them; periods."""

from __future__ import annotations

from xinnong.ledger.models.closing import Assertion, ClosingBalance, CoreCode, Period, Resum
from xinnong.ledger.models.posting import (
    KEY_LENGTH,
    TOTALS,
    Account,
    IdempotencyKey,
    Journal,
    Transfer,
)

__all__ = [
    "KEY_LENGTH",
    "TOTALS",
    "Account",
    "Assertion",
    "ClosingBalance",
    "CoreCode",
    "IdempotencyKey",
    "Journal",
    "Period",
    "Resum",
    "Transfer",
]
