"""What was approved is written down, signed by a person, and comes into force with its conditions."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from tests.factories import LENDER
from tests.lending.origination.story import (
    LATER,
    PHONE,
    PHOTO,
    SOME_KEY,
    SUM,
    Story,
    answered_for,
    counts,
    report_file,
    states,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Refused
from xinnong.lending import seams, services
from xinnong.lending.models import (
    BankCard,
    Contract,
    ContractPaper,
    CreditReportQuery,
    PaymentHold,
)
from xinnong.lending.queries import drawable
from xinnong.lending.queries.contracts import conditions_met, conditions_missing, terms_of
from xinnong.lending.seams import DrawHold
from xinnong.lending.services.commands import owned_by
from xinnong.lending.services.contract_draws import sum_drawn


def refuses(code: str, act: object, *given: object, **said: object) -> None:
    """The step is refused with this code and nothing moved."""
    before, at = counts(), states(Contract)
    assert callable(act)
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*given, **said)
    assert refusal.value.code == code
    assert (counts(), states(Contract)) == (before, at)


def by_card(
    story: Story, contract: Contract, card: BankCard, *, now: datetime = LATER, device: str = PHONE
) -> Contract:
    """Wang signs on the own phone."""
    wu = story.people.wu
    with scoped(wu):
        return services.sign_by_card_check(
            actor=wu, contract=contract, photo=PHOTO, card=card, device=device,
            now=now, key=uuid4(),
        )  # fmt: skip


def seen_before(story: Story, number_at: datetime = NOW) -> None:
    """Wang's phone was seen yesterday, and the number on file at some moment."""
    wu = story.people.wu
    with scoped(wu):
        services.note_device(
            actor=wu, person=story.borrower, institution=LENDER, device=PHONE, now=NOW
        )
        services.note_number(actor=wu, person=story.borrower, institution=LENDER, now=number_at)


def codes(contract: Contract, now: datetime = LATER, **said: object) -> list[str]:
    """What keeps money from leaving."""
    with scoped(SYSTEM):
        fresh = Contract.objects.select_related("application").get(pk=contract.pk)
        return [each.code for each in drawable(fresh, now=now, **said)]  # type: ignore[arg-type]


def test_the_terms_are_those_of_the_approval(story: Story) -> None:
    contract = story.draft(story.apply())
    terms = terms_of(contract)
    assert sha256_hex(bytes(contract.terms)) == contract.sha256
    assert (terms["limit_yuan"], contract.limit_minor) == ("30000.00", 3_000_000)
    assert terms["annual_rate"] == str(contract.rate_percent) == str(story.line().rate_percent)
    assert contract.late_percent == contract.rate_percent * 3 / 2
    assert (terms["starts_on"], terms["ends_on"]) == ("2026-11-20", "2027-11-20")
    assert terms["conditions"] == ["line_granted", "credit_report"]
    with scoped(story.people.lin):
        assert list(conditions_met(contract)) == ["line_granted"]
        assert conditions_missing(contract) == ("credit_report",)


def test_the_paper_says_what_the_terms_say(story: Story) -> None:
    contract = story.draft(story.apply())
    with scoped(story.people.wu):
        paper = ContractPaper.objects.get()
    assert sha256_hex(bytes(paper.document)) == paper.sha256
    pages = PdfReader(BytesIO(bytes(paper.document))).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    for said in (
        "农户借款合同", "王大山", "30,000.00 元", "2026-11-20", "2027-11-20", contract.sha256,
        str(contract.ref), "单凭短信验证码不能签约", "买种苗、肥料、农药", "查过征信报告",
    ):  # fmt: skip
        assert said in text, said
    assert story.sample.rids["王大山"] not in text


def test_it_is_drafted_once(story: Story) -> None:
    application = story.apply()
    lin = story.people.lin
    with scoped(lin):
        first, second = (
            services.draft_contract(actor=lin, application=application, now=NOW, key=SOME_KEY)
            for _twice in range(2)
        )
    assert first == second
    refuses("lending.moved", story.draft, application)


def test_nothing_is_drafted_that_was_not_approved(story: Story) -> None:
    refuses("lending.moved", story.draft, story.apply(wants_person=True))


