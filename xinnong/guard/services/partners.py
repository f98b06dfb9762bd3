"""Registers other counties' police for packs: one officer proposes the keys, another one decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.areas.places import places
from xinnong.audit.refs import new_ref
from xinnong.core.packs import COUNTY
from xinnong.guard.models import FeedState, PackPartner
from xinnong.guard.pack_sealing import can_be_sealed_for
from xinnong.guard.refusals import (
    CountyUnknown,
    FeedTaken,
    PartnerWrong,
    SealingKeyWrong,
)
from xinnong.guard.services.feeds import refuse_no_key
from xinnong.guard.services.officers import note, refuse_all_but_police
from xinnong.guard.services.registering import decide_proposed

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.accounts.models import User

COUNTY_DIGITS = 6


def own_county() -> str:
    """The six digits of this county. Raises CountyUnknown."""
    found = places().county
    if found is None:
        raise CountyUnknown
    return found.code[:COUNTY_DIGITS]


def propose_partner(
    *, actor: User, county: str, name: str, public_key: str, sealing_key: str, now: datetime
) -> PackPartner:
    """Ask for a county, or for new keys of one in use.

    Raises NotPolice, FeedKeyWrong, SealingKeyWrong, PartnerWrong, CountyUnknown, FeedTaken.
    """
    refuse_all_but_police(actor, Permission.MANAGE_FEEDS)
    keys = [each.strip().lower() for each in (public_key, sealing_key)]
    refuse_no_key(keys[0])
    if not can_be_sealed_for(keys[1]):
        raise SealingKeyWrong
    if not COUNTY.fullmatch(county) or county == own_county():
        raise PartnerWrong
    with transaction.atomic():
        if PackPartner.objects.filter(county=county, state=FeedState.PROPOSED).exists():
            raise FeedTaken(code=county)
        made = PackPartner.objects.create(
            ref=new_ref(), county=county, name=name, public_key=keys[0], sealing_key=keys[1],
            proposed_by=actor.ref, proposed_at=now,
        )  # fmt: skip
        note(actor, "propose-partner", made.ref, now)
    return made


def decide_partner(
    *, actor: User, partner: PackPartner, approve: bool, now: datetime
) -> PackPartner:
    """Approve a county, which replaces the keys in use, or refuse it.

    Raises NotPolice, FeedMoved, SecondOfficerNeeded.
    """
    return decide_proposed(
        actor=actor,
        row=partner,
        same={"county": partner.county},
        what="partner",
        approve=approve,
        now=now,
    )
