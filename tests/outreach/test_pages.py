"""The whole way on pages: license, file, approve twice, the cadre, closing, stopping, letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.factories import signed_in
from tests.outreach.world import FACE, NOW, TODAY, World
from tests.people import LOTUS_VILLAGE
from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.outreach.models import Activity, Agent, Channel, Document, Notice, Team
from xinnong.outreach.secrets import code_of, phrase

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _at_half_past_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's session passed a second factor."""
    monkeypatch.setattr("xinnong.accounts.middleware._passed_second_factor", lambda _request: True)


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("scan.pdf", b"%PDF-1.7 paper")


def said(browser: Client, address: str, told: dict[str, Any] | None = None) -> tuple[int, str]:
    answer = browser.post(address, told) if told is not None else browser.get(address)
    return answer.status_code, answer.content.decode()


def test_a_filing_goes_from_the_channel_to_the_village_and_is_closed(
    world: World, factor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = world.people
    clerk, bureau, town, cadre = map(signed_in, (people.jiang, people.han, people.tang, people.xu))
    file = f"/outreach/teams/{world.team.ref}/file/"
    form = {
        "purpose": "activate", "villages": [LOTUS_VILLAGE], "place": "村委会", "on": f"{TODAY}",
        "begins": "09:00", "ends": "16:00", "expected": "60", "key": str(uuid4()),
        "agents": [str(world.leader.ref), str(world.helper.ref)],
    }  # fmt: skip
    first = said(clerk, file)[1].split('<select name="purpose"')[1].split("<option")[1]
    assert 'value="activate"' not in first  # licensed once, closed to everybody since
    status, page = said(clerk, file, form)
    assert status == 422
    assert "任何队伍都不能上门办这件事" in page
    assert 'value="村委会"' in page
    assert said(clerk, file, form | {"on": "soon"})[0] == 422
    assert said(clerk, file, form | {"villages": ["1"]})[0] == 422
    assert said(clerk, file, form | {"purpose": "bank"})[0] == 302
    with scoped(SYSTEM):
        activity = Activity.objects.get()
    place = f"/outreach/activities/{activity.ref}/"
    assert "外拓一队" in said(bureau, "/outreach/?state=filed")[1]
    assert "外拓一队" not in said(bureau, "/outreach/?state=unheard")[1]
    assert "外拓一队" in said(town, "/outreach/")[1]
    assert said(clerk, place, {"step": "approve"})[0] == 404
    assert said(cadre, place)[0] == 403
    assert "今天没有批准任何队伍进村" in said(cadre, "/outreach/today/")[1]
    assert said(bureau, place, {"step": "refuse", "reason": ""})[0] == 422
    told = bureau.post(place, {"step": "approve"}, follow=True).content.decode()
    assert "还要另一方也批准" in told
    assert "还没有发工作牌" not in told
    assert said(bureau, place, {"step": "approve"})[0] == 422
    assert "次活动等审批" in said(town, "/")[1]
    told = town.post(place, {"step": "approve"}, follow=True).content.decode()
    assert "两方都批准了" in told
    assert "支队伍今天批准进村" in said(cadre, "/")[1]
    with scoped(SYSTEM):
        activity, notice = Activity.objects.get(), Notice.objects.get()
    code = code_of(activity)
    assert f"{code[:4]} {code[4:]}" in said(clerk, place)[1]
    assert code[:4] not in said(bureau, place)[1]
    page = said(cadre, "/outreach/today/")[1]
    for shown in (phrase(activity), f"{code[:4]} {code[4:]}", "顾队长", "绿灯"):
        assert shown in page
    assert phrase(activity) not in said(clerk, place)[1] + said(bureau, place)[1]
    assert said(cadre, "/outreach/today/", {"notice": notice.pk, "heads": "x"})[0] == 422
    assert said(cadre, "/outreach/today/", {"notice": notice.pk + 1, "heads": "5"})[0] == 404
    assert said(cadre, "/outreach/today/", {"notice": notice.pk, "heads": "52"})[0] == 302
    report = {"step": "report", "served": "50", "activations": "0", "messages_sent": "90"}
    assert said(clerk, place, report)[0] == 422
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=7))
    assert said(clerk, place, report)[0] == 302
    page = said(bureau, "/outreach/")[1]
    assert "验证码短信比服务人数多" in page
    assert "已办结" in said(town, place)[1]


