"""Every page, in both languages, on a desk and on a phone, in all text sizes.

Held: accessibility rules (axe), no sideways scrolling, nothing cut off or too small to touch, no
number broken over two lines, no complaint of the browser or of the content security policy, no
request to anywhere else, and weight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.addresses import HEAD, PAGES, Scene
from tests.browser.at_work import at_work
from tests.browser.conftest import Visit, Visitor
from tests.browser.deliveries import delivered
from tests.browser.guarded import a_warning_and_an_order
from tests.factories import Sample
from tests.ledger.books import a_month_of_books
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.ecard import stand_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROUNDING_PX = 0.5
TOUCH_PX = 44
FIRST_LOAD_BYTES = 200_000
OWN_SCRIPT_BYTES = 10_000
OWN_STYLE_BYTES = 20_000
ONLY_VIOLATIONS = {"resultTypes": ["violations"]}
"""Whatever else axe looked at it need not write down."""

BEYOND_THE_EDGE = """() => {
  const edge = document.documentElement.clientWidth + 1;
  const found = document.documentElement.scrollWidth > edge ? ["the page"] : [];
  for (const one of document.querySelectorAll("main *, footer *, header *")) {
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.right <= edge || one.closest(".nav, .hidden")) continue;
    found.push(one.tagName + " " + one.textContent.trim().slice(0, 30));
  }
  return found;
}"""
TOO_SMALL_TO_TOUCH = """(least) => {
  const found = [];
  for (const one of document.querySelectorAll("a, button, select, summary, input:not([type=hidden])")) {
    const choice = one.matches("[type=checkbox], [type=radio]") ? one.closest("label") : null;
    const box = (choice || one).getBoundingClientRect();
    if (box.width < 2 || one.closest("svg, .hidden, .skip, p, small, li:not(.chips li)")) continue;
    if (box.height < least) found.push(Math.round(box.height) + "px " + one.textContent.trim());
  }
  return found;
}"""

BROKEN_NUMBERS = """() => {
  const found = [];
  for (const cell of document.querySelectorAll("td.figure, .stat-value, .keys dd")) {
    for (const node of [cell, ...cell.children].flatMap((one) => [...one.childNodes])) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      for (const match of node.data.matchAll(/[0-9][0-9,.]*/g)) {
        const range = document.createRange();
        range.setStart(node, match.index);
        range.setEnd(node, match.index + match[0].length);
        const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
        if (tops.size > 1) found.push(match[0]);
      }
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def scene(county: tuple[People, Sample], site: str) -> Iterator[Scene]:
    people, sample = county
    people.wu.person_ref = sample.people[HEAD].ref
    people.wu.save(update_fields=["person_ref"])
    delivery, report = delivered(people.zhou)
    with scoped(SYSTEM):
        books = a_month_of_books(people)
    work = at_work(people, sample, HEAD)
    a_warning_and_an_order(people, work.case)
    yield Scene(people, sample, delivery, report, books, work)
    stand_in.withdraw()


@pytest.mark.parametrize("name", PAGES)
def test_it_reads_well_everywhere(scene: Scene, visit: Visit, name: str) -> None:
    who, address = PAGES[name]
    reader, path = scene.reader(who), address(scene)
    desk, phone = visit(reader), visit(reader, phone=True)
    opened(desk, path, "zh-hans")
    opened(desk, path, "en")
    follows_the_rules(desk)
    opened(phone, path, "zh-hans", "elder")
    follows_the_rules(phone)
    in_other_sizes(phone, "largest", "standard")
    opened(phone, path, "en")
    in_other_sizes(phone, "elder", "largest")


def opened(visitor: Visitor, path: str, language: str, size: str = "standard") -> None:
    """Open a page and hold it to everything a look can find."""
    visitor.reads(language, size)
    page = visitor.open(path)
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("html").get_attribute("data-size") == size
    looks_right(visitor)


def in_other_sizes(visitor: Visitor, *sizes: str) -> None:
    """Look at the same page in other text sizes; only an attribute of the root differs."""
    for size in sizes:
        visitor.page.evaluate("size => { document.documentElement.dataset.size = size; }", size)
        looks_right(visitor)


def looks_right(visitor: Visitor) -> None:
    """Nothing beyond the edge, too small or complained about."""
    page = visitor.page
    page.wait_for_load_state("load")
    seen = page.evaluate("() => ({...document.documentElement.dataset}).size + document.title")
    assert (seen, page.evaluate(BEYOND_THE_EDGE)) == (seen, [])
    assert (seen, page.evaluate(BROKEN_NUMBERS)) == (seen, [])
    if visitor.is_phone:
        least = TOUCH_PX - ROUNDING_PX
        assert (seen, page.evaluate(TOO_SMALL_TO_TOUCH, least)) == (seen, [])
    assert (seen, visitor.complaints, visitor.outside) == (seen, [], [])


def follows_the_rules(visitor: Visitor) -> None:
    """No violation of the accessibility rules."""
    assert violations(visitor.page) == []


def violations(page: Page) -> list[str]:
    """What axe finds: rule and place."""
    found = Axe().run(page, options=ONLY_VIOLATIONS).response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("name", ["sign in", "search", "household", "own file", "county"])
def test_it_loads_little(scene: Scene, visit: Visit, name: str) -> None:
    who, address = PAGES[name]
    visitor = visit(scene.reader(who))
    sizes: dict[str, int] = {}
    visitor.page.on("response", lambda answer: sizes.update({answer.url: len(answer.body())}))
    visitor.open(address(scene))
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.outside == []
    assert sum(sizes.values()) <= FIRST_LOAD_BYTES, sizes
    assert (
        sum(size for url, size in sizes.items() if re.search("web/.*[.]js", url))
        <= OWN_SCRIPT_BYTES
    )
    assert sum(size for url, size in sizes.items() if url.endswith(".css")) <= OWN_STYLE_BYTES
