"""A code that was not accepted leaves a trace: in the log always, with its person where that is known."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.scope import owe
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Refused
from xinnong.ecard.issuers import Issuer
from xinnong.ecard.models import RefusedTry
from xinnong.ecard.queries.codes import credential_of_index, shown_code
from xinnong.ecard.services.windows import at_bureau, note

MOST_TERMINAL: Final = 32


def leave_trace(
    *,
    actor: Actor,
    place: Institution,
    platform: Issuer,
    code: str,
    terminal: str,
    reason: str,
    now: datetime,
) -> None:
    """Write that a code was refused; written again where the request that asked is undone."""

    def write() -> None:
        _write(actor, place, platform, code, terminal, reason, now)

    write()
    owe(write)


def _write(
    actor: Actor,
    place: Institution,
    platform: Issuer,
    code: str,
    terminal: str,
    reason: str,
    now: datetime,
) -> None:
    digest = platform.digest("".join(sign for sign in code if sign.isdecimal()))
    with at_bureau(actor, place.code) as office:
        ref, whose = new_ref(), _whose(platform, code, digest, now)
        if whose is not None:
            person, presenter = whose
            row = RefusedTry(
                ref=ref, institution=place.code, terminal=terminal[:MOST_TERMINAL], digest=digest,
                reason=reason, person=person, presenter=presenter, at=now, operator=actor.ref,
            )  # fmt: skip
            RefusedTry.objects.bulk_create([row], ignore_conflicts=True)
        action = f"ecard.refuse-{reason.removeprefix('ecard.')}"
        note(actor, office, action=action, subject=ref, at=now, known=int(whose is not None))


def _whose(platform: Issuer, code: str, digest: str, now: datetime) -> tuple[UUID, UUID] | None:
    """The person of a code and who showed it: of one that was shown, or that a phone makes just now."""
    found = shown_code(digest)
    if found is not None:
        return found.credential.person, found.presenter
    try:
        holder = credential_of_index(platform.decode(code, now=now).index_no)
    except Refused:
        return None
    return (holder.person, holder.person) if holder else None