def test_the_terms_cannot_be_rewritten(story: Story) -> None:
    contract = story.draft(story.apply())
    with scoped(SYSTEM):
        for column, value in (("terms", b"{}"), ("limit_minor", 1), ("rate_percent", 1)):
            with pytest.raises(DatabaseError), transaction.atomic():
                Contract.objects.filter(pk=contract.pk).update(**{column: value})


def test_signed_in_person_it_comes_into_force_with_the_last_condition(story: Story) -> None:
    contract = story.sign(story.draft(story.apply()))
    assert states(Contract) == ["signed"]
    refuses("condition.not_shown", story.meet, contract, "credit_report")
    story.report()
    story.meet(contract, "credit_report")
    assert states(Contract) == ["in_force"]
    assert codes(contract) == ["card.none"]


@pytest.mark.parametrize(
    "shown",
    [{"identity_check": ""}, {"photo": ""}, {"scan_sha256": "abc"}, {"photo": "<script>"}],
)
def test_nothing_is_signed_without_its_evidence(story: Story, shown: dict[str, str]) -> None:
    refuses("evidence.missing", story.sign, story.draft(story.apply()), **shown)


@pytest.mark.parametrize("who", ["zhao", "wu", "xu", "mo"])
def test_no_stranger_signs_in_person(story: Story, who: str) -> None:
    contract = story.draft(story.apply())
    refuses("application.not_yours", story.sign, contract, getattr(story.people, who))


def test_it_is_not_signed_twice(story: Story) -> None:
    contract = story.sign(story.draft(story.apply()))
    refuses("lending.moved", story.sign, contract)


def test_it_is_signed_on_the_own_phone_with_the_own_card(story: Story) -> None:
    contract, card = story.draft(story.apply(), story.people.wu), story.bind(story.people.lin)
    seen_before(story)
    seams.register_person_check(
        lambda person, photo: (person, photo) == (story.borrower.ref, PHOTO)
    )
    by_card(story, contract, card)
    with scoped(SYSTEM):
        signed = Contract.objects.get()
    assert (signed.state, signed.signed_how, signed.card_id) == ("signed", "card_check", card.pk)


def test_everything_that_is_new_keeps_it_unsigned(story: Story) -> None:
    contract, card = story.draft(story.apply()), story.bind(story.people.lin)
    seams.register_person_check(lambda _person, _photo: True)
    refuses("signing.device", by_card, story, contract, card)
    refuses("signing.device", by_card, story, contract, card, device="")
    seen_before(story)
    refuses("signing.device", by_card, story, contract, card, now=LATER - timedelta(hours=2))
    newer = story.bind(story.people.lin, "9999800000000007779", LATER - timedelta(minutes=10))
    refuses("signing.card", by_card, story, contract, newer)


def test_a_changed_number_keeps_it_unsigned(story: Story) -> None:
    contract, card = story.draft(story.apply()), story.bind(story.people.lin)
    seams.register_person_check(lambda _person, _photo: True)
    with scoped(SYSTEM):
        PaymentHold.objects.create(
            **owned_by(LENDER, story.borrower), kind="number", mark=77, seen_at=NOW, held_until=NOW
        )
    assert codes(contract).count("hold.number") == 1  # nobody has noted the new number yet
    seen_before(story, number_at=LATER)
    with scoped(SYSTEM):
        hold = PaymentHold.objects.get(kind="number", held_until__gt=LATER)
    refuses("signing.number", by_card, story, contract, card)
    assert "hold.number" in codes(contract)
    with scoped(story.people.lin):
        for how, code in (("earlier_number", "hold.in_person_only"), ("", "hold.over")):
            refuses(
                code, services.lift_hold, actor=story.people.lin, hold=hold, called_how=how,
                now=LATER, key=uuid4(),
            )  # fmt: skip
        services.lift_hold(
            actor=story.people.lin, hold=hold, called_how="in_person", now=LATER, key=uuid4()
        )
    assert "hold.number" not in codes(contract)


@pytest.mark.parametrize("answer", [None, False, "fails"])
def test_whoever_is_not_proven_does_not_sign(story: Story, answer: object) -> None:
    def check(_person: object, _photo: str) -> bool:
        if answer == "fails":
            raise TimeoutError
        return False

    contract, card = story.draft(story.apply()), story.bind(story.people.lin)
    seen_before(story)
    seams.register_person_check(None if answer is None else check)
    refuses("signing.person", by_card, story, contract, card)


