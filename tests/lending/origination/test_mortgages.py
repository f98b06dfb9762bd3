"""A house secures Wang's loan: title search, owners, values, registry, insurance, release."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from uuid import uuid4

from pypdf import PdfReader

from tests.core.test_product_file import PUBLISHED
from tests.lending.origination.story import Story, known_on, offered
from tests.lending.origination.test_securities import (
    CONSENT,
    TODAY,
    approve,
    refuses,
    settled_loan,
    state_of,
    visited,
)
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.product_file import compile_product
from xinnong.lending.models import Application, Collateral, ContractPaper
from xinnong.lending.queries.securities import insurance_ending, to_release
from xinnong.lending.services.applications import withdraw_application
from xinnong.lending.services.mortgages import (
    Thing,
    drop_collateral,
    insure_collateral,
    name_collateral,
    record_owner,
    record_valuation,
    register_mortgage,
)
from xinnong.lending.services.products import publish_product
from xinnong.lending.services.releases import release_mortgage
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

HOUSE = Thing(
    kind="town_house", label="云江镇 3 幢 502 室", certificate="浙(2020)0001234", owners_count=2,
    prior_minor=0, searched_on=TODAY, search_reference="search/77", is_disputed=False,
    is_seized=False, is_to_be_demolished=False, is_dangerous=False,
)  # fmt: skip
HOUSE_LOAN = 10_000_000


def mortgaged(story: Story) -> Application:
    """Wang asks for a loan on a house."""
    return story.apply(
        "mortgage", security="mortgage", amount_minor=HOUSE_LOAN, method="equal_principal"
    )


class House:
    """The steps with one thing, in Lin's name."""

    def __init__(self, story: Story, application: Application, **changes: object) -> None:
        self.story, self.lin = story, story.people.lin
        with scoped(self.lin):
            self.thing = name_collateral(
                actor=self.lin, application=application,
                thing=replace(HOUSE, **changes),  # type: ignore[arg-type]
                now=NOW, key=uuid4(),
            )  # fmt: skip

    def do(self, command: object, **said: object) -> object:
        assert callable(command)
        now = said.pop("now", NOW)
        with scoped(self.lin):
            return command(actor=self.lin, collateral=self.thing, now=now, key=uuid4(), **said)

    def owner(self, who: str) -> object:
        person = self.story.person(who)
        return self.do(record_owner, party=person.ref, name=person.name, consent=CONSENT)

    def value(self, minor: int, valuer: str, method: str = "market") -> object:
        return self.do(
            record_valuation, value_minor=minor, method=method, valuer=valuer, valued_on=TODAY,
            reference="value/1",
        )  # fmt: skip

    def whole(self) -> None:
        """Both owners consent and two people value it."""
        for who in ("王大山", "何王云"):
            self.owner(who)
        self.value(80_000_000, "陈估")
        self.value(70_000_000, "林估", "cost")

    def register(self, **said: object) -> object:
        return self.do(
            register_mortgage, **({"registration": "reg/9", "registered_on": TODAY} | said)
        )

    def insure(self, until: date = date(2028, 1, 1)) -> object:
        return self.do(
            insure_collateral, insurer="农险", policy_number="policy/3", insured_until=until
        )

    def release(self, **said: object) -> object:
        return self.do(
            release_mortgage,
            **({"cancellation": "cancel/1", "cancelled_on": TODAY} | said),
        )


RULE = """
[mortgage]
least_coverage_percent = 130
basis = "本行抵押管理办法 2026 第 8 条"
"""


def test_a_version_that_asks_for_more_cover_is_held_to_it(story: Story) -> None:
    source = (PUBLISHED / "mortgage-2026.1.toml").read_text("utf-8")
    data = compile_product(source.replace('"2026.1"', '"2026.2"') + RULE)
    prior = 38_000_000  # of 490,000 yuan after the haircut 110,000 are left for a loan of 100,000
    plain = mortgaged(story)
    House(story, plain, prior_minor=prior).whole()
    assert approve(story, plain).state == "approved"
    with scoped(SYSTEM):
        stricter = publish_product(data=data, signers=RELEASE_SIGNERS, now=NOW)
        story.offers["mortgage"] = offered(stricter)
    application = mortgaged(story)
    House(story, application, prior_minor=prior, certificate="浙(2020)0009999").whole()
    assert refuses("application.not_approvable", approve, story, application) == [
        "collateral.short",
    ]  # fmt: skip


