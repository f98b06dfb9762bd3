"""What the tests of origination share: the people, an offer, limits, and steps in their names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from tests.factories import LENDER, Sample
from tests.people import NOW, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.areas.models import Area
from xinnong.audit.models import Entry
from xinnong.credit.models import Line
from xinnong.ledger.models import IdempotencyKey
from xinnong.lending import seams, services
from xinnong.lending.models import (
    Application,
    BankCard,
    Contract,
    ContractCondition,
    CreditReportQuery,
    Decision,
    Guarantor,
    Investigation,
    Offer,
    PaymentHold,
    PublishedProduct,
)
from xinnong.lending.services import Wish
from xinnong.lending.services.guarantors import Consent, Means, name_guarantor
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS
from xinnong.registry.models import Person

BORROWER = "王大山"
SUM = "5e" * 32
CARD = "9999801234567890124"
OTHER_CARD = "9999800000000007779"
PHONE = "one-device"
PHOTO = "photo/signing-1"
LATER = NOW + timedelta(hours=25)
EVERYTHING = (
    Application, Decision, Contract, ContractCondition, BankCard, PaymentHold, Investigation,
    CreditReportQuery, IdempotencyKey, Entry,
)  # fmt: skip
WISH = Wish(amount_minor=3_000_000, months=12, method="at_maturity", purpose="seed_and_fertiliser")


@dataclass
class Story:
    """Everybody, the offers by product, and what somebody does at a moment."""

    people: People
    sample: Sample
    bai: User
    offers: dict[str, Offer] = field(default_factory=dict)

    @property
    def borrower(self) -> Person:
        """Wang Dashan, whose phone is signed in as Wu."""
        return self.person(BORROWER)

    def person(self, name: str) -> Person:
        """Somebody of the county, with the household."""
        with scoped(SYSTEM):
            found = Person.objects.select_related("household")
            return found.get(ref=self.sample.people[name].ref)

    def line(self) -> Line:
        """What the bank granted Wang's household."""
        with scoped(SYSTEM):
            return Line.objects.get(
                run_id=self.sample.run.pk, household=self.borrower.household, kind="granted"
            )

    def apply(self, product: str = "inclusive", **changes: object) -> Application:
        """Wang asks on the own phone; the amount is within the line."""
        with scoped(self.people.wu):
            return services.submit_application(
                actor=self.people.wu, person=self.borrower, offer=self.offers[product],
                wish=replace(WISH, **changes),  # type: ignore[arg-type]
                channel="phone", now=NOW, key=uuid4(),
            )  # fmt: skip

    def decide(
        self, application: Application, actor: User, outcome: str = "approve", **said: object
    ) -> Application:
        """Somebody of the bank decides."""
        with scoped(actor):
            return services.decide_by_officer(
                actor=actor, application=application, outcome=outcome, now=NOW,
                key=uuid4(), **said,  # type: ignore[arg-type]
            )  # fmt: skip

    def draft(self, application: Application, actor: User | None = None) -> Contract:
        """Write the contract down."""
        by = actor or self.people.lin
        with scoped(by):
            return services.draft_contract(actor=by, application=application, now=NOW, key=uuid4())

    def sign(self, contract: Contract, actor: User | None = None, **shown: str) -> Contract:
        """Sign face to face with an officer."""
        by = actor or self.people.lin
        evidence = {"identity_check": "idcheck/77", "photo": PHOTO, "scan_sha256": SUM}
        with scoped(by):
            return services.sign_in_person(
                actor=by, contract=contract, now=NOW, key=uuid4(), **(evidence | shown)
            )

    def bind(self, actor: User, number: str = CARD, now: datetime = NOW) -> BankCard:
        """Bind a card for Wang."""
        with scoped(actor):
            return services.bind_card(
                actor=actor, person=self.borrower, institution=LENDER, number=number,
                bank="穗浦农村商业银行", now=now, key=uuid4(),
            )  # fmt: skip

    def report(self, overdue: int = 0) -> CreditReportQuery:
        """Lin asks for the credit report and files the answer."""
        lin = self.people.lin
        with scoped(lin):
            asked = services.ask_credit_report(
                actor=lin, person=self.borrower, institution=LENDER, purpose="before",
                authorisation_sha256=SUM, authorised_on=NOW.date(), now=NOW, key=uuid4(),
            )  # fmt: skip
            answer = report_file(asked, overdue)
            return services.file_credit_report(actor=lin, query=asked, data=answer, now=NOW)

    def meet(self, contract: Contract, condition: str, evidence: str = "") -> ContractCondition:
        """Lin puts on record that a condition holds."""
        lin = self.people.lin
        with scoped(lin):
            return services.meet_condition(
                actor=lin, contract=contract, condition=condition, evidence=evidence, now=NOW,
                key=uuid4(),
            )  # fmt: skip

    def in_force(self) -> Contract:
        """A contract that is signed, with every condition met."""
        contract = self.draft(self.apply())
        self.report()
        self.meet(contract, "credit_report")
        return self.sign(contract)


