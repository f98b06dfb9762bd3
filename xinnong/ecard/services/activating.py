"""Activate a credential: real name, a person check, the own number, through a channel that may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from xinnong.accounts.models import Actor, Institution
from xinnong.accounts.permissions import Permission
from xinnong.core.dates import age_on
from xinnong.core.dynamic_codes import OWN_WORD_FROM, USES
from xinnong.ecard.issuers import issuer, may_activate_at
from xinnong.ecard.models import ActivatedThrough, Credential, CredentialState, EndReason
from xinnong.ecard.queries.codes import credential_of, credentials_of
from xinnong.ecard.queries.insured import Insured, hash_of_number, insured_by_id
from xinnong.ecard.services.refusals import (
    AlreadyActive,
    ChannelClosed,
    CheckFailed,
    ChildByGuardian,
    InPersonAfterLoss,
    KeyReused,
    NumberNotOwn,
    NumberTaken,
    PersonUnknown,
)
from xinnong.ecard.services.windows import at_bureau, note, own_person, require

DISTRUSTED = (EndReason.LOST, EndReason.MISUSED)


@dataclass(frozen=True, slots=True)
class Identification:
    """What somebody says of themselves: name, clean resident id, own phone number."""

    name: str
    rid: str
    number: str


@dataclass(frozen=True, slots=True)
class Way:
    """Through what a credential is activated, where, and that the person was checked."""

    through: ActivatedThrough
    place: str = ""


def activate_own(
    *, actor: Actor, said: Identification, check: str, now: datetime, key: UUID
) -> Credential:
    """Activate the own credential on the own phone.

    Refuses `ecard.no_issuer`, `.person_unknown` (also where it is somebody else's id),
    `.check_failed`, `.in_person_after_loss`, `.number_not_own`, `.number_taken`,
    `.already_active`, `.child_by_guardian`. Of the check its result alone is kept.
    """
    me, platform = own_person(actor), issuer()
    insured = insured_by_id(actor, name=said.name, rid=said.rid)
    if insured is None or insured.person != me:
        raise PersonUnknown
    if not platform.check_person(me, check):
        raise CheckFailed
    if insured.number_hash != hash_of_number(said.number):
        raise NumberNotOwn
    _refuse_child(insured, now)
    with at_bureau(actor) as office:
        _refuse_after_loss(me)
        way = Way(ActivatedThrough.OWN_PHONE)
        return _activate(actor, office, insured, way, said.number, now, key)


def activate_in_person(
    *,
    actor: Actor,
    said: Identification,
    has_seen_id: bool,
    now: datetime,
    key: UUID,
    activity: str = "",
) -> Credential:
    """Activate for somebody who stands at the counter with the id card.

    At a designated hospital or pharmacy; elsewhere only in an outreach activity that may. A number
    the register knows must be the one said; where it knows none the counter vouches for it. Refuses
    as above, and `ecard.channel_closed`.
    """
    require(actor, Permission.ACTIVATE_ECARD)
    issuer()
    way = _way_of(actor.institution, activity, now)
    insured = insured_by_id(actor, name=said.name, rid=said.rid)
    if insured is None:
        raise PersonUnknown
    if not has_seen_id:
        raise CheckFailed
    if insured.number_hash not in {None, hash_of_number(said.number)}:
        raise NumberNotOwn
    _refuse_child(insured, now)
    with at_bureau(actor) as office:
        return _activate(actor, office, insured, way, said.number, now, key)


def activate_child(
    actor: Actor, office: Institution, insured: Insured, now: datetime, key: UUID
) -> Credential:
    """As part of a guardian's command, at the bureau's window: no own number, the guardian's word."""
    way = Way(ActivatedThrough.GUARDIAN)
    return _activate(actor, office, insured, way, "", now, key)


def _way_of(institution: Institution | None, activity: str, now: datetime) -> Way:
    if activity:
        if not may_activate_at(activity, timezone.localdate(now)):
            raise ChannelClosed
        return Way(ActivatedThrough.OUTREACH, activity)
    if institution is None or institution.kind not in USES:
        raise ChannelClosed
    return Way(ActivatedThrough.INSTITUTION, institution.code)


def _refuse_child(insured: Insured, now: datetime) -> None:
    on = timezone.localdate(now)
    if insured.birth is not None and age_on(insured.birth, on) < OWN_WORD_FROM:
        raise ChildByGuardian


def _refuse_after_loss(person: UUID) -> None:
    """Whoever has the lost phone and knows the id must not be the next to activate."""
    last = next(iter(credentials_of(person)), None)
    if last is not None and last.end_reason in DISTRUSTED:
        raise InPersonAfterLoss


def _activate(
    actor: Actor,
    office: Institution,
    insured: Insured,
    way: Way,
    number: str,
    now: datetime,
    key: UUID,
) -> Credential:
    before = Credential.objects.filter(ref=key).first()
    if before is not None:
        if before.person != insured.person:
            raise KeyReused
        return before
    if credential_of(insured.person) is not None:
        raise AlreadyActive
    made = Credential(
        ref=key,
        institution=office.code,
        person=insured.person,
        name=insured.name,
        insured_area=insured.insured_area,
        index_no=issuer().activate(insured.person),
        number_hash=hash_of_number(number) if number else None,
        through=way.through,
        place=way.place,
        is_checked=True,
        state=CredentialState.ACTIVE,
        activated_at=now,
        activated_by=actor.ref,
    )
    _insert(made)
    note(actor, office, action="ecard.activate", subject=made.ref, at=now)
    return made


def _insert(made: Credential) -> None:
    """Two at once: the database lets one in, and the other is told which rule it met."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as fault:
        rule = getattr(getattr(fault.__cause__, "diag", None), "constraint_name", "")
        if rule == "credential_own_number":
            raise NumberTaken from fault
        raise AlreadyActive from fault
