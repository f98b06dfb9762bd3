"""The only writer of credit policies and lines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from xinnong.analytics.loading import array_literal
from xinnong.credit.models import PublishedPolicy

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.analytics.loading import Loader
    from xinnong.core.policy import Policy

LINE_COLUMNS = {
    "household_id": "bigint",
    "kind": "text",
    "lender": "text",
    "grade": "text",
    "points": "smallint",
    "line_minor": "bigint",
    "base_minor": "bigint",
    "assets_minor": "bigint",
    "income_minor": "bigint",
    "elsewhere_minor": "bigint",
    "area_minor": "bigint",
    "uncapped_minor": "bigint",
    "custody_minor": "bigint",
    "cap_code": "text",
    "closed_gates": "text[]",
    "rate_percent": "numeric(9,6)",
}


def publish_policy(
    *, policy: Policy, document: bytes, signers: tuple[UUID, UUID], now: datetime, using: str
) -> PublishedPolicy:
    """Store an immutable policy once; the same bytes again return the stored row.

    Two different signers are required; the database refuses one person signing twice.
    """
    digest = hashlib.sha256(document).hexdigest()
    stored, _ = PublishedPolicy.objects.using(using).get_or_create(
        sha256=digest,
        defaults={
            "code": policy.id,
            "version": policy.version,
            "effective_on": policy.effective_on,
            "document": document,
            "schema_version": 1,
            "first_signer": signers[0],
            "second_signer": signers[1],
            "published_at": now,
        },
    )
    return stored


def publish_lines(loader: Loader, *, run_id: int, policy_id: int) -> int:
    """Insert the lines of a run from DuckDB table `lines`; return the count."""
    staged = loader.stage(
        "incoming_line",
        LINE_COLUMNS,
        f"""SELECT household_no, kind, coalesce(lender, ''), grade, points, line_minor, base_minor,
                   assets_minor, income_minor, elsewhere_minor, area_minor, uncapped_minor,
                   custody_minor,
                   coalesce(cap_code, ''), {array_literal("closed_gates")}, rate_percent
            FROM lines""",
    )
    named = ", ".join(LINE_COLUMNS)
    loader.execute(
        f"""INSERT INTO credit_line (run_id, policy_id, area12, {named})
            SELECT %s, %s, h.area12, {", ".join(f"i.{column}" for column in LINE_COLUMNS)}
            FROM incoming_line i JOIN registry_household h ON h.id = i.household_id""",
        [run_id, policy_id],
    )
    return staged
