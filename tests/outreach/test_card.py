"""The printed card: everything a villager compares stands on it, and its code is read from pixels."""

from __future__ import annotations

import json
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typst
import zxingcpp
from django.test import Client
from pypdf import PdfReader

from tests.factories import signed_in
from tests.outreach.test_badges import issued, key_of
from tests.outreach.world import NOW, World
from tests.pixels import grays
from xinnong.accounts.scope import scoped
from xinnong.core.badges import check_badge, written
from xinnong.outreach.papers import card_data
from xinnong.outreach.queries.badges import badge_by_ref
from xinnong.outreach.secrets import code_of
from xinnong.web import typesetting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MILLIMETRES = 72 / 25.4
DOTS_PER_INCH = 200


@pytest.fixture(autouse=True)
def _keys_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.XINNONG_DATA = tmp_path


def test_the_card_is_one_page_with_all_that_is_compared(world: World) -> None:
    key_of(world)
    activity = world.approved(villages=["339981101201", "339981101202"])
    leader, helper = issued(world, activity)
    clerk, bureau = signed_in(world.people.jiang), signed_in(world.people.han)
    place = f"/outreach/badges/{leader.ref}/card.pdf"
    (page,) = PdfReader(BytesIO(clerk.get(place).content)).pages
    assert [round(float(side) / MILLIMETRES) for side in page.mediabox[2:]] == [86, 124]
    text = page.extract_text()
    digits = code_of(activity)
    for said in (
        "顾队长（队长）", world.channel.name, "外拓一队", "2026", "09:00—16:00", "0577-0000-2201",
        "切勿扫描来历不明的二维码", f"{digits[:4]} {digits[4:]}", f"编号 {leader.pk}",
    ):  # fmt: skip
        assert said in text, (said, text)
    assert digits[:4] not in PdfReader(BytesIO(bureau.get(place).content)).pages[0].extract_text()
    other = PdfReader(BytesIO(clerk.get(f"/outreach/badges/{helper.ref}/card.pdf").content))
    assert "队长" not in other.pages[0].extract_text().replace("顾队长", "")
    assert clerk.get(place).content == clerk.get(place).content
    assert Client().get(place).status_code == 302


def test_its_code_is_read_from_pixels_and_35_millimetres_wide(world: World) -> None:
    key = key_of(world)
    leader, _helper = issued(world, world.approved())
    with scoped(world.people.jiang):
        badge = badge_by_ref(leader.ref)
        assert badge is not None
        data = card_data(badge, code="12345672")
    picture = typst.compile(
        files("xinnong.outreach").joinpath("published", "badge_card.typ").read_bytes(),
        format="png", ppi=DOTS_PER_INCH, font_paths=typesetting._fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip
    (seen,) = zxingcpp.read_barcodes(grays(picture))
    assert seen.text == written(bytes(leader.message))
    told = check_badge(seen.text, {key.key_id: key}, second=int(NOW.timestamp()))
    assert (told.wrong, told.badge.name if told.badge else "") == (None, "顾队长")
    across = (seen.position.top_right.x - seen.position.top_left.x) / DOTS_PER_INCH * 25.4
    assert abs(across - 35) < 1


def test_without_fonts_it_says_why_there_is_no_card(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_of(world)
    leader, _helper = issued(world, world.approved())
    typesetting._fonts.cache_clear()
    monkeypatch.setattr("xinnong.web.typesetting.FONTS", "no_such_fonts")
    answer = signed_in(world.people.jiang).get(f"/outreach/badges/{leader.ref}/card.pdf")
    assert (answer.status_code, "排不出" in answer.content.decode()) == (422, True)
