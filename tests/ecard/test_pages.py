"""The pages as people walk them, with bad input, and the API of an institution's program."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tests.ecard.conftest import LI, World
from tests.factories import signed_in
from tests.people import client_of
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import link_person, set_user
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.ecard import services, stand_in
from xinnong.ecard.models import Credential, Redemption, Terminal
from xinnong.privacy.models import Read

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DIGITS = re.compile(r'class="digits">([0-9 ]{34})<')
NOBODY = "9001 1234 5678 9012 3456 7890 1280"


@pytest.fixture
def farmer(world: World) -> Client:
    world.activate(world.li, LI, now=timezone.now())
    return signed_in(world.li)


@pytest.fixture
def clinic(world: World) -> Client:
    return signed_in(world.people.kang)


def text(
    browser: Client, address: str, form: dict[str, str] | None = None, status: int = 200
) -> str:
    answer = browser.get(address) if form is None else browser.post(address, form, follow=True)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def redeemed(browser: Client, code: str, status: int = 200, **changed: str) -> str:
    form = {"code": code, "terminal": "T1", "business_type": "01101", "out_biz_no": uuid4().hex}
    return text(browser, "/ecard-desk/counter/", form | changed, status)


def test_a_farmer_activates_shows_and_sees_where_it_was_used(world: World, clinic: Client) -> None:
    browser = signed_in(world.li)
    assert "在这部手机上开通" in text(browser, "/ecard/")
    form = {
        "name": LI, "rid": world.sample.rids[LI].lower(), "number": world.sample.phones[LI],
        "check": stand_in.IS_SOMEBODY_ELSE, "key": str(uuid4()),
    }  # fmt: skip
    assert "没有核验到是本人" in text(browser, "/ecard/activate/", form, 422)
    again = text(browser, "/ecard/activate/", form | {"rid": "123"}, 422)
    assert "身份证号不对" in again
    assert f'value="{LI}"' in again
    page = text(browser, "/ecard/activate/", form | {"check": stand_in.IS_THE_PERSON})
    assert page.index("不会打电话向您要这个码") < page.index("出示医保码</button>")
    shown = text(browser, "/ecard/code/", {"only_at": "HOSP-01"})
    assert "演示" in shown
    assert "有效到" in shown
    assert "<svg" in shown
    found = DIGITS.search(shown)
    assert found
    receipt = redeemed(clinic, found.group(1))
    for said in ("李*山", "339981", "挂号", "本人出示"):
        assert said in receipt
    assert LI not in receipt
    assert world.sample.rids[LI] not in receipt
    history = text(browser, "/ecard/history/")
    for said in ("望禾镇卫生院", "挂号", "我自己"):
        assert said in history
    with scoped(SYSTEM):
        assert [(r.person, r.fields) for r in Read.objects.all()] == [(world.ref(LI), ["ecard"])]


def test_a_switch_of_language_or_size_leads_back_to_a_page(world: World, farmer: Client) -> None:
    for address, switch, chosen in (
        ("/ecard/code/", "/language/", {"language": "en"}),
        ("/ecard/code/", "/text-size/", {"text_size": "elder"}),
        (f"/ecard/family/{uuid4()}/", "/text-size/", {"text_size": "standard"}),
    ):
        answer = farmer.post(switch, chosen | {"next": address}, follow=True)
        assert answer.status_code == 200
        assert "<h1>" in answer.content.decode()


def test_a_counter_is_told_in_words_what_is_wrong(
    world: World, farmer: Client, clinic: Client
) -> None:
    found = DIGITS.search(text(farmer, "/ecard/code/", {}))
    assert found
    code = found.group(1)
    assert "有一位输错了" in redeemed(clinic, code[:-1] + "x", 422)
    assert "没有人出示过这个码" in redeemed(clinic, NOBODY, 422)
    assert "还有地方需要改一下" in redeemed(clinic, code, 422, terminal="P1")
    assert "还有地方需要改一下" in redeemed(clinic, code, 422, business_type="01999")
    assert "还有地方需要改一下" in redeemed(clinic, "1" * 500, 422)
    redeemed(clinic, code)
    assert "已经在这台终端用过了" in redeemed(clinic, code, 422)
    assert "在别处用过了" in redeemed(clinic, code, 422, terminal="T2")
    till = text(signed_in(world.druggist), "/ecard-desk/counter/")
    assert "药店收银" in till
    assert "挂号" not in till
    assert "李*山" not in till
    refused = signed_in(world.druggist).get(f"/ecard-desk/redemptions/{_only().ref}/")
    assert refused.status_code == 404


def _only() -> Redemption:
    with scoped(SYSTEM):
        return Redemption.objects.get()


def test_loss_and_the_hotline(world: World, farmer: Client) -> None:
    cadre = signed_in(world.people.xu)
    form = {"name": LI, "rid": "12345", "reason": "lost"}
    assert "身份证号不对" in text(cadre, "/ecard-desk/lost/", form, 422)
    tail = world.sample.rids[LI][-6:]
    assert "对不上" in text(cadre, "/ecard-desk/lost/", form | {"rid": tail, "name": "王"}, 422)
    assert "停用了" in text(cadre, "/ecard-desk/lost/", form | {"rid": tail.lower()})
    assert "在这部手机上开通" in text(farmer, "/ecard/")
    assert "没有开通，或者已经停用" in text(farmer, "/ecard/code/", {}, 422)
    assert "手机丢了" in text(farmer, "/ecard/history/")
    assert "没有在用的医保码" in text(farmer, "/ecard/lost/")


def test_the_family_page_and_a_phone_without_network(world: World, farmer: Client) -> None:
    page = text(farmer, "/ecard/family/", {
        "name": "王大山", "rid": world.sample.rids["王大山"], "key": str(uuid4()),
    })  # fmt: skip
    assert "等家人同意" in page
    wang = signed_in(world.wang)
    asked = text(wang, "/ecard/")
    assert LI in asked
    address = re.search(r'action="(/ecard/family/[0-9a-f-]{36}/)"', asked)
    assert address
    assert wang.post(address.group(1), {"step": "burn"}).status_code == 404
    assert signed_in(world.people.kang).post(address.group(1)).status_code == 403
    assert "可以代为出示" in text(wang, address.group(1), {"step": "agree"})
    assert "已经答复过" in text(wang, address.group(1), {"step": "decline"}, 422)
    assert "还没有。" in text(farmer, address.group(1), {"step": "end"})
    assert "data-key" not in text(farmer, "/ecard/offline/")
    handed = text(farmer, "/ecard/offline/", {})
    assert len(re.findall(r'data-key="[0-9a-f]{64}"', handed)) == 1
    assert "data-key" not in text(farmer, "/ecard/offline/")


def test_the_bureau_keeps_terminals_and_an_unknown_filter_selects_none(world: World) -> None:
    bureau = signed_in(world.people.han)
    form = {"institution": "HOSP-01", "code": "T3", "place": "药房窗口", "key": str(uuid4())}
    assert "T3" in text(bureau, "/ecard-desk/terminals/", form)
    assert "已经有这个编号" in text(
        bureau, "/ecard-desk/terminals/", form | {"key": str(uuid4())}, 422
    )
    assert "终端编号" in text(bureau, "/ecard-desk/terminals/", form | {"code": "a b"}, 422)
    only = text(bureau, "/ecard-desk/terminals/?institution=PHAR-01")
    assert ("P1" in only, "T3" in only) == (True, False)
    none = text(bureau, "/ecard-desk/terminals/?institution=BANK-01", status=422)
    assert ("P1" in none, "T1<" in none, "没有这样的终端" in none) == (False, False, True)
    address = re.search(r'href="(/ecard-desk/terminals/[0-9a-f-]{36}/)"', only)
    assert address
    assert "不能再核销" in text(bureau, address.group(1), {})


def test_production_without_an_adapter_shows_no_code_and_says_why(
    farmer: Client, clinic: Client
) -> None:
    stand_in.withdraw()
    try:
        for browser, address in (
            (farmer, "/ecard/"), (farmer, "/ecard/activate/"), (clinic, "/ecard-desk/counter/"),
            (clinic, "/ecard-desk/activate/"),
        ):  # fmt: skip
            page = text(browser, address)
            assert "没有接通国家医保平台" in page
            assert "演示：" not in page
        assert "出示医保码</button>" not in text(farmer, "/ecard/")
        assert "没有接通国家医保平台" in text(farmer, "/ecard/code/", {}, 422)
    finally:
        stand_in.register()


def test_the_demo_has_terminals_and_a_farmer_with_a_code(world: World) -> None:
    from xinnong.cli.demo_ecard import give_ecards

    for username, institution, role in (
        ("bureau", "HIB-339981", "bureau"), ("hospital", "HOSP-01", "counter"), ("farmer", "", "farmer"),
    ):  # fmt: skip
        user = set_user(
            username=username,
            name=username,
            roles=[role],
            institution=Institution.objects.filter(code=institution).first(),
            areas=[],
            password=None,
            now=timezone.now(),
        )
    link_person(user=user, person_ref=world.ref("周大山"))
    assert [give_ecards(now=timezone.now()) for _again in range(2)] == [1, 0]
    with scoped(SYSTEM):
        assert Terminal.objects.filter(code__in=["H1", "H2"], institution="HOSP-01").count() == 2
        assert Credential.objects.get().person == world.ref("周大山")


@pytest.fixture
def program(world: World) -> Client:
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR,
            client=client_of("HOSP-01"),
            scopes=["ecard.redeem"],
            lifetime=timedelta(days=1),
            now=timezone.now(),
        )
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_program_redeems_once_and_reads_it_again(world: World, program: Client) -> None:
    now = timezone.now()
    world.activate(world.li, LI, now=now)
    person = world.ref(LI)
    code = services.show_code(actor=world.li, person=person, now=now).digits
    body = {"code": code, "terminal": "T1", "business_type": "01301", "out_biz_no": "B-1"}

    def call(**changed: object) -> tuple[int, dict[str, str]]:
        answer = program.post(
            "/api/v1/ecard/redemptions", body | changed, content_type="application/json"
        )
        return answer.status_code, answer.json()

    assert call(terminal="T9")[1]["code"] == "ecard.terminal_unknown"
    assert call(out_biz_no="")[1]["code"] == "ecard.out_biz_no_malformed"
    assert call(code=7)[0] == 422
    status, made = call()
    assert (status, made["name_masked"], made["presented_by"]) == (200, "李*山", "holder")
    assert call() == (200, made)
    assert call(out_biz_no="B-2")[1]["code"] == "ecard.code_used"
    assert call(business_type="01302")[1]["code"] == "ecard.out_biz_no_reused"
    again = program.get(f"/api/v1/ecard/redemptions/{made['ref']}")
    assert again.json() == made
    assert program.get(f"/api/v1/ecard/redemptions/{uuid4()}").status_code == 404
