"""An auditor opens one loan two years later and sees who did what when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import LENDER, signed_in
from tests.lending.aftercare.conftest import DRAWN, Lent
from tests.lending.origination.story import LATER, SUM
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import LoanCheck
from xinnong.lending.services.aftercare import do_check, make_checks
from xinnong.privacy.models import Read

pytestmark = pytest.mark.slow  # a published county is made first


def lived(lent: Lent) -> str:
    """A check, lateness, a promise; the address of the file."""
    make_checks(institution=LENDER, on=DRAWN + timedelta(15), now=LATER)
    with scoped(SYSTEM):
        check = LoanCheck.objects.select_related("loan").get()
    with scoped(lent.lin):
        do_check(
            actor=lent.lin, check=check, found="as_stated", said="买了化肥二十袋", photos=[SUM],
            now=LATER, key=uuid4(),
        )  # fmt: skip
    lent.late(5)
    promise: dict[str, Any] = {
        "promised_minor": 50_000,
        "promised_on": lent.loan.matures_on + timedelta(9),
    }
    lent.contact(lent.noon(6), kind="promise", **promise)
    return f"/loans/{lent.loan.ref}/file"


def test_the_file_gathers_the_whole_life(lent: Lent) -> None:
    page = signed_in(lent.lin).get(f"{lived(lent)}/").content.decode()
    for text in (
        "一、申请和当时所知", "提交申请", "当时所知的资料", "查询征信报告", "拟合同",
        "签约", "idcheck/77", "放款", "买了化肥二十袋", "日终提醒", "再过 7 天要还", "答应还款",
        "还没到日子", "五级分类变化", "林客户经理",
    ):  # fmt: skip
        assert text in page, text
    assert "没有上门调查记录" in page
    with scoped(SYSTEM):
        read = Read.objects.filter(actor=lent.lin.ref, purpose="servicing").last()
        assert read is not None
        assert {"checks", "collection"} <= set(read.fields)


def test_it_is_a_pdf_in_chinese_whatever_the_language(lent: Lent) -> None:
    desk = signed_in(lent.lin)
    desk.cookies["django_language"] = "en"
    paper = desk.get(f"{lived(lent)}.pdf")
    assert (paper.status_code, paper["Content-Type"]) == (200, "application/pdf")
    assert paper.content.startswith(b"%PDF")


@pytest.mark.parametrize("who", ["zhao", "xu", "wu", "mo"])
def test_nobody_else_opens_it(lent: Lent, who: str) -> None:
    desk = signed_in(getattr(lent.story.people, who))
    for end in ("/", ".pdf"):
        assert desk.get(f"/loans/{lent.loan.ref}/file{end}").status_code in {403, 404}
