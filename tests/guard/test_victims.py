"""A victim is told by a message nobody else sees, reads why on the own page, appeals, and reads the answer."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from tests.factories import Sample, sample_county, signed_in
from tests.guard.conftest import Send, registration, with_second_factor
from tests.guard.test_orders import NOBODY_LISTENS, approve, members, register, sign
from tests.people import People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.guard.models import Case, JointOrder, OrderAccount, OrderAppeal, VictimNotice
from xinnong.guard.refusals import (
    AppealMoved,
    CaseMoved,
    NobodyToTell,
    NotPolice,
    NotYourAccount,
)
from xinnong.guard.services import detecting
from xinnong.guard.services import orders as order_services
from xinnong.guard.services.cases import label_case
from xinnong.guard.services.messages import send_messages
from xinnong.guard.services.victims import take_own_appeal, tell_victims
from xinnong.outreach.sms import JsonLines
from xinnong.privacy.models import Read

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
County = tuple[People, Sample]
PAGE = "/guard/mine/"


@pytest.fixture(scope="module")
def county(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[County]:
    with sample_county(django_db_blocker) as made:
        yield made


@pytest.fixture
def people(county: County, db: None) -> People:
    detecting._engines.clear()
    with_second_factor(county[0].qin)
    with_second_factor(county[0].gu)
    return county[0]


@pytest.fixture
def phones(county: County) -> list[str]:
    """Six numbers of the register; the first is the farmer's own."""
    return list(county[1].phones.values())[:6]


@pytest.fixture
def farmer(people: People, county: County, phones: list[str]) -> Client:
    name = next(name for name, phone in county[1].phones.items() if phone == phones[0])
    person = county[1].people[name].ref
    User.objects.filter(pk=people.wu.pk).update(person_ref=person)
    people.wu.refresh_from_db()
    return signed_in(people.wu)


@pytest.fixture
def case(send: Send, rules: None, phones: list[str]) -> Case:
    now = timezone.now()
    send([
        registration(
            victim * 4 + place, now - timedelta(minutes=30 - place), phone=phone,
            platform=f"P{place}",
        )
        for victim, phone in enumerate(phones)
        for place in range(4)
    ])  # fmt: skip
    detecting.detect(now=now + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


@pytest.fixture
def issued(people: People, case: Case, settings: Any) -> JointOrder:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, NOBODY_LISTENS)
    return approve(people, sign(people, case))


def sent_now() -> list[dict[str, Any]]:
    out = io.StringIO()
    send_messages(JsonLines(out, out), now=timezone.now())
    return [json.loads(line) for line in out.getvalue().splitlines()]


def own_account(farmer: Client) -> dict[str, str]:
    page = farmer.get(PAGE).content.decode()
    ref = page.partition('name="account" value="')[2].partition('"')[0]
    return {"account": ref}


def test_the_message_goes_to_the_numbers_themselves_once(
    people: People, case: Case, phones: list[str]
) -> None:
    qin, address = signed_in(people.qin), f"/guard/cases/{case.ref}/"
    assert "还没有通知 6" in qin.get(address).content.decode()
    with scoped(people.qin):
        released = case.numbers.order_by("pk")[0]
        released.holds = False
        released.save()
    form = {"step": "tell", "key": str(uuid4())}
    assert [qin.post(address, form).status_code for _again in range(2)] == [302, 422]
    with scoped(SYSTEM):
        assert VictimNotice.objects.count() == 5
        late = VictimNotice.objects.order_by("pk")[0]
        case.numbers.filter(mark=late.mark).update(holds=False)
    found = sent_now()
    assert len(found) == 4
    assert {each["to"] for each in found} < set(phones)
    assert all("".join(each["parts"]).startswith("【公安提醒】") for each in found)
    assert sent_now() == []
    page = qin.get(address).content.decode()
    assert ("已发 4" in page, any(phone in page for phone in phones)) == (True, False)
    with scoped(SYSTEM):
        assert Entry.objects.get(action="guard.tell-victims").counts == {"numbers": 5}
        assert Entry.objects.get(action="guard.send-notices").counts == {"messages": 4}
    for actor in (people.chen, people.xu, people.wu):
        with scoped(actor), pytest.raises(NotPolice):
            tell_victims(actor=actor, case=case, now=timezone.now())
    with scoped(people.qin):
        with pytest.raises(NobodyToTell):
            tell_victims(actor=people.qin, case=case, now=timezone.now())
        label_case(actor=people.qin, case=case, verdict="gang", reason="抓到", close=True, now=timezone.now())  # fmt: skip
        with pytest.raises(CaseMoved):
            tell_victims(actor=people.qin, case=case, now=timezone.now())


