"""Xu checks badges at the edge of the village, with the network off: three colours, by picture and by letters."""

from __future__ import annotations

import io
import statistics
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import segno
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Visit, Visitor
from tests.county_badges import (
    BUNDLE,
    HERE,
    NOON,
    POINT_P256,
    STALE,
    bundle_file,
    cases,
    live,
    printed,
)
from tests.pixels import drawn
from xinnong.config import decoder

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = "/check-badge/"
MOST_BYTES = 300_000
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
ALL_CASES = """async ([cases, bundle, keys, rules]) => {
  const { anchorsOf, readBundle, checkOffline } = await import(rules);
  const held = await readBundle(Uint8Array.from(atob(bundle), (one) => one.charCodeAt(0)), anchorsOf(keys));
  const found = [];
  for (const one of cases) { const said = await checkOffline(one.text, held, one.village, one.second); found.push([said.colour, said.reason, said.age]); }
  return found;
}"""


@pytest.fixture(scope="module")
def county(django_db_setup: None) -> None:
    """Nobody: the page needs no data of the site."""


@pytest.fixture(scope="module")
def badges(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder that the site hands to phones, with the reader of codes where it can be had."""
    folder, reader = tmp_path_factory.mktemp("badges"), decoder.folder()
    if not reader.exists():
        reader = tmp_path_factory.mktemp("decoder")
        decoder.fetch(reader)
    (folder / "keys.txt").write_text(f"6231:{POINT_P256.hex()}\n")
    with override_settings(XINNONG_BADGES=folder, XINNONG_DECODER=reader):
        yield folder


def picture(text: str, scale: int = 6) -> FilePayload:
    made = io.BytesIO()
    segno.make(text, error="m").save(made, kind="png", scale=scale, border=4)
    return FilePayload(name="badge.png", mimeType="image/png", buffer=made.getvalue())


def at_noon(visitor: Visitor) -> None:
    visitor.page.clock.set_fixed_time(NOON)


def ready(visitor: Visitor) -> Page:
    visitor.open(PAGE)
    visitor.page.locator("#check[data-ready=yes]").wait_for()
    visitor.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    return visitor.page


def typed(page: Page, text: str) -> None:
    if not page.locator("#text").is_visible():
        page.locator("summary", has=page.locator("xpath=../form[@id='typed']")).first.click()
    page.locator("#text").fill(text)
    page.locator("#typed button").click()


def clean(visitor: Visitor) -> None:
    found = Axe().run(visitor.page)
    assert found.response["violations"] == [], found.generate_report()
    noted = [each for each in visitor.complaints if not any(word in each for word in OFFLINE)]
    assert (noted, visitor.outside) == ([], [])


def test_three_colours_with_the_network_off(badges: Path, visit: Visit) -> None:
    (badges / "county.xnb").write_bytes(bundle_file())
    cadre = visit(phone=True)
    at_noon(cadre)
    page = ready(cadre)
    page.locator("#village").select_option(HERE)
    cadre.context.set_offline(True)
    page.reload()
    page.locator("#check[data-ready=yes]").wait_for()
    expect(page.locator("#told")).to_contain_text("没有网络")
    clean(cadre)
    page.locator("#picture").set_input_files(picture(printed()))
    expect(page.locator("#colour")).to_have_text("绿色：可以放心")
    expect(page.locator("#facts")).to_contain_text("医保服务二队")
    expect(page.locator("#data")).to_have_text("资料是 3 小时前的")
    clean(cadre)
    for text, colour, said in [
        (printed(status=8), "red", "已经吊销"), ("https://a.example", "red", "不是工作证"),
        (printed()[:-6], "red", "不是工作证"), ("<img src=x onerror=alert(1)>", "red", "不是工作证"),
    ]:  # fmt: skip
        typed(page, text)
        expect(page.locator("#reason")).to_contain_text(said)
        expect(page.locator(f"#answer.{colour}")).to_be_visible()
    expect(page.locator("#facts")).to_be_empty()
    clean(cadre)
    page.locator("#picture").set_input_files(
        FilePayload(name="a.png", mimeType="image/png", buffer=b"none")
    )
    expect(page.locator("#told")).to_contain_text("不是照片")


def test_it_says_how_old_its_data_is_in_both_languages_and_large(
    badges: Path, visit: Visit
) -> None:
    (badges / "county.xnb").write_bytes(bundle_file(STALE))
    for language, said, age in [("zh-hans", "黄色", "30 小时前"), ("en", "Amber", "30 h old")]:
        cadre = visit(phone=True, language=language, size="elder")
        at_noon(cadre)
        page = ready(cadre)
        page.locator("#village").select_option(HERE)
        cadre.context.set_offline(True)
        page.reload()
        page.locator("#check[data-ready=yes]").wait_for()
        typed(page, printed())
        expect(page.locator("#colour")).to_contain_text(said)
        expect(page.locator("#reason")).to_contain_text(age)
        assert page.evaluate(
            "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"
        )
        clean(cadre)


def test_an_older_or_foreign_file_changes_nothing(badges: Path, visit: Visit) -> None:
    (badges / "county.xnb").write_bytes(bundle_file())
    cadre = visit()
    at_noon(cadre)
    page = ready(cadre)
    before = page.locator("#age").inner_text()
    page.locator("summary", has_text="从文件装入").click()
    newer = bundle_file(replace(BUNDLE, sequence=13, as_of=BUNDLE.as_of + 3_600))
    broken = newer[:-1] + bytes([newer[-1] ^ 1])
    for data, said in [
        (bundle_file(STALE), "比手机上的旧"),
        (broken, "不是县里签发的"),
        (b"", "不是县里签发的"),
        (bytes(600_000), "太大"),
    ]:
        page.locator("#file").set_input_files(
            FilePayload(name="county.xnb", mimeType="", buffer=data)
        )
        expect(page.locator("#told")).to_contain_text(said)
        assert page.locator("#age").inner_text() == before
    page.locator("#file").set_input_files(FilePayload(name="county.xnb", mimeType="", buffer=newer))
    expect(page.locator("#told.good")).to_contain_text("已是最新")
    expect(page.locator("#age")).to_contain_text("2 小时前")


def test_the_phone_answers_like_the_core_and_in_time(badges: Path, visit: Visit) -> None:
    """Every case of the table; then the picture to the answer on a phone four times slower."""
    (badges / "county.xnb").write_bytes(bundle_file())
    cadre = visit(phone=True)
    at_noon(cadre)
    page = ready(cadre)
    rules = page.locator("#check").get_attribute("data-rules")
    given = [
        [vars(case) for case in cases()],
        b64encode(bundle_file()).decode(),
        f"6231:{POINT_P256.hex()}",
        rules,
    ]
    found = page.evaluate(ALL_CASES, given)
    assert found == [
        [case.colour, case.reason, max(0, case.second - BUNDLE.as_of)] for case in cases()
    ]
    page.locator("#village").select_option(HERE)
    cadre.context.set_offline(True)
    cadre.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    waited = [checked_in(page) for _ in range(5)]
    assert statistics.median(waited) <= 1_000, waited


SEEN = """async ([data, side]) => {
  const gray = Uint8Array.from(atob(data), (one) => one.charCodeAt(0)), canvas = new OffscreenCanvas(side, side);
  const board = canvas.getContext("2d"), image = board.createImageData(side, side);
  gray.forEach((one, at) => image.data.set([one, one, one, 255], 4 * at));
  board.putImageData(image, 0, 0);
  const files = new DataTransfer(), field = document.querySelector("#picture"), told = document.querySelector("#told");
  files.items.add(new File([await canvas.convertToBlob()], "a.png", { type: "image/png" }));
  const answer = document.querySelector("#answer");
  answer.hidden = true; told.textContent = "";
  const done = new Promise((seen) => { for (const one of [answer, told]) new MutationObserver(() => (answer.hidden && !told.textContent) || seen()).observe(one, { attributes: true, childList: true }); });
  field.files = files.files;
  field.dispatchEvent(new Event("change"));
  await done;
  return answer.hidden ? told.textContent : answer.className;
}"""


def test_the_phone_reads_turned_and_blurred_codes(badges: Path, visit: Visit) -> None:
    (badges / "county.xnb").write_bytes(bundle_file())
    cadre = visit(phone=True)
    at_noon(cadre)
    page = ready(cadre)
    page.locator("#village").select_option(HERE)
    for text in (printed(), live()):
        for degrees in (-12, -6, 0, 9):
            gray = b64encode(drawn(text, 320, degrees, degrees + 12).tobytes()).decode()
            assert page.evaluate(SEEN, [gray, 320]) == "answer green", (text, degrees)


def checked_in(page: Page) -> float:
    """Milliseconds from a chosen picture to the answer, by the page's own clock."""
    page.evaluate("() => { document.querySelector('#answer').hidden = true; }")
    took: Any = page.evaluate(
        """async (data) => {
          const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0)), files = new DataTransfer();
          files.items.add(new File([bytes], "badge.png", { type: "image/png" }));
          const field = document.querySelector("#picture"), answer = document.querySelector("#answer");
          const began = performance.now();
          const done = new Promise((seen) => new MutationObserver(() => answer.hidden || seen()).observe(answer, { attributes: true }));
          field.files = files.files;
          field.dispatchEvent(new Event("change"));
          await done;
          return performance.now() - began;
        }""",
        b64encode(picture(printed(), scale=12)["buffer"]).decode(),
    )
    return float(took)


def test_a_code_is_read_from_the_camera_and_a_closed_one_is_said(
    badges: Path, visit: Visit
) -> None:
    (badges / "county.xnb").write_bytes(bundle_file())
    cadre = visit(phone=True)
    at_noon(cadre)
    page = ready(cadre)
    page.locator("#village").select_option(HERE)
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no')); }"
    )
    page.locator("#look").click()
    expect(page.locator("#told")).to_contain_text("相机打不开")
    page.evaluate(
        """async (data) => {
          const picture = await createImageBitmap(await (await fetch("data:image/png;base64," + data).catch(() => null))?.blob() || new Blob([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))]));
          const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
          const board = canvas.getContext("2d");
          setInterval(() => board.drawImage(picture, 0, 0), 50);
          navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
        }""",
        b64encode(picture(printed())["buffer"]).decode(),
    )
    page.locator("#look").click()
    expect(page.locator("#colour")).to_have_text("绿色：可以放心")


def test_it_is_small_and_says_what_is_missing(badges: Path, visit: Visit) -> None:
    reader = Path(settings.XINNONG_DECODER)
    own = Path(settings.BASE_DIR) / "xinnong/web/static/web/offline"
    sizes = [path.stat().st_size for path in [*own.iterdir(), *reader.glob("*.js")]]
    assert sum(sizes) <= MOST_BYTES
    (badges / "county.xnb").unlink(missing_ok=True)
    cadre = visit()
    at_noon(cadre)
    page = ready(cadre)
    expect(page.locator("#told")).to_contain_text("还没有发布")
    typed(page, printed())
    expect(page.locator("#told")).to_contain_text("还没有全县核验资料")
    with override_settings(XINNONG_BADGES=badges / "nowhere"):
        page = ready(cadre)
        expect(page.locator("#told")).to_contain_text("还没有公布核验用的公钥")