def test_a_product_signed_face_to_face_alone_is_not_signed_by_card(story: Story) -> None:
    application = story.apply("guaranteed", amount_minor=4_000_000, security="guarantee")
    answered_for(story, application)
    story.decide(application, story.people.lin, rate_percent=story.line().rate_percent)
    contract, card = story.draft(application), story.bind(story.people.lin)
    seen_before(story)
    seams.register_person_check(lambda _person, _photo: True)
    refuses("signing.not_offered", by_card, story, contract, card)


def test_a_new_card_waits_and_a_colleagues_call_back_lifts_it(story: Story) -> None:
    contract = story.in_force()
    story.bind(story.people.lin)
    assert codes(contract, NOW) == ["hold.card"]
    assert codes(contract, LATER) == []
    with scoped(SYSTEM):
        hold = BankCard.objects.get().holds.get()
    lin, chen = story.people.lin, story.people.chen
    for actor, code in ((lin, "hold.same_person"), (story.people.wu, "application.not_yours")):
        with scoped(actor):
            refuses(
                code, services.lift_hold, actor=actor, hold=hold, called_how="in_person", now=NOW,
                key=uuid4(),
            )  # fmt: skip
    with scoped(chen):
        services.lift_hold(actor=chen, hold=hold, called_how="earlier_number", now=NOW, key=uuid4())
    assert codes(contract, NOW) == []


def test_a_card_has_one_owner(story: Story) -> None:
    story.bind(story.people.lin)
    refuses("card.not_yours", story.bind, story.people.lin)


def test_a_card_on_the_phone_needs_the_banks_word(story: Story) -> None:
    refuses("card.not_proven", story.bind, story.people.wu)
    seams.register_card_check(lambda _person, _number, _bank: False)
    refuses("card.not_proven", story.bind, story.people.wu)
    seams.register_card_check(lambda person, _number, _bank: person == story.borrower.ref)
    assert story.bind(story.people.wu).verified_how == "bank_check"


def test_a_card_number_stands_nowhere(story: Story) -> None:
    card = story.bind(story.people.lin)
    with scoped(SYSTEM):
        kept = json.dumps(BankCard.objects.values().get(), default=str)
    assert card.last4 == "0124"
    assert "999980123456789" not in kept


def test_guard_holds_a_draw_and_says_where_to_appeal(story: Story) -> None:
    contract = story.in_force()
    story.bind(story.people.lin)
    seams.register_draw_hold(lambda _person, _village: DrawHold("guard.village", "A-17"))
    assert codes(contract) == ["hold.guard"]

    def fails(_person: object, _village: str) -> None:
        raise TimeoutError

    seams.register_draw_hold(fails)
    with scoped(SYSTEM):
        (held,) = drawable(Contract.objects.get(), now=LATER)
    assert held.params["reason"] == "guard.unknown"
    seams.register_draw_hold(lambda _person, _village: None)
    assert codes(contract) == []


def test_a_draw_from_a_device_needs_a_known_one(story: Story) -> None:
    contract = story.in_force()
    story.bind(story.people.lin)
    mark = services.device_mark(PHONE)
    assert codes(contract, device=mark) == ["hold.device_unknown"]
    seen_before(story)
    assert codes(contract, NOW, device=mark) == ["hold.card", "hold.device"]
    assert codes(contract, device=mark) == []


def test_a_condition_of_another_app_is_not_taken_on_trust(story: Story) -> None:
    application = story.apply("tea", produces=("tea",), security="custody", amount_minor=4_000_000,
                              method="seasonal")  # fmt: skip
    story.decide(application, story.people.lin)
    contract = story.draft(application)
    refuses("condition.not_shown", story.meet, contract, "custody_agreement", "agreement/9")
    seams.register_witness("custody_agreement", lambda _contract, said: said == "agreement/9")
    assert story.meet(contract, "custody_agreement", "agreement/9").evidence == "agreement/9"
    seams.register_witness("custody_agreement", None)
    refuses("condition.unknown", story.meet, contract, "site_visit")


