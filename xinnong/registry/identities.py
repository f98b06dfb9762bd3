"""Which identities changed in a run, and the hashes under which they are found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from xinnong.analytics.keyed import hash63_sql
from xinnong.privacy.vault import KEY_ID, TAILS, seal, search_key

if TYPE_CHECKING:
    import duckdb

HASHES = (
    "rid_hash",
    *(f"rid_tail{length}_hash" for length in TAILS),
    "phone_hash",
    *(f"phone_tail{length}_hash" for length in TAILS),
)
COLUMNS = {
    "key": "uuid",
    "key_id": "text",
    "sealed": "bytea",
    "content_hash": "bigint",
    **dict.fromkeys(HASHES, "bigint"),
}
FETCH_ROWS = 20_000

SealedRow = tuple[object, ...]


def changed_identities_sql() -> str:
    """DuckDB query: identities whose content differs from table `known_identity` (key, content)."""
    content = hash63_sql(
        search_key("content"),
        "concat_ws(chr(31), p.rid, coalesce(p.phone, ''), coalesce(p.address, ''))",
    )
    return f"""
        SELECT person_key, rid, phone, address, content, {", ".join(_hash_sql())}
        FROM (SELECT p.*, {content} AS content FROM persons p WHERE p.rid IS NOT NULL) p
        LEFT JOIN known_identity k ON k.key = p.person_key
        WHERE k.content_hash IS DISTINCT FROM p.content"""


def _hash_sql() -> Iterator[str]:
    for column in HASHES:
        purpose = column.removesuffix("_hash")
        whose = "p." + purpose.split("_")[0]
        length = purpose.partition("tail")[2]
        text = f"right({whose}, {length})" if length else whose
        yield f"{hash63_sql(search_key(purpose), text)} AS {column}"


def sealed_rows(duck: duckdb.DuckDBPyConnection) -> Iterator[SealedRow]:
    """Seal every changed identity; rows in the order of COLUMNS, a bounded number at a time."""
    result = duck.execute(changed_identities_sql())
    while rows := result.fetchmany(FETCH_ROWS):
        for person, rid, phone, address, content, *hashes in rows:
            yield (person, KEY_ID, _sealed(person, rid, phone, address), content, *hashes)


def _sealed(person: UUID, rid: str, phone: str | None, address: str | None) -> bytes:
    identity = {"rid": rid, "phone": phone or "", "address": address or ""}
    return seal({name: text for name, text in identity.items() if text}, person=person)