def test_a_victim_reads_why_appeals_and_is_given_back(
    people: People, farmer: Client, issued: JointOrder
) -> None:
    page = farmer.get(PAGE).content.decode()
    assert "公安请平台先停用" in page
    assert "公安正在核查您的号码" in page
    for secret in ("冒名批量开户", str(issued.sha256), "秦警官", "顾局长"):
        assert secret not in page
    form = own_account(farmer)
    for _again in range(2):
        assert farmer.post(PAGE, form).status_code == 302
    with scoped(SYSTEM):
        appeal = OrderAppeal.objects.get()
        assert (appeal.is_own, appeal.taken_by, appeal.state) == (True, people.wu.ref, "open")
        assert Entry.objects.filter(action="guard.take-own-appeal").count() == 1
        assert Read.objects.filter(actor=people.wu.ref, fields=["accounts"]).exists()
    assert "待处理" in farmer.get(PAGE).content.decode()
    assert "本人提出" in signed_in(people.gu).get("/guard/orders/").content.decode()
    with scoped(people.gu):
        account = OrderAccount.objects.select_related("target", "order").get(ref=form["account"])
        order_services.restore_account(
            actor=people.gu, account=account, reason="查清，是本人开的", key=uuid4(),
            now=timezone.now(),
        )  # fmt: skip
    page = farmer.get(PAGE).content.decode()
    assert "查清，是本人开的" in page
    assert 'name="account"' not in page
    with pytest.raises(AppealMoved):
        take_own_appeal(actor=people.wu, account=account.ref, said="再来", now=timezone.now())


def test_a_refused_appeal_shows_its_answer_and_can_be_made_again(
    people: People, farmer: Client, issued: JointOrder
) -> None:
    assert farmer.post(PAGE, own_account(farmer) | {"said": "我自己开的"}).status_code == 302
    with scoped(people.gu):
        appeal = OrderAppeal.objects.select_related("account").get()
        assert appeal.said == "我自己开的"
        order_services.reject_appeal(
            actor=people.gu, appeal=appeal, reason="平台查到是别人的手机开的", now=timezone.now()
        )
    assert "平台查到是别人的手机开的" in farmer.get(PAGE).content.decode()
    assert farmer.post(PAGE, own_account(farmer)).status_code == 302
    with scoped(SYSTEM):
        assert OrderAppeal.objects.count() == 2


def test_nobody_sees_or_appeals_for_another_s_number(
    people: People, farmer: Client, issued: JointOrder
) -> None:
    mine = own_account(farmer)["account"]
    others = [each for each in members(issued) if str(each.ref) != mine]
    assert len(others) == 5
    assert farmer.get(PAGE).content.decode().count('name="account"') == 1
    for ref in (others[0].ref, uuid4()):
        assert farmer.post(PAGE, {"account": str(ref)}).status_code == 422
    assert farmer.post(PAGE, {"account": "x"}).status_code == 404
    for actor in (people.mo, people.chen):
        with pytest.raises(NotYourAccount):
            take_own_appeal(actor=actor, account=others[0].ref, said="x", now=timezone.now())
    User.objects.filter(pk=people.wu.pk).update(person_ref=None)
    page = signed_in(User.objects.get(pk=people.wu.pk)).get(PAGE).content.decode()
    assert "登记里没有您的手机号" in page
    with scoped(SYSTEM):
        JointOrder.objects.update(issued_at=None, state="signed")
        assert not OrderAppeal.objects.exists()
