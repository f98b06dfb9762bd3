"""Stand-ins of the demo: they know published numbers alone, and stand in nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import LENDER, signed_in
from tests.lending.origination.story import Story, counts
from tests.people import NOW
from xinnong.accounts.demo import COUNTY, NotTheDemoCounty
from xinnong.areas.models import Area
from xinnong.lending import demo_checks
from xinnong.lending.demo_checks import DEMO_CARDS, DEMO_PHOTO
from xinnong.lending.seams import is_own_card, is_the_person
from xinnong.lending.services import bind_card
from xinnong.lending.services.refusals import CardNotProven
from xinnong.web.refusals import wording_of

pytestmark = pytest.mark.slow  # a published county is made first
OWN, _SECOND, STRANGERS, LOST = (card.number for card in DEMO_CARDS)


@pytest.fixture
def standing(story: Story) -> Iterator[Story]:
    demo_checks.register()
    yield story
    demo_checks.withdraw()


def test_they_know_the_published_cards_and_picture_alone(standing: Story) -> None:
    person, bank = standing.borrower.ref, demo_checks.DEMO_BANK
    assert is_own_card(person, OWN, bank) is True
    assert is_own_card(person, OWN, "别的银行") is False
    assert is_own_card(person, STRANGERS, bank) is False
    assert is_own_card(person, LOST, bank) is False
    assert is_own_card(person, "6222020200000000000", bank) is False
    assert is_the_person(person, DEMO_PHOTO) is True
    assert is_the_person(person, "photo/of-somebody") is False


def test_a_wrong_card_is_refused_by_its_last_digits_and_nothing_is_bound(standing: Story) -> None:
    before = counts()
    with pytest.raises(CardNotProven) as refused:
        bind_card(
            actor=standing.people.wu, person=standing.borrower, institution=LENDER,
            number=STRANGERS, bank=demo_checks.DEMO_BANK, now=NOW, key=standing.borrower.ref,
        )  # fmt: skip
    assert refused.value.params == {"last4": STRANGERS[-4:]}
    said = wording_of(refused.value.code, refused.value.params).says
    assert STRANGERS[-4:] in str(said)
    assert counts() == before


def test_without_the_invented_county_nothing_stands_in(story: Story) -> None:
    Area.objects.filter(code=COUNTY).update(code="339982000000")
    with pytest.raises(NotTheDemoCounty):
        demo_checks.register()
    assert is_own_card(story.borrower.ref, OWN, demo_checks.DEMO_BANK) is None
    assert is_the_person(story.borrower.ref, DEMO_PHOTO) is None


def test_the_page_says_so_in_the_demo_and_nowhere_else(standing: Story) -> None:
    contract = standing.draft(standing.apply())
    farmer = signed_in(standing.people.wu)
    page = farmer.get(f"/borrow/contracts/{contract.ref}/").content.decode()
    assert "演示专用" in page
    assert OWN in page
    demo_checks.withdraw()
    assert "演示专用" not in farmer.get(f"/borrow/contracts/{contract.ref}/").content.decode()
