"""Family accounts: a guardian shows a child's code at once, a delegate after the member agreed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from xinnong.accounts.models import Actor
from xinnong.accounts.permissions import Permission
from xinnong.core.dynamic_codes import BondKind, FamilyAsk, bond_for
from xinnong.ecard.issuers import issuer
from xinnong.ecard.models import BondState, Credential, CredentialState, FamilyBond
from xinnong.ecard.queries.codes import credential_of
from xinnong.ecard.queries.family import LIVE, held_by
from xinnong.ecard.queries.insured import Insured, insured_by_id, insured_person
from xinnong.ecard.services.activating import activate_child
from xinnong.ecard.services.refusals import (
    CheckFailed,
    FamilyAnswered,
    FamilyExists,
    KeyReused,
    NotActive,
    NotYours,
    PersonUnknown,
)
from xinnong.ecard.services.windows import at_bureau, is_designated, note, own_person, require


def ask_family(*, actor: Actor, name: str, rid: str, now: datetime, key: UUID) -> FamilyBond:
    """Ask to show a relative's code. A child of the own household is tied at once.

    Refuses `ecard.no_issuer`, `.person_unknown`, `.not_active` (the own credential must work),
    `.family_not_fit`, `.family_full`, `.family_exists`, `.key_reused`.
    """
    me = own_person(actor)
    issuer()
    holder = insured_person(actor, me)
    member = insured_by_id(actor, name=name, rid=rid)
    if holder is None or member is None:
        raise PersonUnknown
    with at_bureau(actor) as office:
        before = FamilyBond.objects.filter(ref=key).first()
        if before is not None:
            if (before.holder, before.member) != (me, member.person):
                raise KeyReused
            return before
        kind = _kind(holder, member, now)
        is_child = kind is BondKind.GUARDIAN
        if is_child and credential_of(member.person) is None:
            activate_child(actor, office, member, now, key)
        made = FamilyBond.objects.create(
            ref=key,
            institution=office.code,
            holder=me,
            holder_name=holder.name,
            member=member.person,
            member_name=member.name,
            kind=kind,
            state=BondState.ACTIVE if is_child else BondState.ASKED,
            asked_at=now,
            answered_at=now if is_child else None,
        )
        note(actor, office, action="ecard.ask-family", subject=made.ref, at=now)
        return made


def answer_family(*, actor: Actor, bond: FamilyBond, agrees: bool, now: datetime) -> FamilyBond:
    """Agree that the holder shows one's code, or not. Refuses `.not_yours`, `.family_answered`."""
    me = own_person(actor)
    if bond.member != me:
        raise NotYours
    with at_bureau(actor) as office:
        found = FamilyBond.objects.select_for_update().get(pk=bond.pk)
        if found.state != BondState.ASKED:
            raise FamilyAnswered
        found.state = BondState.ACTIVE if agrees else BondState.DECLINED
        found.answered_at = now
        found.save()
        note(
            actor, office, action="ecard.answer-family", subject=found.ref, at=now,
            agreed=int(agrees),
        )  # fmt: skip
        return found


def agree_in_person(
    *, actor: Actor, name: str, rid: str, holder_name: str, has_seen_id: bool, now: datetime
) -> FamilyBond:
    """Agree for a member who stands at the counter with the id card and has no account.

    The member says who asked; the tie is the one open request of a holder of that name. Refuses
    `ecard.not_yours`, `.check_failed`, `.person_unknown` and `.family_answered` (nobody of that
    name asked, or several did).
    """
    require(actor, Permission.ACTIVATE_ECARD)
    if not is_designated(actor):
        raise NotYours
    if not has_seen_id:
        raise CheckFailed
    member = insured_by_id(actor, name=name, rid=rid)
    if member is None:
        raise PersonUnknown
    with at_bureau(actor) as office:
        asked = FamilyBond.objects.select_for_update().filter(
            member=member.person, holder_name=holder_name, state=BondState.ASKED
        )
        found = list(asked[:2])
        if len(found) != 1:
            raise FamilyAnswered
        bond = found[0]
        bond.state, bond.answered_at = BondState.ACTIVE, now
        bond.save()
        note(
            actor, office, action="ecard.answer-family", subject=bond.ref, at=now,
            agreed=1, in_person=1,
        )  # fmt: skip
        return bond


def end_family(*, actor: Actor, bond: FamilyBond, now: datetime) -> FamilyBond:
    """End a tie, from either side and at any time; ending it again changes nothing.

    Refuses `ecard.not_yours`.
    """
    me = own_person(actor)
    if me not in {bond.holder, bond.member}:
        raise NotYours
    with at_bureau(actor) as office:
        found = FamilyBond.objects.select_for_update().get(pk=bond.pk)
        if found.state not in LIVE:
            return found
        found.state, found.ended_at, found.ended_by = BondState.ENDED, now, actor.ref
        found.save()
        note(actor, office, action="ecard.end-family", subject=found.ref, at=now)
        return found


def _kind(holder: Insured, member: Insured, now: datetime) -> BondKind:
    """What ties the two; commands of one holder follow each other, so that five stay five."""
    working = Credential.objects.filter(person=holder.person, state=CredentialState.ACTIVE)
    if working.select_for_update().first() is None:
        raise NotActive
    held = held_by(holder.person)
    if any(each.member == member.person for each in held):
        raise FamilyExists
    ask = FamilyAsk(
        holder_birth=holder.birth,
        member_birth=member.birth,
        is_same_person=holder.person == member.person,
        is_same_household=holder.household is not None and holder.household == member.household,
        members_now=len(held),
    )
    return bond_for(ask, on=timezone.localdate(now))
