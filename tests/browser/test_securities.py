"""Guarantors and collateral on a desk and on a tablet at the farmhouse, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.borrowing_steps import well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.origination.story import Story, answered_for, told
from tests.lending.origination.test_mortgages import House
from tests.people import People
from xinnong.lending.models import Application

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


@pytest.fixture(scope="module")
def guaranteed(story: Story) -> Application:
    made = story.apply("guaranteed", security="guarantee")
    answered_for(story, made)
    return made


@pytest.fixture(scope="module")
def mortgaged(story: Story) -> Application:
    made = story.apply(
        "mortgage", security="mortgage", amount_minor=10_000_000, method="equal_principal"
    )
    House(story, made).whole()
    return made


@pytest.mark.parametrize(("phone", "language"), [(False, "zh-hans"), (True, "en")])
def test_the_pages_stand_on_every_screen(
    story: Story, visit: Visit, guaranteed: Application, mortgaged: Application,
    phone: bool, language: str,  # noqa: FBT001 - a parameter of the test
) -> None:  # fmt: skip
    officer = visit(story.people.lin, phone=phone, language=language)
    for made in (guaranteed, mortgaged):
        page = officer.open(f"/loans/applications/{made.ref}/security/")
        well(officer)
        for more in page.locator("details").all():
            more.evaluate("each => each.open = true")
        well(officer)
        expect(page.locator("h1")).to_be_visible()
    officer.open("/loans/releases/")
    well(officer)
