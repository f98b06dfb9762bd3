"""Lin at the farmhouse without network: reads what was taken along, looks, has it signed, goes home."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.borrowing_steps import well
from tests.browser.conftest import Visit
from tests.factories import Sample
from tests.lending.origination.story import Story, told
from tests.people import People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Contract, Investigation

pytestmark = [pytest.mark.browser, pytest.mark.slow]
"""The browser's own word on every request that could not leave."""
WORDS = "seven-red-hens"
PICTURE = FilePayload(
    name="field.png",
    mimeType="image/png",
    buffer=b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    ),
)
AT_REST = """async () => {
  const db = await new Promise((done) => { const o = indexedDB.open("xinnong-visit"); o.onsuccess = () => done(o.result); });
  const rows = await new Promise((done) => { const o = db.transaction("kept").objectStore("kept").getAll(); o.onsuccess = () => done(o.result); });
  db.close();
  return rows.map((row) => row.id.split(":")[0] + " " + (row.data ? new TextDecoder().decode(row.data) : ""));
}"""
SEND_ALL_AGAIN = """async () => {
  const db = await new Promise((done) => { const o = indexedDB.open("xinnong-visit"); o.onsuccess = () => done(o.result); });
  const store = db.transaction("kept", "readwrite").objectStore("kept");
  const rows = await new Promise((done) => { const o = store.getAll(); o.onsuccess = () => done(o.result); });
  rows.filter((row) => row.state === "sent").forEach((row) => store.put(Object.assign(row, { state: "here" })));
  db.close();
}"""


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


def opened(page: Page, words: str = WORDS) -> None:
    page.locator("#words").fill(words)
    page.locator("#open").click()


def signature(page: Page) -> None:
    board = page.locator("#signature")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(20):
        page.mouse.move(box["x"] + 30 + step * 8, box["y"] + 40 + (step % 4) * 12)
    page.mouse.up()


def test_one_visit_without_network_and_home_again(story: Story, visit: Visit) -> None:
    story.apply(wants_person=True)
    story.draft(story.apply("online"))
    officer = visit(story.people.lin, phone=True)
    page = officer.open("/visit/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    well(officer)
    opened(page)
    page.locator("#take").click()
    expect(page.locator("#stops")).to_contain_text("王大山")
    well(officer)

    officer.context.set_offline(True)
    page.reload()
    opened(page, "not-the-words")
    expect(page.locator("#told")).to_contain_text("口令不对")
    opened(page)
    page.get_by_role("button", name="王大山").click()
    well(officer)
    page.locator("#investigation_companion").fill("bai")
    page.locator("#investigation_photo").set_input_files(PICTURE)
    page.locator("#investigation_mu").fill("3.5")
    page.get_by_role("button", name="写好了，等发送").first.click()
    expect(page.locator("#pieces")).to_contain_text("在这台设备上")
    page.get_by_role("button", name="王大山").first.click()
    page.locator("#signing_identity_check").fill("idcheck/77")
    page.locator("#signing_picture").set_input_files(PICTURE)
    signature(page)
    page.get_by_role("button", name="签好了，等发送").click()
    expect(page.locator("#pieces li")).to_have_count(2)
    well(officer)
    kept = page.evaluate(AT_REST)
    assert [row.split()[0] for row in kept] == ["list", "piece", "piece", "vault"]
    assert not any("王大山" in row or "idcheck" in row for row in kept)
    with scoped(SYSTEM):
        assert not Investigation.objects.exists()

    officer.context.set_offline(False)
    page.locator("#send").click()
    expect(page.locator("#pieces .badge.good")).to_have_count(2)
    page.evaluate(SEND_ALL_AGAIN)
    page.locator("#send").click()
    expect(page.locator("#pieces .badge.good")).to_have_count(2)
    with scoped(SYSTEM):
        assert Investigation.objects.get().second_by == story.bai.ref
        assert Contract.objects.get().state == "signed"
    well(officer)

    page.goto(officer.site + "/accounts/logout/")
    page.locator("main form button").click()
    page.wait_for_url("**/accounts/login/**")
    page.wait_for_function(
        f"async () => !(await ({AT_REST})()).some((row) => row.startsWith('list'))"
    )
