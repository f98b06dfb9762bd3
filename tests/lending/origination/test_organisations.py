"""A co-op borrows: its head asks at the desk and signs, its line is nobody's household's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from uuid import uuid4

import pytest
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, signed_in
from tests.lending.origination.story import WISH, Story
from tests.lending.origination.test_securities import approve, named, refuses
from tests.people import NOW, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending import services
from xinnong.lending.models import Application, Contract, ContractPaper
from xinnong.lending.queries.applications import contracted_minor
from xinnong.lending.queries.contracts import terms_of
from xinnong.lending.services.contract_draws import loan_terms_of
from xinnong.registry.models import Organisation

COOP = "莲花番薯专业合作社"


@pytest.fixture(scope="module")
def coop(
    county: tuple[People, Sample], django_db_blocker: DjangoDbBlocker
) -> Iterator[Organisation]:
    """Wang heads a co-op."""
    _people, sample = county
    with django_db_blocker.unblock():
        made = Organisation.objects.using("batch").create(
            uscc="93330381MA2XXXXX1T", ref=uuid4(), name=COOP, kind="农民专业合作社",
            head_key=sample.people["王大山"].key, last_run=sample.run,
        )  # fmt: skip
    yield made
    with django_db_blocker.unblock():
        Organisation.objects.using("batch").filter(pk=made.pk).delete()


def ask(
    story: Story, coop: Organisation, product: str = "guaranteed", who: str = "王大山",
    channel: str = "desk", **changes: object,
) -> Application:  # fmt: skip
    lin = story.people.lin if channel == "desk" else story.people.wu
    wish = replace(WISH, security="guarantee", **changes)  # type: ignore[arg-type]
    with scoped(lin):
        return services.submit_application(
            actor=lin, person=story.person(who), offer=story.offers[product], wish=wish,
            channel=channel, now=NOW, key=uuid4(), organisation=coop,
        )  # fmt: skip


def test_its_head_asks_and_the_contract_names_both(story: Story, coop: Organisation) -> None:
    application = ask(story, coop)
    assert (application.state, application.organisation) == ("in_review", coop.ref)
    assert application.line_minor is None
    named(story, application)
    contract = story.draft(approve(story, application))
    assert terms_of(contract)["organisation"] == {"name": COOP, "uscc": coop.uscc}
    with scoped(SYSTEM):
        paper = ContractPaper.objects.get()
        terms = loan_terms_of(
            Contract.objects.select_related("application__offer__product").get(), on=NOW.date()
        )
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(bytes(paper.document))).pages)
    assert COOP in text
    assert coop.uscc in text
    assert "王大山" in text
    assert (terms.household_id, terms.person) == (None, story.borrower.ref)


def test_what_it_borrows_takes_nothing_from_the_household(story: Story, coop: Organisation) -> None:
    application = ask(story, coop)
    named(story, application)
    story.draft(approve(story, application))
    home, lender = application.household_id, application.institution
    with scoped(SYSTEM):
        assert contracted_minor(home, institution=lender) == 0
        assert contracted_minor(home, institution=lender, organisation=coop.ref) == 3_000_000


def test_only_its_head_asks_and_only_at_a_desk(story: Story, coop: Organisation) -> None:
    refuses("application.not_representative", ask, story, coop, who="李大山")
    refuses("application.not_yours", ask, story, coop, channel="phone")


def test_a_product_for_households_alone_refuses_it(story: Story, coop: Organisation) -> None:
    lin = story.people.lin
    with scoped(lin):
        found = services.submit_application(
            actor=lin, person=story.borrower, offer=story.offers["inclusive"], wish=WISH,
            channel="desk", now=NOW, key=uuid4(), organisation=coop,
        )  # fmt: skip
        codes = found.decisions.get().codes if hasattr(found, "decisions") else []
    assert found.state == "refused"
    assert not codes or "product.borrower" in codes


def test_its_head_may_answer_for_it_but_it_may_not_for_itself(
    story: Story, coop: Organisation
) -> None:
    application = ask(story, coop)
    assert refuses("security.refused", named, story, application, organisation=coop) == [
        "guarantee.borrower"
    ]
    assert named(story, application, "王大山").state == "named"


def test_the_desk_offers_what_an_organisation_may_borrow(story: Story, coop: Organisation) -> None:
    lins = signed_in(story.people.lin)
    address = f"/loans/for/{story.borrower.ref}/"
    page = lins.get(address).content.decode()
    assert COOP in page
    assert "普惠贷" in page
    page = lins.get(f"{address}?organisation={coop.ref}").content.decode()
    assert coop.uscc in page
    assert "保证贷款" in page
    assert "普惠贷" not in page
    assert lins.get(f"{address}?organisation={uuid4()}").status_code == 404
    offer = story.offers["guaranteed"].ref
    form = {
        "key": str(uuid4()), "amount": "30000", "months": "12", "method": "at_maturity",
        "purpose": "seed_and_fertiliser", "channel": "desk", "security": "guarantee",
    }  # fmt: skip
    answer = lins.post(f"{address}?offer={offer}&organisation={coop.ref}", form)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    assert COOP in lins.get(answer["Location"]).content.decode()
    assert COOP in lins.get("/loans/").content.decode()
    with scoped(SYSTEM):
        made = Application.objects.get()
    assert (made.security, made.state) == ("guarantee", "in_review")