def test_without_a_second_factor_nobody_approves_or_permits_and_stopping_still_works(
    world: World,
) -> None:
    activity = world.filed()
    bureau = signed_in(world.people.han)
    place = f"/outreach/activities/{activity.ref}/"
    assert "去开启" in said(bureau, place)[1]
    assert said(bureau, place, {"step": "approve"})[0] == 404
    assert said(bureau, "/outreach/channels/", {"kind": "bank"})[0] == 404
    assert said(bureau, "/outreach/documents/", {"number": "1"})[0] == 404
    stop = f"/outreach/stop/channel/{world.channel.ref}/"
    page = said(bureau, stop)[1]
    assert "停用以后，这些马上查出来都是红灯" in page
    assert said(bureau, stop, {"step": "suspend", "reason": ""})[0] == 422
    assert said(bureau, stop, {"step": "suspend", "reason": "投诉核查"})[0] == 302
    assert said(bureau, stop, {"step": "resume"})[0] == 404
    assert "已停用" in said(bureau, f"/outreach/channels/{world.channel.ref}/")[1]


def test_a_bureau_licenses_registers_and_withdraws(world: World, factor: None) -> None:
    bureau = signed_in(world.people.han)
    licence = {
        "institution": "CHAN-02", "kind": "firm", "purposes": ["census"],
        "licence_number": "穗医保授〔2026〕2号", "licensed_from": "2026-01-01",
        "licensed_until": "2026-12-31", "call_back": "0577-0000-2202", "step": "license",
    }  # fmt: skip
    address = "/outreach/channels/"
    assert said(bureau, address, licence)[0] == 422
    wrong = {"licence_sha256": scan(), "licensed_until": "2025-01-01"}
    assert said(bureau, address, licence | wrong)[0] == 422
    stranger = {"licence_sha256": scan(), "institution": "BANK-01"}
    assert said(bureau, address, licence | stranger)[0] == 422
    assert said(bureau, address, licence | {"licence_sha256": scan()})[0] == 302
    letter = {
        "issuer": "HIB-339981", "number": "穗医保函〔2026〕12号", "title": "宣传通知",
        "issued_on": "2026-11-01", "valid_until": "2026-12-31", "step": "file",
    }  # fmt: skip
    address = "/outreach/documents/"
    assert said(bureau, address, letter | {"file_sha256": scan(), "number": "〔〕 "})[0] == 422
    with scoped(SYSTEM):
        assert Channel.objects.count() == 2
    assert said(bureau, address, letter | {"file_sha256": scan()})[0] == 302
    status, page = said(bureau, address, letter | {"file_sha256": scan()})
    assert (status, "这个文号已经登记" in page) == (422, True)
    assert "宣传通知" in said(bureau, f"{address}?search=宣传")[1]
    assert "没有这样的文书" in said(bureau, f"{address}?search=没有")[1]
    with scoped(SYSTEM):
        document = Document.objects.get()
    entry = f"{address}{document.ref}/"
    assert said(bureau, entry, {"reason": "冒用"})[0] == 302
    assert "已作废" in said(bureau, entry)[1]
    assert said(bureau, entry, {"reason": "再来"})[0] == 422


