"""Guarantors and collateral through the officer's pages, with what is wrong told on the page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests.factories import signed_in
from tests.lending.origination.story import Story
from tests.lending.origination.test_mortgages import mortgaged
from tests.lending.origination.test_pages import scan
from tests.lending.origination.test_securities import approve, guaranteed, named
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.lending.models import Application, Collateral, Guarantor
from xinnong.privacy.models import Listing, Read

LI = {
    "name": "李大山", "amount": "30000", "income": "60000", "net_assets": "200000",
    "means_reference": "means/1", "consented_on": "2026-01-05",
}  # fmt: skip
HOUSE = {
    "kind": "town_house", "label": "云江镇 3 幢 502 室", "certificate": "浙(2020)0001234",
    "owners_count": "1", "prior": "0", "searched_on": "2026-01-05", "search_reference": "search/7",
    "is_disputed": "no", "is_seized": "no", "is_to_be_demolished": "no", "is_dangerous": "no",
}  # fmt: skip


@pytest.fixture
def lins(story: Story) -> Client:
    return signed_in(story.people.lin)


def tail(story: Story, name: str) -> str:
    return story.sample.rids[name][-6:]


def send(client: Client, application: Application, step: str, status: int, **form: object) -> str:
    """Take a step; the page that answers, or the one it leads to."""
    address = f"/loans/applications/{application.ref}/security/"
    answer = client.post(address, {"key": str(uuid4()), "step": step, **form})
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return client.get(address).content.decode() if status == 302 else answer.content.decode()


def test_a_guarantor_is_named_and_signs(story: Story, lins: Client) -> None:
    application = guaranteed(story)
    page = lins.get(f"/loans/applications/{application.ref}/").content.decode()
    assert "还没有登记，去登记" in page
    li = LI | {"tail": tail(story, "李大山")}
    page = send(lins, application, "name-guarantor", 422, **li)
    assert "还有地方需要改一下" in page
    page = send(lins, application, "name-guarantor", 302, **li, consent=scan())
    assert "担保够了" in page
    contract = story.draft(approve(story, application))
    for browser, folder in ((lins, "loans"), (signed_in(story.people.wu), "borrow")):
        shown = browser.get(f"/{folder}/contracts/{contract.ref}/").content.decode()
        assert "李大山" in shown
    with scoped(SYSTEM):
        guarantor = Guarantor.objects.get()
    page = send(
        lins, application, "sign-guarantee", 302, guarantor=str(guarantor.ref),
        identity_check="idcheck/8", photo="photo/8", scan_sha256=scan(),
    )  # fmt: skip
    assert "已签字" in page
    with scoped(SYSTEM):
        assert Read.objects.filter(fields__contains=["guarantors"]).exists()
        assert Listing.objects.filter(asked="tail6").exists()


def test_it_says_why_somebody_may_not_guarantee(story: Story, lins: Client) -> None:
    application = guaranteed(story)
    wife = LI | {"name": "何王云", "tail": tail(story, "何王云"), "amount": "900000"}
    page = send(lins, application, "name-guarantor", 422, **wife, consent=scan())
    assert "不算保证人" in page
    assert "超过了保证人还能担保的" in page
    nobody = LI | {"tail": "000000"}
    page = send(lins, application, "name-guarantor", 422, **nobody, consent=scan())
    assert "没有查到这个人或单位" in page
    firm = LI | {"tail": tail(story, "李大山"), "uscc": "91330000000000000X"}
    page = send(lins, application, "name-guarantor", 422, **firm, consent=scan())
    assert "没有查到这个人或单位" in page
    with scoped(SYSTEM):
        assert not Guarantor.objects.exists()


def test_a_house_is_named_valued_registered(story: Story, lins: Client) -> None:
    application = mortgaged(story)
    page = send(lins, application, "name-collateral", 302, **HOUSE)
    assert "要有两个人各自估价" in page
    with scoped(SYSTEM):
        thing = str(Collateral.objects.get().ref)
    send(
        lins, application, "record-owner", 302, thing=thing, name="王大山",
        tail=tail(story, "王大山"), consent=scan(), consented_on="2026-01-05",
    )  # fmt: skip
    for valuer, value in (("陈估", "300000"), ("林估", "280000")):
        page = send(
            lins, application, "record-valuation", 302, thing=thing, value=value, method="market",
            valuer=valuer, valued_on="2026-01-05", reference="value/1",
        )  # fmt: skip
    assert "担保够了" in page
    assert "196,000 元" in page
    contract = story.draft(approve(story, application))
    page = send(
        lins, application, "register-mortgage", 422, thing=thing, registration="reg/1",
        registered_on="2020-01-05",
    )  # fmt: skip
    assert "日期不对" in page
    page = send(
        lins, application, "register-mortgage", 302, thing=thing, registration="reg/1",
        registered_on=contract.starts_on.isoformat(),
    )  # fmt: skip
    assert "已登记" in page
    assert "还没办" in page
    assert "没有待注销的抵押" in lins.get("/loans/releases/").content.decode()


def test_it_says_what_the_law_refuses(story: Story, lins: Client) -> None:
    application = mortgaged(story)
    page = send(lins, application, "name-collateral", 422, **(HOUSE | {"kind": "homestead_right"}))
    assert "宅基地使用权依法不能抵押" in page
    page = send(
        lins, application, "name-collateral", 422,
        **(HOUSE | {"is_seized": "yes", "is_disputed": "unknown"}),
    )  # fmt: skip
    assert "已经被查封或扣押" in page
    assert "没有查清" in page
    page = send(lins, application, "name-collateral", 422, **(HOUSE | {"prior": "-5"}))
    assert "还有地方需要改一下" in page
    assert lins.post(
        f"/loans/applications/{application.ref}/security/", {"step": "nothing"}
    ).status_code == 404  # fmt: skip


def test_who_answers_sees_it_on_the_own_page(story: Story) -> None:
    application = guaranteed(story)
    named(story, application)
    wu = story.people.wu
    wu.person_ref = story.person("李大山").ref
    wu.save(update_fields=["person_ref"])
    page = signed_in(wu).get("/borrow/").content.decode()
    assert "我替别人作的保" in page
    assert "30,000 元" in page
    assert "王大山" not in page


def test_strangers_find_nothing(story: Story, lins: Client) -> None:
    application = guaranteed(story)
    address = f"/loans/applications/{application.ref}/security/"
    assert signed_in(story.people.zhao).get(address).status_code in {403, 404}
    assert signed_in(story.people.wu).get(address).status_code == 403
    plain = story.apply()
    assert lins.get(f"/loans/applications/{plain.ref}/security/").status_code == 404
