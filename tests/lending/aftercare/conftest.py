"""Wang's loan at Lin's bank, drawn at the counter, and days that go by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import LENDER, Sample, sample_county
from tests.lending.origination.story import LATER, Story, told
from tests.people import People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import BankCard, BusinessDay, CollectionContact, Contract, Loan
from xinnong.lending.services import draw_on_contract
from xinnong.lending.services.collecting import Said, record_contact
from xinnong.lending.services.end_of_day import end_day

DRAWN = timezone.localdate(LATER)


@pytest.fixture(scope="module")
def county(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[People, Sample]]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def story(county: tuple[People, Sample], db: None) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


@dataclass
class Lent:
    """A loan of 30,000 yuan that falls due within a year, and what people do about it."""

    story: Story
    contract: Contract
    loan: Loan

    @property
    def lin(self) -> User:
        return self.story.people.lin

    def live_until(self, day: date) -> Loan:
        """End the nights up to a day on which something happens; the days between are left out."""
        last = self.loan.matures_on
        nights = {last + timedelta(ahead) for ahead in (-7, -1, 1)} | {day}
        with scoped(SYSTEM):
            for on in sorted(nights):
                days = BusinessDay.objects.filter(institution=LENDER, open_on__lte=on)
                if on <= day and days.update(open_on=on):
                    end_day(institution=LENDER, on=on, today=on, clock=lambda: LATER)
        return self.again()

    def again(self) -> Loan:
        with scoped(SYSTEM):
            return Loan.objects.select_related("product").get(pk=self.loan.pk)

    def late(self, days: int) -> Loan:
        """So many days past due."""
        return self.live_until(self.loan.matures_on + timedelta(days))

    def noon(self, days_late: int = 0) -> datetime:
        """Noon of a day after the last one, in the village."""
        day = self.loan.matures_on + timedelta(days_late)
        zone = timezone.get_current_timezone()
        return datetime(day.year, day.month, day.day, 12, 0, tzinfo=zone)

    def contact(self, now: datetime, actor: User | None = None, **said: Any) -> CollectionContact:
        """Put a contact on record."""
        by = actor or self.lin
        plain: dict[str, Any] = {
            "kind": "call",
            "party": "borrower",
            "at": now,
            "said": "茶叶款下周到账",
        }
        key = said.pop("key", None) or uuid4()
        with scoped(by):
            return record_contact(
                actor=by, loan=self.again(), said=Said(**(plain | said)), now=now, key=key
            )

    def contacts(self) -> int:
        with scoped(SYSTEM):
            return CollectionContact.objects.count()


def draw_now(story: Story, contract: Contract, amount: int = 3_000_000) -> UUID:
    """Lin pays out to Wang's card."""
    lin = story.people.lin
    with scoped(SYSTEM):
        card = BankCard.objects.get()
    with scoped(lin):
        return draw_on_contract(
            actor=lin, contract=contract, amount_minor=amount, card=card, device=None, on=DRAWN,
            now=LATER, key=str(uuid4()),
        )  # fmt: skip


@pytest.fixture
def lent(story: Story) -> Lent:
    contract = story.in_force()
    story.bind(story.people.lin)
    with scoped(SYSTEM):
        contract = Contract.objects.get(pk=contract.pk)
    ref = draw_now(story, contract)
    with scoped(SYSTEM):
        loan = Loan.objects.select_related("product").get(ref=ref)
    return Lent(story, contract, loan)
