"""Scopes on a consent count however a clerk separated them."""

from __future__ import annotations

import duckdb
import pytest

from xinnong.analytics.features.consent import Recipients
from xinnong.analytics.linking.households import GRANTS

RECIPIENTS = Recipients(("GOV-339981", "BANK-01"))


@pytest.mark.parametrize(
    ("told", "granted"),
    [
        ("land;income", ("land", "income")),
        ("land; income", ("land", "income")),
        ("land,income", ("land", "income")),
        ("land，income", ("land", "income")),
        ("land；income；", ("land", "income")),
        ("land、real_estate", ("land", "real_estate")),
        ("Land|INCOME", ("land", "income")),
        ("land income", ("land", "income")),
        ("farmland;estate", ()),
        ("", ()),
    ],
)
def test_scopes_are_told_apart_however_they_are_joined(told: str, granted: tuple[str, ...]) -> None:
    statement = GRANTS.format(grants=RECIPIENTS.grants_sql(), today="DATE '2026-11-20'")
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE live_consent AS SELECT 1 AS person_key, 'BANK-01' AS recipient, "
            "? AS scopes, DATE '2026-01-01' AS signed_on, NULL::DATE AS until_on, "
            "NULL::DATE AS withdrawn_on",
            [told],
        )
        found = con.execute(statement).fetchall()
    assert found == [(1, RECIPIENTS.mask("BANK-01", granted))]
