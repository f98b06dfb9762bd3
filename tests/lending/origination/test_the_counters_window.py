"""A farmer's command opens the lender's books for one village and closes them again."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import LENDER
from tests.lending.origination.story import SOME_KEY, WISH, Story
from tests.people import FAR_VILLAGE, NOW
from xinnong.accounts.scope import scoped
from xinnong.core.errors import Refused
from xinnong.ledger.models import IdempotencyKey
from xinnong.lending import services
from xinnong.lending.models import Application, AuthorityLimit, Decision
from xinnong.lending.services.commands import at_counter
from xinnong.lending.services.refusals import NotYours
from xinnong.registry.models import Person


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('xinnong.scope')")
        (text,) = cursor.fetchone()
    return str(text)


def test_it_closes_after_a_command_done_and_after_one_refused(story: Story) -> None:
    wu = story.people.wu
    with scoped(wu):
        before = setting()
        services.submit_application(
            actor=wu, person=story.borrower, offer=story.offers["inclusive"], wish=WISH,
            channel="phone", now=NOW, key=SOME_KEY,
        )  # fmt: skip
        assert setting() == before
        application = Application.objects.get()
        with pytest.raises(Refused):
            services.ask_for_person(actor=wu, application=application, now=NOW, key=uuid4())
        assert setting() == before
        assert (IdempotencyKey.objects.count(), AuthorityLimit.objects.count()) == (0, 0)


def test_it_opens_one_lender_and_one_village(story: Story) -> None:
    wu, home = story.people.wu, story.borrower.household
    assert home is not None
    with scoped(wu), at_counter(wu, institution=LENDER, home=home):
        villages = set(Person.objects.values_list("area12", flat=True))
        lenders = set(AuthorityLimit.objects.values_list("institution", flat=True))
    assert villages == {home.area12}
    assert FAR_VILLAGE not in villages
    assert lenders == {LENDER}


@pytest.mark.parametrize("who", ["zhao", "xu", "zheng", "ou", "mo", "han", "qin"])
def test_it_opens_for_no_other_staff(story: Story, who: str) -> None:
    actor, home = getattr(story.people, who), story.borrower.household
    assert home is not None
    with scoped(actor):
        before = setting()
        with pytest.raises(NotYours), at_counter(actor, institution=LENDER, home=home):
            pass
        assert setting() == before


def decide_on(story: Story, application: Application, pk: int) -> None:
    """Zhao's program writes a decision of Zhao's bank on an application by number."""
    Decision.objects.create(
        ref=uuid4(), institution="BANK-02", area12=application.area12,
        household_id=application.household_id, person=application.person, application_id=pk,
        kind="officer", outcome="refer", codes=[], amount_minor=1, months=1,
        decided_by=story.people.zhao.ref, decided_at=NOW,
    )  # fmt: skip


def test_nobody_learns_by_writing_what_other_lenders_have(story: Story) -> None:
    """A decision on another bank's application fails as one on an application that never was."""
    application = story.apply()
    faults = set()
    with scoped(story.people.zhao):
        for pk in (application.pk, application.pk + 1_000_000):
            with pytest.raises(DatabaseError) as fault, transaction.atomic():
                decide_on(story, application, pk)
            faults.add(str(fault.value).replace(str(pk), "N"))
    assert len(faults) == 1
