"""Pages of a lender's books."""

from xinnong.ledger.views.core_codes import core_codes, keep_core_codes
from xinnong.ledger.views.keeping import (
    assert_balance,
    assertions,
    close_period,
    explain,
    export,
    periods,
)
from xinnong.ledger.views.reading import accounts, journal, statement, trial_balance

__all__ = [
    "accounts",
    "assert_balance",
    "assertions",
    "close_period",
    "core_codes",
    "explain",
    "export",
    "journal",
    "keep_core_codes",
    "periods",
    "statement",
    "trial_balance",
]
