"""A department's file in a real browser: hand it in, watch it, read the report, take the bad rows home."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.deliveries import NAME, check_waiting, register
from tests.factories import Sample
from tests.people import People

pytestmark = [pytest.mark.browser, pytest.mark.slow]
County = tuple[People, Sample]


def test_a_file_goes_in_and_its_bad_rows_come_back(
    county: County, visit: Visit, tmp_path: Path
) -> None:
    zhou = visit(county[0].zhou)
    page = zhou.open("/data/deliver/")
    page.set_input_files("input[type=file]", register(tmp_path))
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.locator("#delivery progress")).to_be_visible()
    check_waiting()
    page.get_by_role("link", name=NAME).click()  # appears without reloading
    expect(page.get_by_text("读入 13 = 入库 9 + 修复后入库 0 + 退回 3 + 重复 1")).to_be_visible()
    expect(page.get_by_role("link", name="改好再报送")).to_be_visible()
    with page.expect_download() as coming:
        page.get_by_role("link", name="下载错误文件（原格式）").click()
    bad_rows = Path(coming.value.path()).read_bytes().decode("utf-8-sig").splitlines()
    assert len(bad_rows) == 1 + 3
    assert "339981198001020041" in bad_rows[1]
    assert zhou.complaints == []


def test_a_missing_file_is_said_and_the_choice_is_kept(county: County, visit: Visit) -> None:
    page = visit(county[0].zhou, javascript=False).open("/data/deliver/")
    page.get_by_label("数据类").select_option("residence")
    page.locator("form[enctype]").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="报送", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("数据类")).to_have_value("residence")
