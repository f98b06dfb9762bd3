"""Reads of the ledger."""

from __future__ import annotations

from django.db import connection

from xinnong.ledger.models import Account

BALANCES_NOW = """
SELECT coalesce(sum(amount) FILTER (WHERE state <> 'pending'), 0),
       coalesce(sum(abs(amount)) FILTER (WHERE state = 'pending'), 0)
FROM (
    SELECT amount_minor AS amount, state, id FROM ledger_transfer WHERE debit_id = %(account)s
    UNION ALL
    SELECT -amount_minor, state, id FROM ledger_transfer WHERE credit_id = %(account)s
) AS moved
WHERE state IN ('posted', 'posted_pending')
   OR (state = 'pending' AND NOT EXISTS (
           SELECT FROM ledger_transfer AS e WHERE e.ends_id = moved.id))
"""


def balances_now(account: Account) -> tuple[int, int]:
    """Posted debits less credits, and what is still reserved, summed over all transfers."""
    with connection.cursor() as cursor:
        cursor.execute(BALANCES_NOW, {"account": account.pk})
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