def test_a_house_secures_a_loan_from_the_title_search_to_the_registry(story: Story) -> None:
    application = mortgaged(story)
    house = House(story, application)
    assert refuses("application.not_approvable", approve, story, application) == [
        "collateral.owners", "collateral.values", "collateral.short",
    ]  # fmt: skip
    house.whole()
    refuses("security.named_already", house.owner, "李大山")
    contract = story.draft(approve(story, application))
    with scoped(SYSTEM):
        paper = ContractPaper.objects.get(contract=contract)
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(bytes(paper.document))).pages)
    assert "抵押物：城镇住房" in text
    assert "何王云" in text
    refuses("condition.not_shown", story.meet, contract, "mortgage_registered", "paper/1")
    house.register()
    refuses("condition.not_shown", story.meet, contract, "mortgage_registered")
    house.insure(date(2027, 1, 1))
    refuses("condition.not_shown", story.meet, contract, "mortgage_registered")
    visited(story, application)
    story.report()
    for code in ("site_visit", "credit_report"):
        story.meet(contract, code)
    story.sign(contract)
    assert state_of(contract) == "signed"
    house.insure()
    assert state_of(contract) == "in_force"
    refuses("security.agreed", house.value, 1, "王估")
    refuses("security.still_owed", house.release)


def test_insurance_is_renewed_before_it_ends(story: Story) -> None:
    application = mortgaged(story)
    house = House(story, application)
    house.whole()
    contract = story.draft(approve(story, application))
    house.register()
    house.insure()

    def ending(on: date) -> int:
        with scoped(story.people.lin):
            return len(insurance_ending(contract.institution, on=on))

    assert (ending(date(2027, 12, 1)), ending(date(2027, 12, 2))) == (0, 1)
    house.insure(date(2029, 1, 1))
    assert ending(date(2028, 1, 1)) == 0


def test_the_law_refuses_by_name_before_anything_stands_on_record(story: Story) -> None:
    application = mortgaged(story)
    for said, code in (
        ({"kind": "homestead_right"}, "collateral.homestead"),
        ({"is_seized": True}, "collateral.seized"),
        ({"is_to_be_demolished": True}, "collateral.demolition"),
        ({"is_disputed": None}, "collateral.unknown"),
        ({"kind": "land_management_right"}, "collateral.grantor"),
    ):
        assert refuses("security.refused", House, story, application, **said) == [code]
    refuses("evidence.missing", House, story, application, owners_count=0)
    refuses("evidence.missing", House, story, application, search_reference="?")
    refuses("security.dates", House, story, application, searched_on=date(2030, 1, 1))


def test_one_house_secures_one_loan(story: Story) -> None:
    application = mortgaged(story)
    house = House(story, application)
    refuses("security.named_already", House, story, application)
    house.do(drop_collateral)
    House(story, application)


def test_a_house_of_an_application_that_came_to_nothing_is_free(story: Story) -> None:
    application = mortgaged(story)
    House(story, application)
    with scoped(story.people.wu):
        withdraw_application(actor=story.people.wu, application=application, now=NOW, key=uuid4())
    again = House(story, mortgaged(story))
    with scoped(SYSTEM):
        states = list(Collateral.objects.order_by("id").values_list("state", flat=True))
    assert (states, again.thing.state) == (["dropped", "named"], "named")


def test_registry_and_values_take_no_nonsense(story: Story) -> None:
    application = mortgaged(story)
    house = House(story, application)
    house.whole()
    refuses("evidence.missing", house.value, 0, "陈估")
    refuses("evidence.missing", house.value, 1, "陈估", "guess")
    refuses("lending.moved", house.register)
    story.draft(approve(story, application))
    refuses("security.dates", house.register, registered_on=date(2030, 1, 1))
    refuses("evidence.missing", house.register, registration="")
    refuses("security.dates", house.insure, date(2020, 1, 1))
    refuses("lending.moved", house.release)


def test_a_paid_loan_leaves_a_task_until_the_registry_cancelled(story: Story) -> None:
    application = mortgaged(story)
    house = House(story, application)
    house.whole()
    contract = story.draft(approve(story, application))
    house.register()
    house.insure()
    visited(story, application)
    story.report()
    for code in ("site_visit", "credit_report"):
        story.meet(contract, code)
    story.sign(contract)
    with scoped(story.people.lin):
        assert to_release(contract.institution) == []
    settled_loan(story, contract)
    with scoped(story.people.lin):
        assert to_release(contract.institution) == [house.thing]
    refuses("security.dates", house.release, cancelled_on=date(2020, 1, 1))
    house.release(now=known_on(day=date(2026, 12, 2)), cancelled_on=date(2026, 12, 2))
    assert state_of(contract) == "ended"
    with scoped(story.people.lin):
        assert to_release(contract.institution) == []
