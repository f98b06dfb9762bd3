"""Wang borrows on a phone, Lin decides, drafts and signs: in both languages, on phone and desk."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import FilePayload, expect
from pypdf import PdfReader

from tests.browser.borrowing_steps import follow, well
from tests.browser.conftest import Visit, Visitor
from tests.factories import Sample
from tests.lending.origination.story import Story, told
from tests.people import People

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WORDS = {
    "zh-hans": {
        "ask": "提交申请", "look": "先看看要花多少", "waits": "工作人员正在看",
        "approve": "同意", "decide": "记下决定", "draft": "生成合同", "sign": "登记当面签约",
        "signed": "已签，条件未齐", "read": "看合同全文（PDF）", "paper": "下载合同（PDF）",
        "costs": "利息最多", "others": "看别的贷款",
    },
    "en": {
        "ask": "Hand in the application",
        "look": "See what it costs first", "waits": "Somebody is looking at it",
        "approve": "Approve", "decide": "Record the decision", "draft": "Make the agreement",
        "sign": "Record the signing", "signed": "Signed, conditions missing",
        "read": "Read the whole agreement (PDF)", "paper": "Download the agreement (PDF)",
        "costs": "Interest at most", "others": "See other loans",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def story(county: tuple[People, Sample], site: str) -> Iterator[Story]:
    people, sample = county
    with told(people, sample) as made:
        yield made


@pytest.mark.parametrize(
    ("language", "size", "product"),
    [("zh-hans", "elder", "inclusive"), ("en", "standard", "online")],
)
def test_a_first_loan_is_asked_decided_and_signed(
    story: Story, visit: Visit, language: str, size: str, product: str
) -> None:
    words, offer = WORDS[language], story.offers[product]
    farmer = visit(story.people.wu, phone=True, language=language, size=size)
    officer = visit(story.people.lin, language=language)
    page = farmer.open("/borrow/")
    well(farmer)
    page.get_by_text(words["others"]).click()
    well(farmer)
    page.locator(f"a[href^='/borrow/{offer.ref}/']").click()
    page.locator("#id_amount").fill("40000")
    page.get_by_role("button", name=words["look"]).click()
    expect(page.get_by_text(words["costs"])).to_be_visible()
    well(farmer)
    page.get_by_role("button", name=words["ask"]).click()
    expect(page.get_by_text(words["waits"])).to_be_visible()
    well(farmer)
    contract = decided_and_signed(officer, page.url.split("/")[-2], words)
    page = farmer.open(f"/borrow/contracts/{contract}/")
    expect(page.get_by_role("link", name=words["read"])).to_be_visible()
    well(farmer)


def decided_and_signed(officer: Visitor, application: str, words: dict[str, str]) -> str:
    """Lin finds it in the queue, approves, drafts, reads the paper, signs; the contract's number."""
    page = officer.open("/loans/")
    well(officer)
    follow(page.locator(f"a[href='/loans/applications/{application}/']"))
    well(officer)
    page.get_by_label(words["approve"], exact=True).check()
    page.get_by_role("button", name=words["decide"]).click()
    page.get_by_role("button", name=words["draft"]).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=words["paper"]).click()
    paper = PdfReader(BytesIO(download.value.path().read_bytes()))
    assert "农户借款合同" in paper.pages[0].extract_text()
    page.locator("#id_identity_check").fill("idcheck/77")
    page.locator("#sign #id_photo").fill("photo/9")
    scan = FilePayload(name="page.png", mimeType="image/png", buffer=b"a scanned page")
    page.locator("#id_scan_sha256").set_input_files(scan)
    page.get_by_role("button", name=words["sign"]).click()
    expect(page.locator(".top").get_by_text(words["signed"])).to_be_visible()
    well(officer)
    return page.url.split("/")[-2]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_counter_and_the_limits_read_well(story: Story, visit: Visit, language: str) -> None:
    officer = visit(story.people.lin, phone=True, language=language)
    page = officer.open("/loans/counter/")
    page.locator("#id_tail").fill(story.sample.rids["李大山"][-6:])
    page.locator("#id_name").fill("李大山")
    page.locator("main form button").last.click()
    page.get_by_role("link", name="李大山").click()
    follow(page.locator(f"a[href='?offer={story.offers['tea'].ref}']"))
    well(officer)
