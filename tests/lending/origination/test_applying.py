"""Wang Dashan asks for a loan: by phone, at a desk, in two taps; twice with one key; in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from tests.factories import LENDER
from tests.lending.origination.story import SOME_KEY, WISH, Story, counts, states
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.errors import Refused
from xinnong.lending import services
from xinnong.lending.models import Application, Decision
from xinnong.lending.services.refusals import Moved


def submit(story: Story, actor: User, **said: object) -> Application:
    """Hand in Wang's wish with some things said otherwise."""
    given = {
        "actor": actor, "person": story.borrower, "offer": story.offers["inclusive"],
        "wish": WISH, "channel": "phone", "now": NOW, "key": uuid4(),
    }  # fmt: skip
    with scoped(actor):
        return services.submit_application(**(given | said))  # type: ignore[arg-type]


def refused(story: Story, actor: User, **said: object) -> str:
    """The code with which it is refused; nothing moved."""
    before = counts()
    with pytest.raises(Refused) as refusal, transaction.atomic():
        submit(story, actor, **said)
    assert counts() == before
    return refusal.value.code


def test_it_approves_what_is_plainly_inside_every_bound(story: Story) -> None:
    application = story.apply()
    line = story.line()
    with scoped(SYSTEM):
        decision = Decision.objects.get()
        policy_sha256 = line.policy.sha256
    assert states(Application) == ["approved"]
    assert (decision.kind, decision.outcome, decision.codes) == ("auto", "approve", [])
    assert decision.rate_percent == line.rate_percent
    assert application.line_minor == line.line_minor
    assert (application.grade, application.points) == (line.grade, line.points)
    assert application.policy_sha256 == policy_sha256
    assert len(application.scorecard_sha256) == 64
    assert application.run_id == story.sample.run.pk


def test_it_is_the_same_application_for_the_same_key(story: Story) -> None:
    first = submit(story, story.people.wu, key=SOME_KEY)
    before = counts()
    assert submit(story, story.people.wu, key=SOME_KEY) == first
    assert counts() == before


def test_it_refuses_another_wish_under_the_same_key(story: Story) -> None:
    submit(story, story.people.wu, key=SOME_KEY)
    other = replace(WISH, amount_minor=WISH.amount_minor + 100)
    assert refused(story, story.people.wu, key=SOME_KEY, wish=other) == "ledger.command_key_reused"


def test_it_refers_more_than_the_rule_may_approve(story: Story) -> None:
    story.apply(amount_minor=3_000_100)
    with scoped(SYSTEM):
        decision = Decision.objects.get()
    assert states(Application) == ["in_review"]
    assert decision.codes == ["application.over_rule"]
    assert decision.params == {"application.over_rule": {"limit_minor": 3_000_000}}


def test_it_refuses_more_than_the_line(story: Story) -> None:
    story.apply(amount_minor=story.line().line_minor + 10_000)
    with scoped(SYSTEM):
        decision = Decision.objects.get()
    assert states(Application) == ["refused"]
    assert decision.codes == ["application.over_line"]


def test_it_counts_what_is_already_promised(story: Story) -> None:
    """The second application sees the first one's approval, the third the contract as well."""
    line = story.line()
    first = story.apply()
    story.draft(first)
    story.apply("online", amount_minor=3_000_000)
    story.apply("revolving", amount_minor=line.line_minor, method="revolving")
    with scoped(SYSTEM):
        newest = Decision.objects.order_by("-id").first()
    assert newest is not None
    assert newest.params["application.over_line"]["left_minor"] == line.line_minor - 6_000_000


def test_a_refused_person_may_have_a_person_decide(story: Story) -> None:
    application = story.apply(amount_minor=30_000_000)
    wu = story.people.wu
    with scoped(wu):
        services.ask_for_person(actor=wu, application=application, now=NOW, key=uuid4())
    assert states(Application) == ["in_review"]


def test_whoever_wants_a_person_gets_one_at_once(story: Story) -> None:
    story.apply(wants_person=True)
    with scoped(SYSTEM):
        assert Decision.objects.get().codes == ["application.asked_for_person"]
    assert states(Application) == ["in_review"]


def test_an_officer_writes_down_what_somebody_without_a_phone_asks(story: Story) -> None:
    application = submit(
        story, story.people.lin, channel="outlet", wish=replace(WISH, wants_letter=True)
    )
    assert (application.channel, application.wants_letter) == ("outlet", True)
    with scoped(SYSTEM):
        entry = Entry.objects.filter(action="lending.submit-application").get()
    assert (entry.actor, entry.subject) == (story.people.lin.ref, application.ref)
    assert (entry.owner_kind, entry.institution) == ("b", LENDER)


def test_it_takes_up_a_granted_line_in_two_taps(story: Story) -> None:
    assert submit(story, story.people.wu, channel="pre_offered").state == "approved"


