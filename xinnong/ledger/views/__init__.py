"""Pages of a lender's books."""

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
    "explain",
    "export",
    "journal",
    "periods",
    "statement",
    "trial_balance",
]
