"""A county where the stand-in issues: Li Dashan and Wang Dashan are farmers with phones of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county
from tests.people import NOW, People
from xinnong.accounts import services as accounts
from xinnong.accounts.models import Institution, User
from xinnong.ecard import services, stand_in
from xinnong.ecard.models import Credential, FamilyBond, Redemption
from xinnong.ecard.services import Identification, Presented
from xinnong.registry.models import Identity, Person

LI, WANG, CHEN = "李大山", "王大山", "陈大山"
CHILD = "李小满"
"""Of Li's household."""


@dataclass(frozen=True)
class World:
    """Everybody who matters, and the short ways tests take."""

    people: People
    sample: Sample
    li: User
    wang: User
    druggist: User

    def said(self, name: str) -> Identification:
        return Identification(name, self.sample.rids[name], self.sample.phones.get(name, ""))

    def ref(self, name: str) -> UUID:
        return self.sample.people[name].ref

    def activate(self, user: User, name: str, *, now: datetime = NOW) -> Credential:
        return services.activate_own(
            actor=user, said=self.said(name), check=stand_in.IS_THE_PERSON, now=now, key=uuid4()
        )

    def show(self, user: User, name: str, *, now: datetime = NOW, only_at: str = "") -> str:
        person = self.ref(name)
        return services.show_code(actor=user, person=person, now=now, only_at=only_at).digits

    def redeem(
        self,
        code: str,
        *,
        by: User | None = None,
        terminal: str = "T1",
        business: str = "01301",
        number: str = "",
        now: datetime = NOW + timedelta(seconds=5),
    ) -> Redemption:
        presented = Presented(code, terminal, business, number or uuid4().hex)
        return services.redeem(actor=by or self.people.kang, presented=presented, now=now)

    def terminal(self, institution: str, code: str) -> None:
        services.register_terminal(
            actor=self.people.han,
            institution=Institution.objects.get(code=institution),
            code=code,
            place="收费 1 号窗口",
            now=NOW,
            key=uuid4(),
        )

    def ask(self, user: User, name: str) -> FamilyBond:
        rid = self.sample.rids[name]
        return services.ask_family(actor=user, name=name, rid=rid, now=NOW, key=uuid4())


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Committed for the whole module; what a test does is undone."""
    with sample_county(django_db_blocker) as (people, sample):
        accounts.link_person(user=people.wu, person_ref=sample.people[LI].ref)
        wang = _farmer("wang", sample, WANG)
        druggist = accounts.set_user(
            username="su",
            name="苏药师",
            roles=["counter"],
            institution=Institution.objects.get(code="PHAR-01"),
            areas=[],
            password=None,
            now=NOW,
        )
        _change_the_register(sample)
        stand_in.register()
        yield World(people, sample, people.wu, wang, druggist)
        stand_in.withdraw()


@pytest.fixture
def world(county: World, db: None) -> World:
    """With a terminal at the hospital and one at the pharmacy."""
    county.terminal("HOSP-01", "T1")
    county.terminal("HOSP-01", "T2")
    county.terminal("PHAR-01", "P1")
    return county


def _change_the_register(sample: Sample) -> None:
    """Li has a child, and the register knows one number for Li and for Chen."""
    number = Identity.objects.using("batch").get(person=sample.people[LI]).phone_hash
    Identity.objects.using("batch").filter(person=sample.people[CHEN]).update(phone_hash=number)
    Person.objects.using("batch").filter(ref=sample.people[CHILD].ref).update(
        birth=date(2015, 5, 20)
    )


def _farmer(username: str, sample: Sample, name: str) -> User:
    user = accounts.set_user(
        username=username, name=name, roles=["farmer"], institution=None, areas=[],
        password=None, now=NOW,
    )  # fmt: skip
    accounts.link_person(user=user, person_ref=sample.people[name].ref)
    return user
