"""Two people at the same moment: a line is used up once, a key counts once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.factories import LENDER, Sample
from tests.lending.origination.story import SOME_KEY, WISH, Story, states, told
from tests.people import NOW, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.lending import services
from xinnong.lending.models import Application
from xinnong.lending.queries.applications import contracted_minor

pytestmark = pytest.mark.slow


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """Let everybody act at the same moment; how often each outcome came."""
    said: Counter[str] = Counter()
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            said["done"] += 1
        except Refused as refusal:
            said[refusal.code] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_a_line_is_promised_once_and_a_key_counts_once(
    county: tuple[People, Sample], django_db_blocker: DjangoDbBlocker
) -> None:
    people, sample = county
    with django_db_blocker.unblock(), told(people, sample) as story:
        applications_come_once(story)
        the_line_is_promised_once(story)


def applications_come_once(story: Story) -> None:
    """Eight times the same button."""

    def submit() -> None:
        with scoped(story.people.wu):
            services.submit_application(
                actor=story.people.wu, person=story.borrower, offer=story.offers["inclusive"],
                wish=WISH, channel="phone", now=NOW, key=SOME_KEY,
            )  # fmt: skip

    assert at_once([submit] * 8) == {"done": 8}
    assert states(Application) == ["approved"]
    with scoped(SYSTEM):
        application = Application.objects.get()
    with scoped(story.people.lin):
        services.withdraw_application(
            actor=story.people.lin, application=application, now=NOW, key=uuid4()
        )


def the_line_is_promised_once(story: Story) -> None:
    """Four applications, each for two fifths of the line; two managers approve them all at once."""
    amount = story.line().line_minor * 2 // 5
    waiting = [
        story.apply("inclusive", amount_minor=amount, wants_person=True),
        story.apply("online", amount_minor=amount, wants_person=True),
        story.apply("tea", amount_minor=amount, wants_person=True, produces=("tea",)),
        story.apply("bayberry", amount_minor=amount, wants_person=True, produces=("bayberry",)),
    ]
    managers = (story.people.chen, story.bai, story.people.chen, story.bai)

    def approving(number: int) -> Callable[[], object]:
        return lambda: story.decide(waiting[number], managers[number])

    assert at_once([approving(n) for n in range(4)]) == {
        "done": 2, "application.not_approvable": 2,
    }  # fmt: skip
    assert Counter(states(Application)) == {"approved": 2, "in_review": 2, "withdrawn": 1}
    home = story.borrower.household_id
    assert home is not None
    with scoped(SYSTEM):
        assert contracted_minor(home, institution=LENDER) == 2 * amount
