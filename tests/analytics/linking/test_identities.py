"""Which of several names, phones and addresses a person gets, never by chance."""

from __future__ import annotations

from pathlib import Path

import duckdb

from xinnong.analytics.engine import Engine
from xinnong.analytics.linking.identity import gather_identities

PEOPLE = 20_000


def test_an_address_is_that_of_the_last_row_of_the_newest_delivery(tmp_path: Path) -> None:
    vault = tmp_path / "vault.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"""COPY (SELECT CAST(md5(CAST(person AS VARCHAR)) AS UUID) AS person_key,
                CAST(person AS VARCHAR) AS rid, NULL::VARCHAR AS name, NULL::VARCHAR AS phone,
                address, "row", as_of, batch
              FROM range({PEOPLE}) AS people (person),
                (VALUES ('newest', 9, DATE '2026-09-30', 2), ('earlier row', 3, DATE '2026-09-30', 2),
                  ('older', 12, DATE '2026-08-31', 3)) AS rows (address, "row", as_of, batch)
              ORDER BY hash(person, "row")) TO '{vault}' (FORMAT parquet, ROW_GROUP_SIZE 2048)"""
        ).fetchall()
    with Engine(tmp_path / "work", memory_limit="500MB", threads=2) as engine:
        engine.source("vault_residence", [vault])
        gather_identities(engine, ["residence"])
        found = engine.query("SELECT address, COUNT(*) FROM identity GROUP BY address")
    assert found == [("newest", PEOPLE)]