def test_it_refuses_somebody_else_on_the_phone(story: Story) -> None:
    wife, neighbour = story.person("何王云"), story.person("李大山")
    for other in (wife, neighbour):
        assert refused(story, story.people.wu, person=other) == "application.not_yours"


@pytest.mark.parametrize("who", ["zhao", "xu", "mo", "zheng"])
@pytest.mark.parametrize("channel", ["desk", "outlet", "phone", "pre_offered"])
def test_it_refuses_everybody_who_is_not_of_the_lender(
    story: Story, who: str, channel: str
) -> None:
    actor = getattr(story.people, who)
    assert refused(story, actor, channel=channel) == "application.not_yours"


def test_an_officer_does_not_apply_on_a_phone(story: Story) -> None:
    assert refused(story, story.people.lin, channel="phone") == "application.not_yours"


def test_an_officer_does_not_handle_the_own_household(story: Story) -> None:
    lin = story.people.lin
    lin.person_ref = story.person("何王云").ref
    lin.save(update_fields=["person_ref"])
    try:
        assert refused(story, lin, channel="desk") == "authority.own_household"
    finally:
        lin.person_ref = None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "stocks"}, "application.wish"),
        ({"amount_minor": 0}, "application.wish"),
        ({"amount_minor": -1}, "application.wish"),
        ({"months": 0}, "application.wish"),
        ({"method": "revolving"}, "application.wish"),
    ],
)
def test_it_refuses_words_of_no_list(story: Story, changes: dict[str, object], code: str) -> None:
    wish = replace(WISH, **changes)  # type: ignore[arg-type]
    assert refused(story, story.people.wu, wish=wish) == code


def test_it_refuses_a_child(story: Story) -> None:
    child = story.person("徐小满")
    wu = story.people.wu
    wu.person_ref = child.ref
    assert refused(story, wu, person=child) == "application.not_of_age"
    wu.person_ref = story.borrower.ref


def test_who_lives_here_by_the_register_asks(story: Story) -> None:
    borrower = story.borrower
    borrower.state = "正常"
    assert submit(story, story.people.wu, person=borrower).state == "approved"


@pytest.mark.parametrize("state", ["死亡", "注销", "迁出"])
def test_it_refuses_who_lives_here_no_more(story: Story, state: str) -> None:
    borrower = story.borrower
    borrower.state = state
    assert refused(story, story.people.wu, person=borrower) == "application.not_of_age"


def test_it_refuses_a_second_application_for_the_same_offer(story: Story) -> None:
    story.apply(wants_person=True)
    assert refused(story, story.people.wu) == "application.open_already"


def test_it_refuses_an_offer_that_is_over(story: Story) -> None:
    offer = story.offers["inclusive"]
    offer.until_on = NOW.date()
    assert refused(story, story.people.wu, offer=offer) == "application.offer_closed"
    offer.until_on = None


def test_it_is_withdrawn_once_and_for_all(story: Story) -> None:
    application, wu = story.apply(), story.people.wu
    with scoped(wu):
        services.withdraw_application(actor=wu, application=application, now=NOW, key=SOME_KEY)
        services.withdraw_application(actor=wu, application=application, now=NOW, key=SOME_KEY)
    assert states(Application) == ["withdrawn"]
    before = counts()
    with pytest.raises(Moved), scoped(wu):
        services.withdraw_application(actor=wu, application=application, now=NOW, key=uuid4())
    assert counts() == before


def test_it_ends_what_nobody_finished(story: Story) -> None:
    story.apply()
    story.apply("online", wants_person=True)
    chen, over = story.people.chen, NOW + timedelta(days=31)
    with scoped(chen):
        for ended in (2, 0):
            assert ended == services.expire_applications(
                actor=chen, institution=LENDER, today=over.date(), now=over
            )
    assert states(Application) == ["expired", "expired"]


def test_what_was_asked_cannot_be_rewritten(story: Story) -> None:
    """Not even with the application's own database role."""
    application = story.apply()
    with scoped(SYSTEM):
        for column in ("amount_minor", "line_minor", "grade"):
            with pytest.raises(DatabaseError), transaction.atomic():
                Application.objects.filter(pk=application.pk).update(**{column: 1})
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.all().delete()


def test_no_other_lender_and_no_neighbour_sees_it(story: Story) -> None:
    story.apply()
    for who in ("zhao", "xu", "zheng", "ou", "mo", "han", "qin"):
        with scoped(getattr(story.people, who)):
            assert (Application.objects.count(), Decision.objects.count()) == (0, 0), who
    for who in ("wu", "lin", "chen"):
        with scoped(getattr(story.people, who)):
            assert (Application.objects.count(), Decision.objects.count()) == (1, 1), who
