"""Commands that answer once: bound to tenant, user, route, key and the hash of the body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction

from xinnong.accounts.models import Institution
from xinnong.audit.services import ActsFor
from xinnong.core.documents import canonical_bytes, plain, sha256_hex
from xinnong.core.errors import Refused
from xinnong.ledger.models import IdempotencyKey

Answer = dict[str, Any]


class CommandKeyReused(Refused):
    """The same person sent the same key on the same route with another body."""

    code: ClassVar[str] = "ledger.command_key_reused"


def answer_once(
    *,
    institution: Institution,
    actor: ActsFor | UUID,
    route: str,
    key: str,
    body: Mapping[str, object],
    now: datetime,
    work: Callable[[], Answer],
) -> Answer:
    """Do `work` for a key once; the same key again answers what it answered, without doing it.

    `work` runs in this transaction and answers a JSON object without personal data. A second call
    with the same key waits for the first. Raises CommandKeyReused where the body is another one;
    when `work` raises, the key is free again.
    """
    by = actor if isinstance(actor, UUID) else actor.ref
    digest = sha256_hex(canonical_bytes(plain(dict(body))))
    bound = {"institution": institution, "actor": by, "route": route, "key": key}
    with transaction.atomic():
        _alone(institution.pk, by, route, key)
        before = IdempotencyKey.objects.filter(**bound).first()
        if before is None:
            answer = work()
            IdempotencyKey.objects.create(**bound, body_hash=digest, answer=answer, done_at=now)
            return answer
        if before.body_hash != digest:
            raise CommandKeyReused(route=route)
        return dict(before.answer)


def _alone(institution: int, actor: UUID, route: str, key: str) -> None:
    """Wait for whoever works on the same key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"ledger.command {institution} {actor} {route} {key}"],
        )
