"""Co-ops that borrow in the book: found by their number in the market register, through their head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils import timezone

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.dates import OF_AGE, age_on
from xinnong.lending.services.applications import HERE
from xinnong.registry.models import Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from xinnong.lending.demo_book.plan import Tale

COOP: Final = "合作社"
MOST_LOOKED_AT: Final = 200


def heads_of_coops(
    told: Iterable[Tale], *, taken: Iterable[Person], but: UUID | None
) -> dict[int, Person]:
    """A grown-up head of a co-op for each tale, of none of the borrowers' households."""
    homes = {each.household_id for each in taken}
    with scoped(SYSTEM):
        fit = [each for each in _heads(but) if each.household_id not in homes]
    return {tale.number: head for tale, head in zip(told, fit, strict=False)}


def _heads(but: UUID | None) -> list[Person]:
    coops = Organisation.objects.filter(name__contains=COOP).exclude(head_key=None)
    keys = coops.order_by("uscc").values_list("head_key", flat=True)[:MOST_LOOKED_AT]
    found = Person.objects.filter(key__in=list(keys), state__in=HERE).exclude(birth=None)
    today = timezone.localdate()
    return [
        each
        for each in found.exclude(household=None).select_related("household").order_by("id")
        if each.birth and age_on(each.birth, today) > OF_AGE + 1 and each.ref != but
    ]


def coop_of(head: Person) -> Organisation:
    """The co-op for which its head asks, the first by number."""
    with scoped(SYSTEM):
        found = Organisation.objects.filter(head_key=head.key, name__contains=COOP)
        return found.order_by("uscc")[0]
