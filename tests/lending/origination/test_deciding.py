"""Lin decides within her authority; beyond it Chen or Bai confirms, and nobody counts twice."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.db import transaction

from tests.factories import LENDER
from tests.lending.origination.story import SOME_KEY, Story, answered_for, counts, states
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.core.money import percent
from xinnong.lending import services
from xinnong.lending.models import Application, AuthorityLimit, Decision
from xinnong.lending.queries.applications import authority_of
from xinnong.lending.services.refusals import NotApprovable


def confirm(
    story: Story, application: Application, actor: User, *, agrees: bool = True, **said: object
) -> Application:
    with scoped(actor):
        return services.confirm_by_second(
            actor=actor, application=application, agrees=agrees, now=NOW, key=uuid4(),
            **said,  # type: ignore[arg-type]
        )  # fmt: skip


def outcomes() -> list[tuple[str, str, int]]:
    with scoped(SYSTEM):
        rows = Decision.objects.order_by("id")
        return list(rows.values_list("kind", "outcome", "amount_minor"))


def refuses(code: str, act: object, *given: object, **said: object) -> None:
    """The step is refused with this code and nothing moved."""
    before, at = counts(), (states(Application), outcomes())
    assert callable(act)
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*given, **said)
    assert refusal.value.code == code
    assert (counts(), (states(Application), outcomes())) == (before, at)


@pytest.fixture
def small(story: Story) -> Application:
    """40,000: more than the rule may approve, within Lin's own authority."""
    return story.apply(amount_minor=4_000_000)


@pytest.fixture
def large(story: Story) -> Application:
    """80,000: Lin may approve it with a second person."""
    return story.apply(amount_minor=8_000_000)


def test_an_officer_approves_within_the_own_authority(story: Story, small: Application) -> None:
    decided = story.decide(small, story.people.lin)
    assert decided.state == "approved"
    assert outcomes() == [("auto", "refer", 4_000_000), ("officer", "approve", 4_000_000)]


def test_an_officer_may_lend_less_and_shorter(story: Story, small: Application) -> None:
    story.decide(small, story.people.lin, amount_minor=3_500_000, months=6)
    with scoped(SYSTEM):
        newest = Decision.objects.order_by("-id").first()
    assert newest is not None
    assert (newest.amount_minor, newest.months) == (3_500_000, 6)


@pytest.mark.parametrize("said", [{"amount_minor": 4_000_100}, {"months": 13}, {"amount_minor": 0}])
def test_nobody_is_lent_more_than_was_asked(
    story: Story, small: Application, said: dict[str, object]
) -> None:
    refuses("decision.more_than_asked", story.decide, small, story.people.lin, **said)


def test_a_larger_amount_waits_for_a_second_person(story: Story, large: Application) -> None:
    assert story.decide(large, story.people.lin).state == "in_review"
    assert confirm(story, large, story.people.chen).state == "approved"
    assert outcomes()[1:] == [("officer", "approve", 8_000_000), ("second", "approve", 8_000_000)]


def test_the_first_person_is_not_the_second(story: Story, large: Application) -> None:
    story.decide(large, story.people.lin)
    refuses("authority.same_person", confirm, story, large, story.people.lin)


def test_the_second_person_may_say_no_with_a_reason(story: Story, large: Application) -> None:
    story.decide(large, story.people.lin)
    refuses("decision.reason", confirm, story, large, story.people.chen, agrees=False)
    said = confirm(story, large, story.people.chen, agrees=False, reasons=["officer.debts"])
    assert said.state == "refused"


def test_there_is_nothing_to_confirm_before_the_first(story: Story, large: Application) -> None:
    refuses("decision.nothing_to_confirm", confirm, story, large, story.people.chen)


def test_nobody_approves_beyond_the_role(story: Story) -> None:
    application = story.apply(amount_minor=min(story.line().line_minor, 12_000_000))
    refuses("authority.over", story.decide, application, story.people.lin)


def test_nobody_approves_what_was_never_set(story: Story, small: Application) -> None:
    with scoped(story.people.lin):
        assert authority_of("BANK-02", "officer", on=date(2026, 11, 20)) is None
        assert authority_of(LENDER, "officer", on=date(2025, 11, 20)) is None


