"""A few applications at the demo's first bank, in different states, made by its own officer."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.dates import OF_AGE, age_on
from xinnong.core.errors import Refused
from xinnong.credit.models import Line, LineKind
from xinnong.lending import services
from xinnong.lending.demo_book.plan import LENDER
from xinnong.lending.models import Application, Channel, Offer, Outcome
from xinnong.lending.services import Wish
from xinnong.registry.models import Person
from xinnong.registry.queries import current_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SMALL: Final = Wish(
    amount_minor=3_000_000,
    months=12,
    method="interest_first",
    purpose="seed_and_fertiliser",
    wants_letter=True,
)


@dataclass(frozen=True, slots=True)
class Story:
    """One application: what is asked, and what the officer does with it."""

    name: str
    wish: Wish
    then: Callable[[User, Application, datetime], object] | None = None


def _refuse(officer: User, application: Application, now: datetime) -> object:
    return services.decide_by_officer(
        actor=officer,
        application=application,
        outcome=Outcome.REFUSE,
        reasons=["officer.capacity", "officer.documents"],
        now=now,
        key=_key("refuse"),
    )


def _approve(officer: User, application: Application, now: datetime) -> object:
    return services.decide_by_officer(
        actor=officer,
        application=application,
        outcome=Outcome.APPROVE,
        now=now,
        key=_key("approve"),
    )


def _draft(officer: User, application: Application, now: datetime) -> object:
    return services.draft_contract(
        actor=officer, application=application, now=now, key=application.ref
    )


STORIES: Final = (
    Story("waits for the officer", replace(SMALL, wants_person=True)),
    Story("is refused with reasons", replace(SMALL, wants_person=True), _refuse),
    Story("is approved by rule, the contract drafted", SMALL, _draft),
    Story("waits for the manager", replace(SMALL, amount_minor=12_000_000), _approve),
)


def lend(*, now: datetime, but: UUID | None) -> int:
    """Have the officer take down one application of each story; answers how many.

    Heads of households that the bank granted enough, the largest lines first, never `but` (the
    demo's farmer) or her household. None where the bank has applications already.
    """
    officer = User.objects.get(username="officer")
    with scoped(SYSTEM):
        if Application.objects.filter(institution=LENDER).exists():
            return 0
        offers = Offer.objects.filter(institution=LENDER, product__code="inclusive")
        offer = offers.select_related("product").order_by("-from_on").first()
        heads = list(_heads(now, but))
    if offer is None:
        return 0
    told = 0
    for story in sorted(STORIES, key=lambda each: -each.wish.amount_minor):
        head = next((each for each in heads if each[1] >= story.wish.amount_minor), None)
        if head is not None:
            heads.remove(head)
            told += _tell(officer, head[0], offer, story, now)
    return told


def _heads(now: datetime, but: UUID | None) -> Iterator[tuple[Person, int]]:
    lines = Line.objects.filter(
        run=current_run(), kind=LineKind.GRANTED, lender=LENDER, line_minor__gt=0
    )
    for line in lines.order_by("-line_minor", "household_id")[:200]:
        home = Person.objects.filter(household=line.household).select_related("household")
        head = home.filter(is_head=True).first()
        is_adult = (
            head is not None and head.birth is not None and age_on(head.birth, now.date()) >= OF_AGE
        )
        is_farmers = but is not None and home.filter(ref=but).exists()
        if head is not None and is_adult and not is_farmers:
            yield head, line.line_minor


def _tell(officer: User, person: Person, offer: Offer, story: Story, now: datetime) -> int:
    """One story, all of it or nothing: a machine without fonts, for one, sets no contract."""
    try:
        with scoped(officer):
            application = services.submit_application(
                actor=officer,
                person=person,
                offer=offer,
                wish=story.wish,
                channel=Channel.OUTLET,
                now=now,
                key=_key(story.name),
            )
            if story.then is not None:
                story.then(officer, application, now)
    except Refused as refused:
        sys.stderr.write(f"no application that {story.name}: {refused.code}\n")
        return 0
    return 1


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:xinnong:demo-loans:{name}")
