"""An order carries the proof of its issue, and the platform does nothing that is not in the signed log."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.test import Client
from django.utils import timezone

from tests.audit.logs import cosign, register_all, sequence, write
from tests.factories import signed_in
from tests.guard.conftest import KEY, LOG_TEXT, Send, gang_day
from tests.guard.test_orders import NOBODY_LISTENS, approve, members, register, sign
from tests.people import People, client_of
from tests.source_tree import REPOSITORY
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services.tokens import issue_token
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.guard.models import Case, JointOrder, OrderDelivery
from xinnong.guard.papers import order_data
from xinnong.guard.queries.evidence import order_evidence
from xinnong.guard.services import detecting
from xinnong.guard.services import orders as services
from xinnong.guard.services.delivering import order_body, police_key

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Told = dict[str, Any]


def example() -> ModuleType:
    path = REPOSITORY / "examples" / "joint_order_platform.py"
    spec = importlib.util.spec_from_file_location("joint_order_platform", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE = example()


def platform(log_key: str = LOG_TEXT) -> Any:
    return EXAMPLE.Platform(KEY, police_key().public_key(), [log_key], set())


def handed(told: Told | bytes, *, to: Any = None, signer: Ed25519PrivateKey | None = None) -> int:
    """What the platform answers to a body that the police's key signed."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    message = b"xinnong-order\n" + hashlib.sha256(body).hexdigest().encode()
    taker = to or platform()
    try:
        taker.take(body, (signer or police_key()).sign(message).hex())
    except EXAMPLE.NotTaken as refused:
        assert taker.accounts == {}
        return int(refused.status)
    return len(taker.accounts)


@pytest.fixture
def issued(people: People, send: Send, rules: None, settings: Any) -> JointOrder:
    settings.XINNONG_LOCAL_TARGETS = True
    send(gang_day(timezone.now() - timedelta(minutes=30), victims=6))
    detecting.detect(now=timezone.now() + timedelta(minutes=3))
    with scoped(SYSTEM):
        case = Case.objects.get()
    register(people, NOBODY_LISTENS)
    return approve(people, sign(people, case))


def body_of(order: JointOrder) -> Told:
    with scoped(SYSTEM):
        delivery = OrderDelivery.objects.select_related("order", "target").get(order=order)
        told: Told = json.loads(order_body(delivery))
    return told


def test_the_platform_waits_for_the_proof_and_then_acts(people: People, issued: JointOrder) -> None:
    told = body_of(issued)
    assert (told["evidence"], told["evidence_at"]) == (None, f"/api/v1/joint-orders/{issued.ref}")
    assert handed(told) == EXAMPLE.TOO_EARLY
    write(700)  # others' entries, so that the way to the root is long
    register_all()
    sequence(timezone.now())
    cosign("police", "notary")
    write(300)
    sequence(timezone.now() + timedelta(seconds=20))
    told = body_of(issued)
    assert told["evidence"]["witnesses"] == ["notary", "police"]
    assert handed(told) == 6
    restored = elder_restored(people, issued)
    sequence(timezone.now() + timedelta(seconds=40))
    assert handed(body_of(restored)) == 1


def elder_restored(people: People, order: JointOrder) -> JointOrder:
    with scoped(people.gu):
        return services.restore_account(
            actor=people.gu, account=members(order)[0], reason="查清", key=uuid4(),
            now=timezone.now(),
        )  # fmt: skip


def changed_account(told: Told) -> None:
    """Somebody with the police's key puts another number into what was issued."""
    document = json.loads(told["document"])
    document["accounts"][0]["mark"] = "0" * 32
    told["document"] = json.dumps(document)
    told["sha256"] = hashlib.sha256(told["document"].encode()).hexdigest()


def changed_kind(told: Told) -> None:
    told["document"] = told["document"].replace('"suspend"', '"close"')
    told["sha256"] = hashlib.sha256(told["document"].encode()).hexdigest()


