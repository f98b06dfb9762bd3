"""Somebody answers for Wang's loan, or a house does: named, agreed, signed, registered, released."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from pypdf import PdfReader

from tests.lending.origination.story import PHOTO, SUM, WISH, Story
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.errors import Refused
from xinnong.lending import services
from xinnong.lending.models import (
    Application,
    Collateral,
    Contract,
    ContractPaper,
    Guarantor,
    Investigation,
    Loan,
    PublishedProduct,
    Valuation,
)
from xinnong.lending.services.guarantors import (
    Consent,
    Means,
    drop_guarantor,
    name_guarantor,
    sign_guarantee,
)
from xinnong.lending.services.releases import end_contract
from xinnong.registry.models import Organisation

TODAY = NOW.date()
NEIGHBOUR = "李大山"
MEANS = Means(income_minor=6_000_000, net_assets_minor=20_000_000, reference="means/1")
CONSENT = Consent(sha256=SUM, on=TODAY)
BORROWED = 3_000_000


def guaranteed(story: Story) -> Application:
    """Wang asks for a loan that somebody answers for."""
    return story.apply("guaranteed", security="guarantee")


def named(
    story: Story,
    application: Application,
    who: str = NEIGHBOUR,
    organisation: Organisation | None = None,
    key: UUID | None = None,
    actor: User | None = None,
    **changes: object,
) -> Guarantor:
    """Lin puts a guarantor on record."""
    by = actor or story.people.lin
    said: dict[str, object] = {
        "is_spouse": False, "amount_minor": BORROWED, "means": MEANS, "consent": CONSENT,
    }  # fmt: skip
    with scoped(by):
        return name_guarantor(
            actor=by, application=application, signatory=story.person(who),
            organisation=organisation, now=NOW, key=key or uuid4(),
            **(said | changes),  # type: ignore[arg-type]
        )  # fmt: skip


def signed(story: Story, guarantor: Guarantor, **shown: str) -> Guarantor:
    """The guarantor signs before Lin."""
    evidence = {"identity_check": "idcheck/88", "photo": PHOTO, "scan_sha256": SUM} | shown
    with scoped(story.people.lin):
        return sign_guarantee(
            actor=story.people.lin, guarantor=guarantor, now=NOW, key=uuid4(), **evidence
        )


def approve(story: Story, application: Application, percent: str = "6") -> Application:
    """Lin approves at a rate, where the product names none; Chen confirms what is beyond Lin."""
    found = story.decide(application, story.people.lin, rate_percent=Decimal(percent))
    if found.state == "approved":
        return found
    with scoped(story.people.chen):
        return services.confirm_by_second(
            actor=story.people.chen, application=found, agrees=True, now=NOW, key=uuid4()
        )


def refuses(code: str, act: object, *given: object, **said: object) -> list[str]:
    """The step is refused with this code, nothing stands on record; the reasons told."""
    before = rows()
    assert callable(act)
    with pytest.raises(Refused) as refusal, transaction.atomic():
        act(*given, **said)
    assert refusal.value.code == code
    assert rows() == before
    return [each.code for each in getattr(refusal.value, "problems", ())]


def rows() -> list[tuple[object, ...]]:
    with scoped(SYSTEM):
        return [
            *Guarantor.objects.order_by("id").values_list("ref", "state"),
            *Collateral.objects.order_by("id").values_list("ref", "state", "insured_until"),
            *Valuation.objects.order_by("id").values_list("ref", "value_minor"),
        ]


def visited(story: Story, application: Application) -> Investigation:
    with scoped(story.people.lin):
        return services.record_investigation(
            actor=story.people.lin, application=application, companion=story.people.chen,
            visited_on=TODAY, photos=[SUM], purpose="seed_and_fertiliser", crop="",
            scale_hundredths=0, finding="agrees", now=NOW, key=uuid4(),
        )  # fmt: skip


def state_of(contract: Contract) -> str:
    with scoped(SYSTEM):
        return Contract.objects.get(pk=contract.pk).state


def collective(story: Story, kind: str = "村集体") -> Organisation:
    """An organisation of the register."""
    return Organisation(
        uscc=f"N2339981MF{uuid4().hex[:7].upper()}X", ref=uuid4(), name="莲花村股份经济合作社",
        kind=kind, last_run=story.sample.run,
    )  # fmt: skip


def test_a_guaranteed_loan_comes_into_force_when_the_guarantor_has_signed(story: Story) -> None:
    application = guaranteed(story)
    assert refuses("application.not_approvable", approve, story, application) == [
        "guarantee.nobody"
    ]
    guarantor = named(story, application)
    contract = story.draft(approve(story, application))
    with scoped(SYSTEM):
        paper = ContractPaper.objects.get(contract=contract)
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(bytes(paper.document))).pages)
    assert "保证人：李大山" in text
    assert "连带责任" in text
    visited(story, application)
    story.report()
    for code in ("site_visit", "credit_report"):
        story.meet(contract, code)
    story.sign(contract)
    assert state_of(contract) == "signed"
    refuses("condition.not_shown", story.meet, contract, "guarantor_signed", "paper/1")
    signed(story, guarantor)
    assert state_of(contract) == "in_force"


def test_what_is_agreed_does_not_change(story: Story) -> None:
    application = guaranteed(story)
    guarantor = named(story, application)
    story.draft(approve(story, application))
    refuses("security.agreed", named, story, application, "张大山")
    with scoped(story.people.lin):
        refuses(
            "security.agreed", drop_guarantor,
            actor=story.people.lin, guarantor=guarantor, now=NOW, key=uuid4(),
        )  # fmt: skip


def test_a_dropped_guarantor_leaves_the_loan_unanswered_for(story: Story) -> None:
    application = guaranteed(story)
    guarantor = named(story, application)
    approve(story, application)
    with scoped(story.people.lin):
        drop_guarantor(actor=story.people.lin, guarantor=guarantor, now=NOW, key=uuid4())
    assert refuses("application.not_approvable", story.draft, application) == ["guarantee.nobody"]


def test_it_refuses_who_may_not_guarantee(story: Story) -> None:
    application = guaranteed(story)

    def told(**said: object) -> list[str]:
        return refuses("security.refused", named, story, application, **said)

    assert told(who="王大山") == ["guarantee.borrower"]
    assert told(who="何王云") == ["guarantee.family"]
    assert told(is_spouse=True) == ["guarantee.family"]
    assert told(amount_minor=20_000_001) == ["guarantee.over"]
    assert told(means=Means(income_minor=None, net_assets_minor=1, reference="means/1")) == [
        "guarantee.means_unknown"
    ]
    assert told(organisation=collective(story)) == ["guarantee.village_collective"]
    assert told(organisation=collective(story, "星球")) == ["guarantee.kind"]


def test_all_guarantees_of_a_neighbour_count_together_and_never_in_a_ring(story: Story) -> None:
    application = guaranteed(story)
    named(story, application)
    refuses("security.named_already", named, story, application)
    other = other_borrower(story, NEIGHBOUR)
    assert refuses("security.refused", named, story, other, "王大山") == ["guarantee.mutual"]
    third = other_borrower(story, "张大山")
    assert refuses("security.refused", named, story, third, NEIGHBOUR, amount_minor=17_000_001) == [
        "guarantee.over"
    ]
    named(story, third, NEIGHBOUR, amount_minor=17_000_000)
    assert refuses("security.refused", named, story, other, "张大山") == ["guarantee.mutual"]


def other_borrower(story: Story, who: str) -> Application:
    """A neighbour asks at the desk for the same kind of loan."""
    with scoped(story.people.lin):
        return services.submit_application(
            actor=story.people.lin, person=story.person(who), offer=story.offers["guaranteed"],
            wish=replace(WISH, security="guarantee"), channel="desk", now=NOW, key=uuid4(),
        )  # fmt: skip


def test_a_second_click_names_nobody_twice_and_a_key_is_not_used_again(story: Story) -> None:
    application, key = guaranteed(story), uuid4()
    first = named(story, application, key=key)
    assert named(story, application, key=key) == first
    refuses("ledger.command_key_reused", named, story, application, key=key, amount_minor=1)


def test_strangers_and_bad_evidence_are_refused(story: Story) -> None:
    application = guaranteed(story)
    refuses("application.not_yours", named, story, application, actor=story.people.zhao)
    refuses("application.not_yours", named, story, application, actor=story.people.wu)
    refuses("evidence.missing", named, story, application, consent=Consent(sha256="x", on=TODAY))
    refuses(
        "security.dates",
        named,
        story,
        application,
        consent=Consent(sha256=SUM, on=date(2030, 1, 1)),
    )
    refuses("security.not_asked", named, story, story.apply())
    guarantor = named(story, application)
    refuses("lending.moved", signed, story, guarantor)
    refuses("evidence.missing", signed, story, guarantor, photo="")


def test_who_answers_reads_that_much_and_no_more(story: Story) -> None:
    application = guaranteed(story)
    guarantor = named(story, application)
    wu = story.people.wu
    wu.person_ref = story.person(NEIGHBOUR).ref
    wu.save(update_fields=["person_ref"])
    with scoped(wu):
        assert Guarantor.objects.get().pk == guarantor.pk
        assert not Application.objects.exists()
    wu.person_ref = story.person("张大山").ref
    wu.save(update_fields=["person_ref"])
    with scoped(wu):
        assert not Guarantor.objects.exists()


def settled_loan(story: Story, contract: Contract) -> None:
    """A loan of the contract that was paid back."""
    with scoped(SYSTEM):
        Loan.objects.create(
            ref=uuid4(), institution=contract.institution, area12=contract.area12,
            household_id=contract.household_id, person=contract.person, contract_ref=contract.ref,
            product=PublishedProduct.objects.get(code="mortgage"), book="xinnong",
            state="settled", principal_minor=contract.limit_minor, rate_percent=6,
            late_rate_percent=9, compounds=True, disbursed_on=TODAY,
            original_matures_on=date(2027, 11, 20), matures_on=date(2027, 11, 20),
            closed_on=date(2026, 12, 1), drawn_at=NOW,
        )  # fmt: skip


def test_a_contract_that_is_paid_back_sets_its_guarantor_free(story: Story) -> None:
    application = guaranteed(story)
    guarantor = named(story, application)
    contract = story.draft(approve(story, application))
    visited(story, application)
    story.report()
    for code in ("site_visit", "credit_report"):
        story.meet(contract, code)
    story.sign(contract)
    signed(story, guarantor)
    lin = story.people.lin

    def end() -> Contract:
        with scoped(lin):
            return end_contract(actor=lin, contract=contract, now=NOW, key=uuid4())

    refuses("security.still_owed", end)
    settled_loan(story, contract)
    assert end().state == "ended"
    with scoped(SYSTEM):
        assert Guarantor.objects.get().state == "released"
    refuses("lending.moved", end)
