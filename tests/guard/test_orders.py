"""Two keys of the police send an order to a platform in another process, which signs what it did."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.audit.logs import sequence
from tests.factories import signed_in
from tests.guard.conftest import KEY, LOG_TEXT, Send, gang_day, public_hex, with_second_factor
from tests.people import People, client_of
from tests.source_tree import REPOSITORY
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.joint_orders import receipt_bytes
from xinnong.guard.models import (
    Case,
    JointOrder,
    OrderAccount,
    OrderAppeal,
    OrderDelivery,
    OrderTarget,
)
from xinnong.guard.refusals import (
    AppealMoved,
    NotAsking,
    NotPolice,
    NotRestorable,
    OrderChanged,
    OrderKeyReused,
    OrderMoved,
    OrderNotLawful,
    ReceiptWrong,
    SecondOfficerNeeded,
    TargetUnknown,
    TargetWrong,
)
from xinnong.guard.services import detecting
from xinnong.guard.services import orders as services
from xinnong.guard.services.delivering import deliver_orders, keep_receipts, police_key
from xinnong.guard.services.requests import answer_request, request_order
from xinnong.guard.services.targets import decide_target, propose_target
from xinnong.guard.webhooks import NotDelivered, checked_address, post

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOBODY_LISTENS = "http://127.0.0.1:9/orders"


@pytest.fixture
def case(send: Send, rules: None) -> Case:
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        return Case.objects.get()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[str]:
    """The reference platform in a process of its own; answers where it listens."""
    path = tmp_path / "key.hex"
    path.write_text(KEY.private_bytes_raw().hex())
    public = police_key().public_key().public_bytes_raw().hex()
    command = [sys.executable, str(REPOSITORY / "examples" / "joint_order_platform.py"),
               "--port", "0", "--key", str(path), "--police", public, "--unknown", "13900000005",
               "--log-key", LOG_TEXT]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.terminate()


def register(people: People, url: str, code: str = "P1") -> OrderTarget:
    now = timezone.now()
    with scoped(people.qin):
        target = propose_target(
            actor=people.qin, code=code, name="某平台", url=url, public_key=public_hex(KEY),
            client="test-psb-339981", now=now,
        )  # fmt: skip
        with pytest.raises(SecondOfficerNeeded):
            decide_target(actor=people.qin, target=target, approve=True, now=now)
    with scoped(people.gu):
        return decide_target(actor=people.gu, target=target, approve=True, now=now)


def deliver(seconds: int = 0, now: datetime | None = None) -> int:
    """The log numbers what was issued and signs; then orders go out, with their proof."""
    sequence(timezone.now() + timedelta(seconds=seconds))
    return deliver_orders(now=now or timezone.now())


def sign(people: People, case: Case, kind: str = "suspend", **more: Any) -> JointOrder:
    told: dict[str, Any] = {
        "targets": ["P1"], "reason": "冒名批量开户", "days": 7, "key": uuid4(),
        "now": timezone.now(), "kind": kind,
    }  # fmt: skip
    with scoped(people.qin):
        return services.sign_order(actor=people.qin, case=case, **told | more)


def approve(people: People, order: JointOrder, now: datetime | None = None) -> JointOrder:
    with scoped(people.gu):
        return services.approve_order(
            actor=people.gu, order=order, sha256=order.sha256, now=now or timezone.now()
        )


def members(order: JointOrder) -> list[OrderAccount]:
    with scoped(SYSTEM):
        return list(OrderAccount.objects.filter(order=order).select_related("target", "order"))


def test_it_sends_an_order_of_two_keys_and_gives_a_wronged_elder_back(
    people: People, case: Case, platform: str, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, platform)
    key = uuid4()
    order = sign(people, case, key=key)
    assert sign(people, case, key=key).pk == order.pk
    with pytest.raises(OrderKeyReused):
        sign(people, case, kind="limit", key=key)
    assert (order.state, order.accounts) == ("signed", 6)
    assert deliver_orders(now=timezone.now()) == 0
    with scoped(people.qin), pytest.raises(NotPolice):
        services.approve_order(
            actor=people.qin, order=order, sha256=order.sha256, now=timezone.now()
        )
    with scoped(people.gu), pytest.raises(OrderChanged):
        services.approve_order(actor=people.gu, order=order, sha256="0" * 64, now=timezone.now())
    issued = approve(people, order)
    with pytest.raises(OrderMoved):
        approve(people, order)
    assert deliver() == 1
    found = members(issued)
    assert sorted(each.state for each in found) == ["done"] * 5 + ["not_found"]
    with scoped(SYSTEM):
        delivery = OrderDelivery.objects.get()
        assert (delivery.state, delivery.attempts) == ("answered", 1)
    elder = next(each for each in found if each.state == "done")
    with scoped(people.qin):
        services.take_appeal(actor=people.qin, account=elder, said="不是我的号", now=timezone.now())
        with pytest.raises(AppealMoved):
            services.take_appeal(actor=people.qin, account=elder, said="又来", now=timezone.now())
    with scoped(people.gu):
        services.restore_account(
            actor=people.gu, account=elder, reason="查清", key=uuid4(), now=timezone.now()
        )
        assert OrderAppeal.objects.get().state == "upheld"
        assert case.numbers.filter(holds=False).count() == 1
    assert deliver(seconds=20) == 1
    with urllib.request.urlopen(platform) as answer:  # noqa: S310 - the process started above
        told = json.loads(answer.read())
    assert told["orders"] == 2
    assert sorted(told["accounts"].values()) == ["free"] + ["suspended"] * 4


def test_it_closes_only_what_was_suspended_after_the_time_to_appeal(
    people: People, case: Case, platform: str, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, platform)
    with pytest.raises(OrderNotLawful) as refused:
        sign(people, case, kind="close")
    assert {each.code for each in refused.value.problems} == {"order.not_suspended"}
    approve(people, sign(people, case))
    deliver()
    with scoped(people.qin):
        missing = next(each for each in members(JointOrder.objects.get()) if each.state != "done")
        case.numbers.filter(mark=missing.mark).update(holds=False)
    with pytest.raises(OrderNotLawful) as refused:
        sign(people, case, kind="close")
    assert {each.code for each in refused.value.problems} == {"order.appeal_runs"}
    later = timezone.now() + timedelta(days=16)
    with scoped(people.qin):
        elder = next(each for each in members(JointOrder.objects.get()) if each.state == "done")
        appeal = services.take_appeal(actor=people.qin, account=elder, said="冤枉", now=later)
    with pytest.raises(OrderNotLawful) as refused:
        sign(people, case, kind="close", now=later)
    assert "order.appealed" in {each.code for each in refused.value.problems}
    with scoped(people.gu):
        services.reject_appeal(actor=people.gu, appeal=appeal, reason="查过", now=later)
    closing = approve(people, sign(people, case, kind="close", now=later), now=later)
    with scoped(people.gu), pytest.raises(NotRestorable):
        services.restore_account(
            actor=people.gu, account=members(closing)[0], reason="晚了", key=uuid4(), now=later
        )


def test_an_unlawful_order_is_refused_with_everything_against_it(
    people: People, case: Case, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    with pytest.raises(TargetUnknown):
        sign(people, case)
    register(people, NOBODY_LISTENS)
    for wrong, codes in (
        ({"kind": "freeze"}, {"order.kind"}),
        ({"days": 0, "reason": " "}, {"order.days", "order.reason"}),
        ({"days": 31}, {"order.days"}),
    ):
        with pytest.raises(OrderNotLawful) as refused:
            sign(people, case, **wrong)
        assert {each.code for each in refused.value.problems} == codes
    with scoped(people.chen), pytest.raises(NotPolice):
        services.sign_order(
            actor=people.chen, case=case, kind="suspend", targets=["P1"], reason="想停", days=7,
            key=uuid4(), now=timezone.now(),
        )  # fmt: skip
    with scoped(SYSTEM):
        assert not JointOrder.objects.exists()


def test_more_than_two_hundred_accounts_need_a_third_key(
    people: People, case: Case, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, NOBODY_LISTENS)
    order = sign(people, case)
    with scoped(SYSTEM):
        JointOrder.objects.filter(pk=order.pk).update(accounts=201)
    waiting = approve(people, order)
    assert waiting.state == "approved"
    with pytest.raises(SecondOfficerNeeded):
        approve(people, order)
    third = with_second_factor(
        set_user(
            username="bai", name="白局长", roles=["chief"], institution=people.gu.institution,
            areas=[], password=None, now=timezone.now(),
        )
    )  # fmt: skip
    with scoped(third):
        done = services.approve_order(
            actor=third, order=order, sha256=order.sha256, now=timezone.now()
        )
    assert done.state == "issued"


def test_a_dark_platform_is_tried_again_and_a_changed_order_never_leaves(
    people: People, case: Case, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, NOBODY_LISTENS)
    order, now = approve(people, sign(people, case)), timezone.now()
    assert deliver_orders(now=now) == deliver_orders(now=now) == 0
    assert deliver_orders(now=now + timedelta(minutes=3)) == 0
    with scoped(SYSTEM):
        found = OrderDelivery.objects.get()
        assert (found.attempts, found.state, found.problem) == (2, "waiting", "unreachable")
        JointOrder.objects.filter(pk=order.pk).update(document=b'{"accounts": []}')
    assert deliver_orders(now=now + timedelta(hours=3)) == 0
    with scoped(SYSTEM):
        found = OrderDelivery.objects.get()
        assert (found.state, found.problem) == ("failed", "order changed")


def test_a_receipt_counts_only_with_the_platform_s_signature(
    people: People, case: Case, settings: Any
) -> None:
    settings.XINNONG_LOCAL_TARGETS = True
    register(people, NOBODY_LISTENS)
    order = approve(people, sign(people, case))
    with scoped(SYSTEM):
        OrderDelivery.objects.update(state="sent", sent_at=timezone.now())
        delivery = OrderDelivery.objects.get()
    told: dict[str, Any] = {"outcome": "done", "at": "2026-11-27T10:00:00+08:00"}
    receipts = [
        told | {"mark": each.mark, "signature": KEY.sign(
            receipt_bytes(order=str(order.ref), sha256=order.sha256, target="P1", mark=each.mark, **told)
        ).hex()}
        for each in members(order)
    ]  # fmt: skip
    stranger = Ed25519PrivateKey.generate().sign(b"x").hex()
    for wrong in ({"signature": stranger}, {"outcome": "refused"}, {"mark": "0" * 32}, {"x": 1}):
        with pytest.raises(ReceiptWrong):
            keep_receipts(
                actor=SYSTEM_ACTOR, delivery=delivery, receipts=[receipts[0], receipts[1] | wrong],
                now=timezone.now(),
            )  # fmt: skip
    assert {each.state for each in members(order)} == {"waiting"}
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client_of("PSB-339981"),
            scopes=[Permission.ANSWER_ORDERS], lifetime=timedelta(days=1), now=timezone.now(),
        )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    address = f"/api/v1/joint-orders/{order.ref}"
    assert Client().get(address, headers=headers).json()["sha256"] == order.sha256
    for left in (0, 0):
        answer = Client().post(
            f"{address}/receipts", {"receipts": receipts}, content_type="application/json",
            headers=headers,
        )  # fmt: skip
        assert answer.json()["left"] == left
    assert {each.state for each in members(order)} == {"done"}


@pytest.mark.parametrize(
    "url",
    ["http://example.org/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x",
     "https://u:p@example.org/", "https://example.org/?q=1", "https://0x7f.1/", "ftp://example.org/",
     "https://2130706433/", "https://example.org:99999/", "", "file:///etc/passwd"],
)  # fmt: skip
def test_it_registers_no_address_that_leads_inside(people: People, url: str) -> None:
    with pytest.raises(TargetWrong):
        checked_address(url)
    with pytest.raises(NotDelivered):
        post(url, b"{}", {})


def test_bureau_and_bank_ask_and_the_police_answer(people: People) -> None:
    key, now = uuid4(), timezone.now()
    asked = request_order(actor=people.han, said="请停", case_number=None, key=key, now=now)
    assert (
        request_order(actor=people.han, said="请停", case_number=None, key=key, now=now).pk
        == asked.pk
    )
    with pytest.raises(NotAsking):
        request_order(actor=people.wu, said="请停", case_number=None, key=uuid4(), now=now)
    with scoped(people.qin):
        answer_request(actor=people.qin, request=asked, answer="已立案", now=now)
    han = signed_in(people.han)
    page = han.get("/guard/requests/").content.decode()
    assert "已立案" in page
    assert people.han.institution is not None
    assert people.han.institution.shown_name in page
    assert people.han.institution.code not in page
    form = {"said": "请停", "case_number": "9" * 40, "key": str(uuid4())}
    assert han.post("/guard/requests/", form).status_code == 422
    told = han.post("/guard/requests/", form | {"case_number": ""}, follow=True)
    assert "交给公安了" in told.content.decode()
    assert "已立案" not in signed_in(people.chen).get("/guard/requests/").content.decode()
    with scoped(people.han), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM guard_orderrequest")
        assert cursor.fetchone() == (0,)
