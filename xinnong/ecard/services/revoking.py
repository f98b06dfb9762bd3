"""Revoke a credential at once: by its person, or by hotline through the bureau or a cadre."""

from __future__ import annotations

from datetime import datetime

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.ecard.issuers import has_issuer, issuer
from xinnong.ecard.models import Credential, CredentialState, EndReason
from xinnong.ecard.queries.insured import Insured, insured_by_id, insured_by_tail, is_in_reach
from xinnong.ecard.services.refusals import NotActive, PersonUnknown
from xinnong.ecard.services.windows import at_bureau, note, own_person, require

TAIL = 6


def revoke_own(*, actor: Actor, reason: EndReason, now: datetime) -> Credential:
    """Revoke the own credential; a code on a screen somewhere is worth nothing from now on.

    Refuses `ecard.not_yours` and `ecard.not_active`.
    """
    me = own_person(actor)
    with at_bureau(actor) as office:
        working = Credential.objects.filter(person=me, state=CredentialState.ACTIVE)
        return _revoke(actor, office, working.select_for_update().first(), reason, now)


def revoke_for(
    *, actor: Actor, name: str, id_text: str, reason: EndReason, now: datetime
) -> Credential:
    """Revoke for somebody who calls or comes: by name and the resident id or its last six.

    A cadre does it for people of the own village, the bureau for everybody. Nothing about the
    person is shown. Refuses `ecard.not_yours`, `ecard.person_unknown`, `ecard.not_active`.
    """
    require(actor, Permission.REVOKE_ECARD)
    insured = _named(actor, name, id_text)
    if insured is None:
        raise PersonUnknown
    with at_bureau(actor) as office:
        working = Credential.objects.filter(person=insured.person, state=CredentialState.ACTIVE)
        return _revoke(actor, office, working.select_for_update().first(), reason, now)


def _named(actor: Actor, name: str, id_text: str) -> Insured | None:
    if len(id_text) == TAIL:
        return insured_by_tail(actor, name=name, tail=id_text)
    found = insured_by_id(actor, name=name, rid=id_text)
    return found if found is not None and is_in_reach(actor, found) else None


def _revoke(
    actor: Actor,
    office: Institution,
    found: Credential | None,
    reason: EndReason,
    now: datetime,
) -> Credential:
    if found is None:
        raise NotActive
    found.state, found.end_reason = CredentialState.REVOKED, reason
    found.ended_at, found.ended_by, found.offline_handle = now, actor.ref, None
    found.save()
    ended = found.codes.filter(used_at__isnull=True, void_at__isnull=True).update(void_at=now)
    note(actor, office, action="ecard.revoke", subject=found.ref, at=now, codes=ended)
    if has_issuer():
        issuer().revoke(found.index_no)
    return found
