"""Show a code, one's own or a relative's; let a phone make codes without network."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xinnong.accounts.models import Actor
from xinnong.core.dynamic_codes import HANDLE_DIGITS, HANDLES, STEP_SECONDS
from xinnong.ecard.issuers import Shown, issuer
from xinnong.ecard.models import Credential, CredentialState, ShownCode
from xinnong.ecard.queries.codes import credential_of
from xinnong.ecard.queries.family import may_show
from xinnong.ecard.queries.places import designated
from xinnong.ecard.services.refusals import NotActive, NotYours
from xinnong.ecard.services.windows import at_bureau, note, own_person


@dataclass(frozen=True, slots=True)
class OfflinePhone:
    """What a phone keeps to make codes by itself; the key leaves the server once."""

    handle: str
    key: bytes
    step_seconds: int


def show_code(*, actor: Actor, person: UUID, now: datetime, only_at: str = "") -> Shown:
    """A fresh code of the own credential, or of a relative's that one may show.

    `only_at` is the code of the one institution it is good at; a code read out to a stranger is
    worth nothing elsewhere. The code shown before is void from now on, so that pressing again
    never leaves two good ones. Refuses `ecard.no_issuer`, `ecard.not_yours`, `ecard.not_active`.
    """
    me, platform = own_person(actor), issuer()
    if only_at and only_at not in {each.code for each in designated()}:
        raise NotYours
    with at_bureau(actor) as office:
        shown_for = _credential_to_show(me, person)
        shown_for.codes.filter(used_at__isnull=True, void_at__isnull=True).update(void_at=now)
        shown = platform.show(shown_for.index_no, now=now)
        ShownCode.objects.create(
            institution=office.code,
            credential=shown_for,
            presenter=me,
            digest=platform.digest(shown.digits),
            only_at=only_at,
            shown_at=now,
            expires_at=shown.expires_at,
        )
        note(actor, office, action="ecard.show", subject=shown_for.ref, at=now)
        return shown


def prepare_phone(*, actor: Actor, now: datetime) -> OfflinePhone:
    """Let this phone make codes without network; the phone prepared before makes none any more.

    Refuses `ecard.no_issuer`, `ecard.not_yours`, `ecard.not_active`.
    """
    me, platform = own_person(actor), issuer()
    with at_bureau(actor) as office:
        mine = _locked(me)
        mine.offline_handle, mine.offline_at = _drawn_handle(), now
        mine.save(update_fields=["offline_handle", "offline_at"])
        note(actor, office, action="ecard.prepare-phone", subject=mine.ref, at=now)
        handle = mine.offline_handle
        return OfflinePhone(handle, platform.offline_key(handle), STEP_SECONDS)


def _credential_to_show(me: UUID, person: UUID) -> Credential:
    """The own one, or a relative's where the own one works too: a lost phone shows nobody's."""
    if person != me:
        if credential_of(me) is None:
            raise NotActive
        if not may_show(me, person):
            raise NotYours
    return _locked(person)


def _locked(person: UUID) -> Credential:
    """The person's credential, kept from being revoked or shown twice at the same moment."""
    working = Credential.objects.filter(person=person, state=CredentialState.ACTIVE)
    found = working.select_for_update().first()
    if found is None:
        raise NotActive
    return found


def _drawn_handle() -> str:
    return f"{secrets.randbelow(HANDLES):0{HANDLE_DIGITS}d}"