def report_file(asked: CreditReportQuery, overdue: int = 0, **changes: object) -> bytes:
    """The answer that the gateway files for an asking."""
    answer = {
        "query": str(asked.ref), "reported_on": "2026-11-19", "open_loans": 2,
        "overdue_loans": overdue, "lines_yuan": "80000.00", "owed_yuan": "12000.00",
    }  # fmt: skip
    return json.dumps(answer | changes).encode()


def counts() -> dict[str, int]:
    """Rows of every table that a step could have moved."""
    with scoped(SYSTEM):
        return {model.__name__: model.objects.count() for model in EVERYTHING}


def states(model: type[Application | Contract]) -> list[str]:
    """The states of all rows, in the order in which they were made."""
    with scoped(SYSTEM):
        return list(model.objects.order_by("id").values_list("state", flat=True))


@contextmanager
def told(people: People, sample: Sample) -> Iterator[Story]:
    """The bank offers every product of banks and has limits; Wu is Wang Dashan's sign-in."""
    people.wu.person_ref = sample.people[BORROWER].ref
    people.wu.save(update_fields=["person_ref"])
    bai = set_user(
        username="bai", name="白清明", roles=["manager"], institution=people.chen.institution,
        areas=Area.objects.filter(code="339981000000"), password=None, now=NOW,
    )  # fmt: skip
    story = Story(people, sample, bai)
    with scoped(SYSTEM):
        for published in services.ship_products(signers=RELEASE_SIGNERS, now=NOW):
            story.offers[published.code] = offered(published)
        services.ship_limits(
            institution=LENDER,
            limits={
                "auto": (3_000_000, 3_000_000), "officer": (5_000_000, 10_000_000),
                "manager": (10_000_000, 30_000_000),
            },
            signers=(people.chen.ref, bai.ref), from_on=date(2026, 1, 1), now=NOW,
        )  # fmt: skip
    try:
        yield story
    finally:
        for forget in (
            seams.register_draw_hold, seams.register_person_check, seams.register_card_check,
        ):  # fmt: skip
            forget(None)
        seams.register_witness("insurance_policy", None)


def offered(published: PublishedProduct, institution: str = LENDER) -> Offer:
    """A lender offers a product from the beginning of the year."""
    return services.offer_product(
        institution=institution, product=published, book_of_record="xinnong",
        from_on=date(2026, 1, 1),
    )  # fmt: skip


def known_on(*, day: date) -> datetime:
    """A moment of a day."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


SOME_KEY = UUID("01900000-0000-7000-8000-000000000001")


def answered_for(story: Story, application: Application) -> Guarantor:
    """A neighbour with means answers for all that an application asks."""
    lin = story.people.lin
    with scoped(lin):
        return name_guarantor(
            actor=lin, application=application, signatory=story.person("李大山"),
            organisation=None, is_spouse=False, amount_minor=application.amount_minor,
            means=Means(income_minor=6_000_000, net_assets_minor=20_000_000, reference="means/1"),
            consent=Consent(sha256=SUM, on=NOW.date()), now=NOW, key=uuid4(),
        )  # fmt: skip