def test_a_credit_report_with_overdue_loans_meets_nothing(story: Story) -> None:
    contract = story.draft(story.apply())
    story.report(overdue=1)
    refuses("condition.not_shown", story.meet, contract, "credit_report")


@pytest.mark.parametrize(
    "changes", [{"query": "another"}, {"overdue_loans": 3}, {"more": 1}, {"owed_yuan": "-1"}]
)
def test_a_report_that_answers_something_else_is_refused(
    story: Story, changes: dict[str, object]
) -> None:
    lin = story.people.lin
    asked = story.report()
    with scoped(lin):
        refuses(
            "report.invalid", services.file_credit_report, actor=lin, query=asked,
            data=report_file(asked, **changes), now=NOW,  # type: ignore[arg-type]
        )  # fmt: skip


def test_only_the_lender_that_asked_sees_the_report(story: Story) -> None:
    story.report()
    seen = {}
    for who in ("lin", "zhao", "wu", "xu", "zheng", "ou"):
        with scoped(getattr(story.people, who)):
            seen[who] = CreditReportQuery.objects.count()
    assert seen == {"lin": 1, "zhao": 0, "wu": 0, "xu": 0, "zheng": 0, "ou": 0}


def test_two_people_visit_and_the_need_follows_the_norm(story: Story) -> None:
    application = story.apply(wants_person=True)
    lin, chen = story.people.lin, story.people.chen
    said = {
        "application": application, "visited_on": NOW.date(), "photos": [SUM],
        "purpose": "seed_and_fertiliser", "crop": "茶叶", "scale_hundredths": 1_250,
        "finding": "agrees", "now": NOW, "key": uuid4(),
    }  # fmt: skip
    with scoped(lin):
        visit = services.record_investigation(actor=lin, companion=chen, **said)  # type: ignore[arg-type]
        assert visit.need_minor == 3_750_000
        alone = said | {"key": uuid4()}
        refuses(
            "authority.same_person",
            services.record_investigation,
            actor=lin,
            companion=lin,
            **alone,
        )
        bare = said | {"key": uuid4(), "photos": []}
        refuses(
            "evidence.missing", services.record_investigation, actor=lin, companion=chen, **bare
        )
        stranger = said | {"key": uuid4(), "companion": story.people.zhao}
        refuses("application.not_yours", services.record_investigation, actor=lin, **stranger)


def cancel(story: Story, contract: Contract, now: datetime = NOW) -> Contract:
    wu = story.people.wu
    with scoped(wu):
        return services.cancel_contract(
            actor=wu,
            contract=contract,
            now=now,
            key=uuid4(),
        )


def test_it_is_given_back_within_the_cooling_off(story: Story) -> None:
    contract = story.sign(story.draft(story.apply("online")))
    refuses("contract.cooling_off_over", cancel, story, contract, NOW + timedelta(days=4))
    seams.register_drawn(lambda _contract: 1)
    refuses("contract.drawn_already", cancel, story, contract)
    seams.register_drawn(sum_drawn)
    cancel(story, contract, NOW + timedelta(days=3))
    assert states(Contract) == ["cancelled"]


def test_without_a_cooling_off_a_signed_contract_stands(story: Story) -> None:
    contract = story.sign(story.draft(story.apply()))
    refuses("contract.cooling_off_over", cancel, story, contract)


def test_a_contract_given_back_frees_the_line(story: Story) -> None:
    whole = story.line().line_minor
    application = story.apply("online", amount_minor=min(whole, 8_000_000), method="at_maturity")
    story.decide(application, story.people.chen)
    cancel(story, story.draft(application))
    assert story.apply(amount_minor=min(whole, 3_000_000)).state == "approved"


def test_a_draft_that_nobody_signed_frees_the_line(story: Story) -> None:
    story.draft(story.apply())
    story.sign(story.draft(story.apply("online")))
    chen, over = story.people.chen, NOW + timedelta(days=31)
    with scoped(chen):
        for ended in (1, 0):
            assert ended == services.expire_drafts(
                actor=chen, institution=LENDER, today=over.date(), now=over
            )
    assert states(Contract) == ["cancelled", "signed"]
