"""The file shows what the family borrows from the reader's own lender, and of no other."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import LENDER, Sample, signed_in
from tests.journeys.test_open_a_household import page_of
from tests.lending.origination.story import told
from tests.people import People
from xinnong.accounts.scope import scoped
from xinnong.lending.queries.households import applications_of_household, loans_of_household

pytestmark = pytest.mark.slow  # a published county is made first


def test_an_officer_sees_what_the_family_asked_the_own_bank_for(
    lin: Client, people: People, sample: Sample
) -> None:
    with told(people, sample) as story:
        asked = story.apply()
    home = story.borrower.household
    assert home is not None
    page = page_of(lin, home.ref)
    assert "在本行借钱" in page
    assert f"/loans/applications/{asked.ref}/" in page
    assert "没有借过本行的钱" in page


def test_another_bank_and_a_cadre_see_nothing_of_it(people: People, sample: Sample) -> None:
    with told(people, sample) as story:
        asked = story.apply()
    home = story.borrower.household
    assert home is not None
    rival, cadre = signed_in(people.zhao), signed_in(people.xu)
    assert str(asked.ref) not in page_of(rival, home.ref)
    assert "在本行借钱" not in page_of(cadre, home.ref)
    with scoped(people.zhao):
        for lender in (LENDER, "", "BANK-02"):
            assert applications_of_household(home.pk, institution=lender) == []
            assert loans_of_household(home.pk, institution=lender) == []


def test_what_it_was_then_does_not_mix_with_the_loans_of_today(
    lin: Client, people: People, sample: Sample
) -> None:
    with told(people, sample) as story:
        story.apply()
    home = story.borrower.household
    assert home is not None
    assert "在本行借钱" in page_of(lin, home.ref)
    then = lin.get(f"/households/{home.ref}/?known_on=2025-11-20").content.decode()
    assert "这是" in then
    assert "在本行借钱" not in then
