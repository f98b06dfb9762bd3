"""The ledger: accounts, journals of immutable transfers, reservations, assertions, periods."""
