"""Wang borrows on the phone, Lin and Chen decide, Lin signs; and a neighbour without a phone."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.lending.origination.story import CARD, Story, counts, report_file, states
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.cost import most_interest_minor
from xinnong.core.origination import last_day
from xinnong.lending.models import (
    Application,
    AuthorityLimit,
    BankCard,
    Contract,
    CreditReportQuery,
    Decision,
)
from xinnong.privacy.models import Listing, Read
from xinnong.web import figures

KEY = re.compile(r'name="key" value="([0-9a-f-]{36})"')
WISH = {
    "amount": "40000",
    "months": "12",
    "method": "at_maturity",
    "purpose": "seed_and_fertiliser",
}
SIGNING = {"identity_check": "idcheck/77", "photo": "photo/9"}


def scan() -> SimpleUploadedFile:
    """A scanned page."""
    return SimpleUploadedFile("page.png", b"a scanned page")


def send(client: Client, address: str, step: str = "", **form: object) -> str:
    """Fill in a page as it stands, with its key; the address that it leads to."""
    shown = client.get(address).content.decode()
    key = KEY.findall(shown)[0] if KEY.findall(shown) else ""
    answer = client.post(address, {"key": key, "step": step, **form})
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    return str(answer["Location"])


@pytest.fixture
def wus(story: Story) -> Client:
    return signed_in(story.people.wu)


@pytest.fixture
def lins(story: Story) -> Client:
    return signed_in(story.people.lin)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_from_the_phone_to_a_contract_that_waits_for_money(
    story: Story, wus: Client, lins: Client
) -> None:
    offer = story.offers["inclusive"]
    assert "普惠贷" in text(wus, "/borrow/")
    mine = send(wus, f"/borrow/{offer.ref}/", "ask", **WISH)
    assert "工作人员正在看" in text(wus, mine)
    application = f"/loans{mine.removeprefix('/borrow')}"
    assert "王大山" in text(lins, "/loans/")
    page = text(lins, application)
    assert "超过了自动审批的上限" in page
    assert "没有不符合的地方" in page
    send(lins, application, "decide", outcome="approve", amount="40000", months="12")
    contract = send(lins, application, "draft")
    send(lins, contract, "sign", **SIGNING, scan_sha256=scan())
    send(lins, application, "ask-report", authorisation=scan(), authorised_on="2026-01-05")
    with scoped(SYSTEM):
        asked = CreditReportQuery.objects.get()
    upload = SimpleUploadedFile("answer.json", report_file(asked))
    send(lins, application, "file-report", query=str(asked.ref), report=upload)
    send(lins, contract, "condition", condition="credit_report")
    assert states(Contract) == ["in_force"]
    with scoped(SYSTEM):
        kept = Contract.objects.values_list("scan_sha256", flat=True).get()
    assert kept == sha256(b"a scanned page").hexdigest()
    send(lins, contract, "card", number=CARD, bank="穗浦农村商业银行")
    assert "新绑的卡" in text(lins, contract)
    own = f"/borrow{contract.removeprefix('/loans')}"
    assert "银行卡是新绑的" in text(wus, own)
    assert "尾号 0124" in text(wus, own)
    assert "系统里查到的" in text(lins, contract)
    assert "run:" not in text(lins, contract) + text(wus, own)


def test_both_sides_download_the_same_paper(story: Story, wus: Client, lins: Client) -> None:
    contract = story.draft(story.apply())
    papers = [c.get(f"/loans/contracts/{contract.ref}/paper.pdf") for c in (wus, lins)]
    assert [paper["Content-Type"] for paper in papers] == ["application/pdf"] * 2
    assert papers[0].content == papers[1].content
    assert "王大山" in PdfReader(BytesIO(papers[0].content)).pages[0].extract_text()
    for who in ("zhao", "xu", "mo", "zheng"):
        stranger = signed_in(getattr(story.people, who))
        assert stranger.get(f"/loans/contracts/{contract.ref}/paper.pdf").status_code == 404


def test_it_says_what_it_costs_before_anything_is_handed_in(story: Story, wus: Client) -> None:
    offer = story.offers["inclusive"]
    before, key = counts(), KEY.findall(text(wus, f"/borrow/{offer.ref}/"))[0]
    answer = wus.post(f"/borrow/{offer.ref}/", {**WISH, "step": "look", "key": key})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "每 1,000 元用一天的利息" in page
    assert "利息最多" in page
    rate = story.line().rate_percent
    assert rate is not None
    today = timezone.localdate()
    most = most_interest_minor(
        4_000_000, rate, from_on=today, until_on=last_day(today, 12), day_count="actual/360"
    )
    assert figures.yuan(most) in page
    assert counts() == before


def test_a_button_pressed_twice_hands_in_once(story: Story, wus: Client) -> None:
    address = f"/borrow/{story.offers['inclusive'].ref}/"
    key = KEY.findall(text(wus, address))[0]
    answers = [wus.post(address, {**WISH, "key": key, "step": "ask"}) for _twice in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert len(states(Application)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"amount": "many"}, {"amount": ""}, {"amount": "0"}, {"amount": "-5"}, {"amount": "0.00"},
     {"amount": "99999999"}, {"months": "600"}, {"months": "0"}, {"method": "flat"}, {"purpose": "stocks"},
     {"key": "x"}, {"amount": "1" * 30}],
)  # fmt: skip
def test_a_form_that_is_wrong_keeps_what_was_typed(
    story: Story, wus: Client, changes: dict[str, str]
) -> None:
    address = f"/borrow/{story.offers['inclusive'].ref}/"
    key = KEY.findall(text(wus, address))[0]
    before = counts()
    answer = wus.post(address, {**WISH, "key": key, "step": "ask", **changes})
    assert answer.status_code == 422
    assert counts() == before


def test_a_granted_line_is_taken_up_in_two_taps(story: Story, wus: Client) -> None:
    """The first tap opens the page, filled in; the second hands in what stands there."""
    (address,) = set(re.findall(r'href="(/borrow/[0-9a-f-]+/\?taken=line)"', text(wus, "/borrow/")))
    page = text(wus, address)
    chosen = dict(re.findall(r'name="(amount|months)" value="([0-9]+)"', page))
    left = story.line().line_minor // 100
    assert chosen == {"amount": str(left), "months": "12"}
    send(wus, address, "ask", **WISH | chosen)
    with scoped(SYSTEM):
        application = Application.objects.get()
    assert (application.channel, application.amount_minor) == ("pre_offered", left * 100)


def test_a_refusal_is_said_plainly_with_what_to_do(story: Story, wus: Client) -> None:
    over = story.line().line_minor // 100 + 100
    mine = send(wus, f"/borrow/{story.offers['inclusive'].ref}/", "ask", **WISH | {"amount": over})
    page = text(wus, mine)
    assert "申请的金额超过了还可以借的额度" in page
    assert "可以把金额改到额度以内再申请" in page
    send(wus, mine, "person")
    assert states(Application) == ["in_review"]


def test_a_neighbours_loan_is_not_there(story: Story, lins: Client) -> None:
    application = story.apply()
    contract = story.draft(application)
    wu = story.people.wu
    wu.person_ref = story.person("李大山").ref
    wu.save(update_fields=["person_ref"])
    neighbour = signed_in(wu)
    for address in (f"applications/{application.ref}", f"contracts/{contract.ref}"):
        assert neighbour.get(f"/borrow/{address}/").status_code == 404
        assert neighbour.post(f"/borrow/{address}/", {"step": "cancel"}).status_code == 404
    rival = signed_in(story.people.zhao)
    for address in (f"applications/{application.ref}", f"contracts/{contract.ref}"):
        assert rival.get(f"/loans/{address}/").status_code == 404
        assert rival.post(f"/loans/{address}/", {"step": "withdraw"}).status_code == 404
    wu.person_ref = story.borrower.ref
    wu.save(update_fields=["person_ref"])


def test_somebody_without_a_phone_borrows_at_the_counter(story: Story, lins: Client) -> None:
    tail = story.sample.rids["王大山"][-6:]
    page = lins.post("/loans/counter/", {"tail": tail.lower(), "name": "王大山"}).content.decode()
    form = f"/loans/for/{story.borrower.ref}/"
    assert form in page
    with scoped(SYSTEM):
        assert Listing.objects.get(asked="tail6").households == [story.borrower.household_id]
    offer = f"{form}?offer={story.offers['inclusive'].ref}"
    application = send(lins, offer, **WISH, channel="outlet", wants_letter="on")
    send(lins, application, "decide", outcome="refuse", reasons=["officer.purpose"])
    letter = text(lins, f"{application}letter/")
    assert "用途没有说清楚" in letter
    assert "要求由人重新审查" in letter
    assert "打印告知信" in text(lins, application)


@pytest.mark.parametrize("form", [
    {"tail": "00000A", "name": "王大山"}, {"tail": "", "name": "王大山"}, {"tail": "000019", "name": ""},
])  # fmt: skip
def test_the_counter_asks_for_tail_and_name(
    story: Story, lins: Client, form: dict[str, str]
) -> None:
    assert lins.post("/loans/counter/", form).status_code == 422


def test_the_counter_finds_nobody_by_half(story: Story, lins: Client) -> None:
    tail = story.sample.rids["王大山"][-6:]
    page = lins.post("/loans/counter/", {"tail": tail, "name": "李大山"}).content.decode()
    assert "没有找到这个人" in page


def test_every_look_at_an_application_is_on_record(story: Story, lins: Client) -> None:
    application = story.apply()
    text(lins, f"/loans/applications/{application.ref}/")
    with scoped(SYSTEM):
        read = Read.objects.get()
    assert (read.actor, read.purpose, read.case) == (
        story.people.lin.ref, "application", str(application.ref),
    )  # fmt: skip
    assert read.household_id == application.household_id


def test_the_second_person_needs_a_second_factor(story: Story, lins: Client) -> None:
    application = story.apply(amount_minor=8_000_000)
    address = f"/loans/applications/{application.ref}/"
    send(lins, address, "decide", outcome="approve")
    assert "等另一位有权限的同事复核" in text(lins, address)
    assert "等复核" in text(lins, "/loans/")
    plain, proven = signed_in(story.people.chen), past_second_factor(story.people.chen)
    key = {"key": "01900000-0000-7000-8000-000000000009"}
    assert "请先开启两步验证" in text(plain, address)
    answer = plain.post(address, {"step": "confirm", "outcome": "approve", **key})
    assert answer.status_code == 422
    assert states(Application) == ["in_review"]
    send(proven, address, "confirm", outcome="approve")
    assert states(Application) == ["approved"]
    with scoped(SYSTEM):
        assert Decision.objects.order_by("-id").values_list("kind", flat=True).first() == "second"


def test_a_refused_approval_names_everything_in_its_way(story: Story, lins: Client) -> None:
    application = story.apply(amount_minor=story.line().line_minor + 10_000, wants_person=True)
    address = f"/loans/applications/{application.ref}/"
    key = {"key": "01900000-0000-7000-8000-000000000009"}
    answer = lins.post(address, {"step": "decide", "outcome": "approve", **key})
    assert answer.status_code == 422
    assert "还不能同意，因为" in answer.content.decode()
    assert states(Application) == ["in_review"]


def test_two_managers_set_a_limit(story: Story) -> None:
    chens, bais = past_second_factor(story.people.chen), past_second_factor(story.bai)
    form = {"role": "officer", "alone": "60000", "second": "120000", "from_on": "2999-01-01"}
    send(chens, "/loans/authority/", "propose", **form)
    with scoped(SYSTEM):
        limit = AuthorityLimit.objects.get(confirmed_by=None)
    own = chens.post("/loans/authority/", {"step": "confirm", "limit": str(limit.ref)})
    assert own.status_code == 422
    assert "等第二人确认" in text(chens, "/loans/authority/")
    send(bais, "/loans/authority/", "confirm", limit=str(limit.ref))
    with scoped(SYSTEM):
        assert AuthorityLimit.objects.get(pk=limit.pk).confirmed_by == story.bai.ref


def test_whoever_proposed_a_limit_takes_it_back(story: Story) -> None:
    chens, bais = past_second_factor(story.people.chen), past_second_factor(story.bai)
    form = {"role": "officer", "alone": "60000", "second": "120000", "from_on": "2999-01-01"}
    send(chens, "/loans/authority/", "propose", **form)
    with scoped(SYSTEM):
        limit = AuthorityLimit.objects.get(confirmed_by=None)
    named = {"limit": str(limit.ref)}
    others = bais.post("/loans/authority/", {"step": "withdraw", **named})
    assert (others.status_code, "只有提出的人能撤回" in others.content.decode()) == (422, True)
    assert "您提出的" not in text(bais, "/loans/authority/")
    for _again in range(2):
        send(chens, "/loans/authority/", "withdraw", **named)
    assert "已撤回" in text(chens, "/loans/authority/")
    assert "等您确认" not in text(bais, "/loans/authority/")
    assert bais.post("/loans/authority/", {"step": "confirm", **named}).status_code == 422
    with scoped(SYSTEM):
        assert AuthorityLimit.objects.get(pk=limit.pk).confirmed_by is None
        done = Entry.objects.filter(action="lending.withdraw-limit")
        assert [(each.actor, each.subject) for each in done] == [(story.people.chen.ref, limit.ref)]


def test_an_officer_takes_back_an_approval_that_waits(story: Story, lins: Client) -> None:
    application = story.apply(amount_minor=8_000_000)
    address = f"/loans/applications/{application.ref}/"
    send(lins, address, "decide", outcome="approve")
    chens = past_second_factor(story.people.chen)
    refused = chens.post(address, {"step": "withdraw-approval"})
    assert (refused.status_code, "只有提出的人能撤回" in refused.content.decode()) == (422, True)
    assert "撤回我的同意" not in text(chens, address)
    assert "撤回我的同意" in text(lins, address)
    send(lins, address, "withdraw-approval")
    assert "审查人收回了意见" in text(lins, address)
    assert lins.post(address, {"step": "withdraw-approval"}).status_code == 422
    key = {"key": "01900000-0000-7000-8000-000000000009"}
    late = chens.post(address, {"step": "confirm", "outcome": "approve", **key})
    assert (late.status_code, states(Application)) == (422, ["in_review"])
    with scoped(SYSTEM):
        assert Entry.objects.filter(
            action="lending.withdraw-approval", actor=story.people.lin.ref
        ).count() == 1  # fmt: skip
    send(lins, address, "decide", outcome="approve", amount="40000")
    assert states(Application) == ["approved"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_reads_in_both_languages(
    story: Story, lins: Client, wus: Client, language: str
) -> None:
    contract = story.draft(story.apply())
    application = contract.application
    for client, addresses in (
        (lins, ["/loans/", "/loans/counter/", f"/loans/for/{story.borrower.ref}/",
                f"/loans/applications/{application.ref}/", f"/loans/contracts/{contract.ref}/",
                f"/loans/applications/{application.ref}/letter/"]),
        (wus, ["/borrow/", f"/borrow/{story.offers['online'].ref}/",
               f"/borrow/applications/{application.ref}/", f"/borrow/contracts/{contract.ref}/"]),
    ):  # fmt: skip
        client.cookies["django_language"] = language
        for address in addresses:
            page = text(client, address)
            if language == "en":
                main = page.split("<main", 1)[1].split("</main>")[0]
                main = re.sub(r"王大山|穗浦农村商业银行|中文", "", main)
                assert re.findall(r"[\u4e00-\u9fff]+", main) == [], address


@pytest.mark.parametrize("step", ["", "burn", "approve"])
def test_an_unknown_step_does_nothing(story: Story, lins: Client, wus: Client, step: str) -> None:
    contract = story.draft(story.apply())
    addresses = {
        f"/loans/applications/{contract.application.ref}/": lins,
        f"/loans/contracts/{contract.ref}/": lins,
        f"/borrow/applications/{contract.application.ref}/": wus,
        f"/borrow/contracts/{contract.ref}/": wus,
    }
    for address, client in addresses.items():
        assert client.post(address, {"step": step}).status_code == 404
    assert (states(Application), states(Contract)) == (["approved"], ["drafted"])
    with scoped(SYSTEM):
        assert BankCard.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    ["state=refused", "channel=phone&product=tea", "after=999999999999999999",
     "before=1", "after=x%00y"],
)  # fmt: skip
def test_the_queue_survives_any_address(story: Story, lins: Client, query: str) -> None:
    story.apply(wants_person=True)
    assert lins.get(f"/loans/?{query}").status_code == 200


@pytest.mark.parametrize("query", ["state=nowhere", "product=%27%3B--", "channel=%00"])
def test_the_queue_shows_nobody_by_a_filter_that_is_not_known(
    story: Story, lins: Client, query: str
) -> None:
    story.apply(wants_person=True)
    answer = lins.get(f"/loans/?{query}")
    assert answer.status_code == 422
    assert "<table" not in answer.content.decode()


def test_the_queue_turns_its_pages(story: Story, lins: Client) -> None:
    """Twenty-one applications: twenty on the first page, the oldest on the second."""
    application = story.apply(wants_person=True)
    with scoped(story.people.lin):
        copies = [Application.objects.get() for _copy in range(20)]
        for copy in copies:
            copy.pk, copy.ref = None, uuid4()
        Application.objects.bulk_create(copies)
    first = text(lins, "/loans/")
    assert len(re.findall(r"/loans/applications/", first)) == 20
    assert str(application.ref) not in first
    after = re.findall(r'href="(\?after=[0-9]+)" rel="next"', first)[0]
    assert str(application.ref) in text(lins, f"/loans/{after}")