def changed_checksum_in_leaf(told: Told) -> None:
    changed_account(told)
    leaf = base64.b64decode(told["evidence"]["leaf"])
    told["evidence"]["leaf"] = base64.b64encode(leaf[:-64] + told["sha256"].encode()).decode()


def shorter_way(told: Told) -> None:
    told["evidence"]["proof"] = told["evidence"]["proof"][:-1]


def other_step(told: Told) -> None:
    told["evidence"]["proof"][0] = base64.b64encode(b"\0" * 32).decode()


def other_index(told: Told) -> None:
    told["evidence"]["index"] += 1


def larger_checkpoint(told: Told) -> None:
    size = str(told["evidence"]["size"])
    note = told["evidence"]["checkpoint"]
    told["evidence"]["checkpoint"] = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1)


def no_signature(told: Told) -> None:
    told["evidence"]["checkpoint"] = told["evidence"]["checkpoint"].rpartition("\n\n")[0] + "\n\n"


def nonsense(told: Told) -> None:
    told["evidence"] = {"leaf": "////", "proof": 7}


@pytest.mark.parametrize(
    "tamper",
    [changed_account, changed_kind, changed_checksum_in_leaf, shorter_way, other_step, other_index,
     larger_checkpoint, no_signature, nonsense],
)  # fmt: skip
def test_a_changed_order_or_proof_is_refused(
    issued: JointOrder, tamper: Callable[[Told], None]
) -> None:
    sequence(timezone.now())
    told = body_of(issued)
    assert handed(told) == 6
    tamper(told)
    assert handed(told) == EXAMPLE.FORBIDDEN


def test_a_proof_of_another_order_or_log_is_refused(people: People, issued: JointOrder) -> None:
    other = elder_restored(people, issued)
    sequence(timezone.now())
    told = body_of(issued)
    assert handed({**told, "evidence": body_of(other)["evidence"]}) == EXAMPLE.FORBIDDEN
    stranger = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    name, hint, _key = LOG_TEXT.split("+", 2)
    key = f"{name}+{hint}+{base64.b64encode(bytes([1]) + stranger).decode()}"
    assert handed(told, to=platform(key)) == EXAMPLE.FORBIDDEN
    assert handed(told, signer=Ed25519PrivateKey.generate()) == EXAMPLE.FORBIDDEN
    with scoped(SYSTEM):
        JointOrder.objects.filter(pk=issued.pk).update(sha256="0" * 64)
        issued.refresh_from_db()
    assert order_evidence(issued) is None


def test_program_page_and_paper_show_the_proof(people: People, issued: JointOrder) -> None:
    with scoped(SYSTEM):
        token = issue_token(
            actor=SYSTEM_ACTOR, client=client_of("PSB-339981"),
            scopes=[Permission.ANSWER_ORDERS], lifetime=timedelta(days=1), now=timezone.now(),
        )  # fmt: skip
        OrderDelivery.objects.update(state="sent", sent_at=timezone.now())
    headers = {"Authorization": f"Bearer {token}"}
    address = f"/api/v1/joint-orders/{issued.ref}"
    assert Client().get(address, headers=headers).json()["evidence"] is None
    paper = order_data(issued, members(issued), names=["秦"], police="公安局")
    assert address in json.dumps(paper, ensure_ascii=False)
    sequence(timezone.now())
    evidence = Client().get(address, headers=headers).json()["evidence"]
    assert evidence == body_of(issued)["evidence"]
    qin = signed_in(people.qin)
    page = qin.get(f"/guard/orders/{issued.ref}/").content.decode()
    assert "存证编号" in page
    printed = order_data(
        issued, members(issued), names=["秦"], police="公安局", evidence=order_evidence(issued)
    )
    said = json.dumps(printed, ensure_ascii=False)
    assert f"存证日志第 {evidence['index']} 号" in said
    for step in evidence["proof"]:
        assert base64.b64decode(step).hex() in said
    answer = qin.get(f"/guard/orders/{issued.ref}/paper/")
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