def test_a_person_cannot_approve_over_the_line_either(story: Story) -> None:
    application = story.apply(amount_minor=story.line().line_minor + 10_000, wants_person=True)
    refuses("application.not_approvable", story.decide, application, story.people.chen)
    with pytest.raises(NotApprovable) as refusal:
        story.decide(application, story.people.chen)
    assert [each.code for each in refusal.value.problems] == ["application.over_line"]


def test_nobody_decides_for_the_own_household(story: Story, small: Application) -> None:
    chen = story.people.chen
    chen.person_ref = story.person("何王云").ref
    refuses("authority.own_household", story.decide, small, chen)
    chen.person_ref = None


def test_an_officer_refuses_with_reasons_of_the_list(story: Story, small: Application) -> None:
    for reasons in ([], ["officer.unmarried"], ["officer.debts", "she is ill"]):
        refuses("decision.reason", story.decide, small, story.people.lin, "refuse", reasons=reasons)
    said = story.decide(small, story.people.lin, "refuse", reasons=["officer.purpose"])
    assert said.state == "refused"


def test_what_a_person_refused_is_not_asked_again(story: Story, small: Application) -> None:
    story.decide(small, story.people.lin, "refuse", reasons=["officer.purpose"])
    wu = story.people.wu

    def ask() -> None:
        with scoped(wu):
            services.ask_for_person(actor=wu, application=small, now=NOW, key=uuid4())

    refuses("lending.moved", ask)


@pytest.mark.parametrize("who", ["zhao", "wu", "xu", "mo"])
def test_no_stranger_decides(story: Story, small: Application, who: str) -> None:
    refuses("application.not_yours", story.decide, small, getattr(story.people, who))
    refuses("application.not_yours", confirm, story, small, getattr(story.people, who))


def test_it_decides_once_under_a_key(story: Story, small: Application) -> None:
    lin = story.people.lin
    with scoped(lin):
        for _again in range(3):
            services.decide_by_officer(
                actor=lin, application=small, outcome="approve", now=NOW, key=SOME_KEY
            )
    assert len(outcomes()) == 2
    refuses("lending.moved", story.decide, small, lin)


def test_without_a_line_rule_a_person_names_the_rate(story: Story) -> None:
    application = story.apply("guaranteed", amount_minor=4_000_000, security="guarantee")
    assert application.state == "in_review"
    refuses(
        "application.not_approvable", story.decide, application, story.people.lin,
        rate_percent=percent("99"),
    )  # fmt: skip
    answered_for(story, application)
    story.decide(application, story.people.lin, rate_percent=percent("5.2"))
    with scoped(SYSTEM):
        newest = Decision.objects.order_by("-id").first()
    assert newest is not None
    assert newest.rate_percent == percent("5.2")


def propose(actor: User, **said: object) -> AuthorityLimit:
    given = {
        "role": "officer", "alone_minor": 6_000_000, "second_minor": 12_000_000,
        "from_on": NOW.date(), "institution": LENDER,
    }  # fmt: skip
    with scoped(actor):
        return services.propose_limit(
            actor=actor,
            now=NOW,
            key=uuid4(),
            **(given | said),  # type: ignore[arg-type]
        )


def test_a_limit_counts_once_a_second_manager_confirmed_it(story: Story) -> None:
    limit, today = propose(story.people.chen), NOW.date()
    with scoped(story.bai):
        before = authority_of(LENDER, "officer", on=today)
        services.confirm_limit(actor=story.bai, limit=limit, now=NOW)
        after = authority_of(LENDER, "officer", on=today)
    assert before is not None
    assert after is not None
    assert (before.alone_minor, after.alone_minor) == (5_000_000, 6_000_000)


def test_nobody_confirms_the_own_limit(story: Story) -> None:
    chen = story.people.chen
    limit = propose(chen)

    def confirm_own() -> None:
        with scoped(chen):
            services.confirm_limit(actor=chen, limit=limit, now=NOW)

    refuses("authority.same_person", confirm_own)


@pytest.mark.parametrize(
    "said",
    [
        {"alone_minor": -1},
        {"alone_minor": 7, "second_minor": 6},
        {"from_on": date(2026, 11, 19)},
        {"role": "cadre"},
    ],
)
def test_it_refuses_an_unsound_limit(story: Story, said: dict[str, object]) -> None:
    refuses("authority.limit", propose, story.people.chen, **said)