def test_a_bureau_renews_and_shortens_a_licence(
    world: World, factor: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bureau, address = signed_in(world.people.han), f"/outreach/channels/{world.channel.ref}/"
    paper = {
        "licence_number": "穗医保授〔2026〕9号",
        "licensed_until": "2027-12-31",
        "step": "renew",
    }
    assert said(bureau, address, paper)[0] == 422
    before = {"licence_sha256": scan(), "licensed_until": "2020-01-01"}
    status, page = said(bureau, address, paper | before)
    assert (status, "结束日期要晚于开始日期" in page) == (422, True)
    never = {"licence_sha256": scan(), "licensed_until": "2027-02-30"}
    assert said(bureau, address, paper | never)[0] == 422
    assert said(bureau, address, paper | {"licence_sha256": scan()})[0] == 302
    assert "2027年12月31日" in said(bureau, address)[1]
    with scoped(SYSTEM):
        assert Channel.objects.get(pk=world.channel.pk).licence_number == "穗医保授〔2026〕9号"
        assert Entry.objects.filter(action="outreach.renew-licence").count() == 1
    assert said(signed_in(world.people.jiang), address, paper)[0] == 403
    monkeypatch.setattr("xinnong.accounts.middleware._passed_second_factor", lambda _request: False)
    assert said(bureau, address, paper | {"licence_sha256": scan()})[0] == 404
    assert 'value="renew"' not in said(bureau, address)[1]


def test_a_channel_files_teams_and_people_with_faces(world: World) -> None:
    clerk = signed_in(world.people.jiang)
    firm = {
        "step": "firm", "name": "跑腿公司", "contract_number": "1", "valid_until": "2099-12-31",
        "contract_sha256": scan(),
    }  # fmt: skip
    over = firm | {"valid_until": "2026-01-31", "contract_sha256": scan()}
    status, page = said(clerk, "/outreach/teams/", over)
    assert (status, "这份委托合同已经到期" in page) == (422, True)
    assert said(clerk, "/outreach/teams/", firm)[0] == 302
    assert said(clerk, "/outreach/teams/", {"step": "team", "name": "外拓一队"})[0] == 422
    status, page = said(clerk, "/outreach/teams/", {"step": "tem", "name": "外拓三队"})
    assert (status, "这个页面没有这一步" in page) == (422, True)
    assert said(clerk, "/outreach/teams/", {"step": "team", "name": "外拓二队"})[0] == 302
    with scoped(SYSTEM):
        team = Team.objects.get(name="外拓二队")
    place = f"/outreach/teams/{team.ref}/"
    person: dict[str, Any] = {"name": "孙队长", "number": "13900000009", "is_leader": "on"}
    for wrong, words in (
        ({"number": "12"}, "11 位手机号"),
        ({"photo": SimpleUploadedFile("a.png", b"GIF89a")}, "JPEG 或 PNG"),
        ({"photo": SimpleUploadedFile("a.png", FACE + b"0" * 300_000)}, "200 KB"),
        ({"number": "13900000001"}, "已经登记给别的队员"),
    ):
        status, page = said(clerk, place, person | wrong)
        assert (status, words in page) == (422, True), words
    assert said(clerk, place, person | {"photo": SimpleUploadedFile("a.png", FACE)})[0] == 302
    page = said(clerk, place)[1]
    assert "孙队长" in page
    assert "*******0009" in page
    with scoped(SYSTEM):
        assert Agent.objects.filter(team=team).count() == 1


def test_a_clerk_whose_institution_is_not_licensed_is_told_so(world: World) -> None:
    from xinnong.accounts.services import set_user

    stranger: User = set_user(
        username="wan", name="万经办", roles=["channel"], areas=[], password=None, now=NOW,
        institution=Institution.objects.get(code="CHAN-02"),
    )  # fmt: skip
    browser = signed_in(stranger)
    assert said(browser, "/outreach/teams/")[0] == 422
    assert said(browser, f"/outreach/teams/{world.team.ref}/")[0] == 404
    assert "外拓一队" not in said(browser, "/outreach/")[1]


def test_a_search_for_what_no_name_contains_finds_nothing(world: World) -> None:
    world.filed()
    bureau = signed_in(world.people.han)
    for page in ("/outreach/", "/outreach/documents/"):
        assert said(bureau, f"{page}?search=%00")[0] == 200
    assert "没有这样的活动" in said(bureau, "/outreach/?search=%00")[1]


def test_nobody_is_sent_to_a_page_that_is_not_theirs(world: World) -> None:
    activity = world.filed()
    place, team = f"/outreach/activities/{activity.ref}/", f"/outreach/teams/{world.team.ref}/"
    town, bureau = signed_in(world.people.tang), signed_in(world.people.han)
    assert f'href="{team}"' in said(bureau, place)[1]
    assert f'href="{team}"' not in said(town, place)[1]
    assert said(town, team)[0] == 404
    with scoped(SYSTEM):
        Activity.objects.all().delete()
        Agent.objects.all().delete()
        Team.objects.all().delete()
    page = said(bureau, f"/outreach/channels/{world.channel.ref}/")[1]
    assert "渠道登记队伍以后会出现在这里" in page
    assert "在下面登记第一支队伍" in said(signed_in(world.people.jiang), "/outreach/teams/")[1]


def test_a_red_answer_gives_a_number_to_call(world: World) -> None:
    browser = Client()
    page = said(browser, "/check/", {"code": "00000000"})[1]
    assert page.count('href="tel:') >= 1
    page = said(browser, f"/check/village/?village={LOTUS_VILLAGE}")[1]
    assert 'href="tel:110"' in page
    assert said(browser, "/accounts/login/")[1].count('href="/check/"') >= 1
