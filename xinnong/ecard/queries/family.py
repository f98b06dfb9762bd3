"""Family accounts."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinnong.ecard.models import BondState, FamilyBond

LIVE = (BondState.ASKED, BondState.ACTIVE)


def bond_by_ref(ref: UUID) -> FamilyBond | None:
    """One tie that the reader may know of."""
    return FamilyBond.objects.filter(ref=ref).first()


def held_by(person: UUID) -> Sequence[FamilyBond]:
    """Whose codes a person shows or asked to show, the newest first."""
    return list(FamilyBond.objects.filter(holder=person, state__in=LIVE).order_by("-id"))


def granted_by(person: UUID) -> Sequence[FamilyBond]:
    """Who shows a person's code or asks to, the newest first."""
    return list(FamilyBond.objects.filter(member=person, state__in=LIVE).order_by("-id"))


def past_of(person: UUID) -> Sequence[FamilyBond]:
    """Ties of a person that ended, from either side, the newest first."""
    ended = FamilyBond.objects.exclude(state__in=LIVE)
    return list((ended.filter(holder=person) | ended.filter(member=person)).order_by("-id")[:20])


def may_show(holder: UUID, member: UUID) -> bool:
    """Whether a tie between the two is in force."""
    tied = FamilyBond.objects.filter(holder=holder, member=member, state=BondState.ACTIVE)
    return tied.exists()
