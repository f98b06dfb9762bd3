"""API tokens: 256 random bits shown once, kept as SHA-256, with verbs and an expiry."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xinnong.accounts.models import ApiClient, ApiToken, Institution
from xinnong.accounts.permissions import Permission
from xinnong.areas.models import Area
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused

PREFIX: Final = "xn_"
HINT_LENGTH: Final = 4
LONGEST: Final = timedelta(days=366)
LAST_USED_STEP: Final = timedelta(minutes=5)
API_VERBS: Final = frozenset(
    {
        Permission.DELIVER_BATCH,
        Permission.READ_BATCHES,
        Permission.READ_HOUSEHOLD,
        Permission.READ_SCORE,
        Permission.READ_LINE,
        Permission.PLAN_LOAN,
        Permission.READ_COUNTY,
        Permission.READ_RUNS,
        Permission.CARRY_PAYMENTS,
        Permission.READ_LOANS,
        Permission.SEND_LOANS,
        Permission.SEND_EVENTS,
        Permission.ANSWER_ORDERS,
        Permission.READ_AUDIT,
        Permission.REDEEM_ECARD,
        Permission.FILE_ACTIVITY,
        Permission.CHECK_TEAMS,
    }
)
"""What a program may be allowed; people's decisions are never among them.

Carrying payments is none: who is paid what was decided when the money was drawn.
"""


class ScopeNotForClients(Refused):
    """A verb that only people may hold, or one that does not exist."""

    code = "token.scope_refused"


class VerbMissing(Refused):
    """No token of the program that is alive holds the verb that the command needs."""

    code = "client.verb_missing"


class ClientUnknown(Refused):
    """No such program, institution or area; or a program of that code exists already."""

    code = "client.unknown"


class LifetimeTooLong(Refused):
    """Tokens live a year at most."""

    code = "token.lifetime"


def verbs_of(client: ApiClient, *, now: datetime, verb: str) -> frozenset[Permission]:
    """The verbs of a program's tokens that are alive. Raises VerbMissing where one is not among them."""
    alive = ApiToken.objects.filter(client=client, revoked_at=None, expires_at__gt=now)
    held = frozenset(Permission(each) for token in alive for each in token.scopes)
    if verb not in held:
        raise VerbMissing(client=client.code, verb=verb)
    return held


def create_client(
    *, code: str, name: str, institution: Institution, areas: Iterable[Area], now: datetime
) -> ApiClient:
    """A program of an institution; without a token it can do nothing yet."""
    with transaction.atomic():
        client = ApiClient.objects.create(
            code=code, name=name, institution=institution, created_at=now
        )
        client.areas.set(areas)
    return client


def issue_token(
    *,
    actor: ActsFor | UUID,
    client: ApiClient,
    scopes: Iterable[str],
    lifetime: timedelta,
    now: datetime,
) -> str:
    """The token in clear, once. Refuses `token.scope_refused` and `token.lifetime`.

    Call inside `scoped(actor)`: the audit entry is written in the actor's name.
    """
    wanted = sorted(set(scopes))
    refused = [scope for scope in wanted if scope not in API_VERBS]
    if refused or not wanted:
        raise ScopeNotForClients(scopes=" ".join(refused))
    if not timedelta(0) < lifetime <= LONGEST:
        raise LifetimeTooLong(days=LONGEST.days)
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiToken.objects.create(
            client=client,
            digest=_digest(token),
            hint=token[-HINT_LENGTH:],
            scopes=wanted,
            created_at=now,
            expires_at=now + lifetime,
        )
        record(actor=actor, action="accounts.issue-token", at=now, subject=client.ref)
    return token


def revoke_tokens(*, actor: ActsFor | UUID, client: ApiClient, now: datetime) -> int:
    """End every live token of a client; returns how many. Call inside `scoped(actor)`."""
    with transaction.atomic():
        ended = client.tokens.filter(revoked_at__isnull=True).update(revoked_at=now)
        record(
            actor=actor,
            action="accounts.revoke-tokens",
            at=now,
            subject=client.ref,
            counts={"tokens": ended},
        )
    return ended


def client_of_token(token: str, *, now: datetime) -> ApiClient | None:
    """The client with the token's verbs, or None for an unknown, ended or expired token."""
    if not token.startswith(PREFIX):
        return None
    found = (
        ApiToken.objects.select_related("client__institution__operator")
        .filter(
            digest=_digest(token),
            revoked_at__isnull=True,
            expires_at__gt=now,
            client__is_active=True,
        )
        .first()
    )
    if found is None:
        return None
    _note_use(found, now)
    client = found.client
    client.scopes = frozenset(Permission(scope) for scope in found.scopes if scope in API_VERBS)
    return client


def _note_use(token: ApiToken, now: datetime) -> None:
    """At most one write in five minutes, so that a busy client is not slowed by its own log."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - LAST_USED_STEP)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
