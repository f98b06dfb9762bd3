"""Sealed payloads compared with what the evidence log says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connections

ASTRAY: Final = """
SELECT coalesce(l.index, %s), coalesce(e.id, 0)
FROM (SELECT ref, digest, digest = encode(sha256(sealed), 'hex') AS whole FROM privacy_sealedpayload) p
FULL JOIN (SELECT id, subject, checksum FROM audit_entry WHERE action = 'privacy.seal-payload') e
    ON e.subject = p.ref
LEFT JOIN audit_leaf l ON l.entry = e.id
WHERE p.ref IS NULL OR e.id IS NULL OR NOT p.whole OR e.checksum <> p.digest
ORDER BY 1 LIMIT 1000
"""


def sealed_strays(size: int) -> Iterator[tuple[str, int, int]]:
    """Payloads altered, taken away or put in, with the index of the entry that speaks of them."""
    with connections["default"].cursor() as cursor:
        cursor.execute(ASTRAY, [size])
        for index, entry in cursor.fetchall():
            yield "payload", index, entry
