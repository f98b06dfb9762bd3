"""What follows the demo's evening with a gang: cadres warned, victims told, an order, an appeal, two packs.

Every step is a command that people use, under a key of its own; a second run finds what the first one did.
The neighbouring county is invented: its code is assigned to nobody, and everybody knows its keys.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.errors import Refused
from xinnong.core.joint_orders import receipt_bytes
from xinnong.core.packs import Entry, Pack, entries_bytes, pack_document, pack_file, to_be_signed
from xinnong.guard.marks import mark_of
from xinnong.guard.models import (
    FeedState,
    JointOrder,
    OrderDelivery,
    OrderKind,
    OrderState,
    OrderTarget,
    PackPartner,
    TakenPack,
)
from xinnong.guard.pack_sealing import opening_key, sealed_for
from xinnong.guard.queries.own_accounts import own_accounts
from xinnong.guard.services.delivering import keep_receipts
from xinnong.guard.services.orders import approve_order, sign_order
from xinnong.guard.services.packs import make_pack, take_pack
from xinnong.guard.services.partners import decide_partner, own_county, propose_partner
from xinnong.guard.services.targets import decide_target, propose_target
from xinnong.guard.services.victims import take_own_appeal, tell_victims
from xinnong.guard.services.warning import warn_neighbours
from xinnong.guard.services.watching import watch_packs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from xinnong.accounts.models import User
    from xinnong.guard.models import Case

NEIGHBOUR: Final = "339982"
NEIGHBOUR_NAME: Final = "岚屿县公安局"
NEIGHBOUR_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
NEIGHBOUR_SEALING: Final = X25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
TARGETS: Final = {"demo-pay": "演示支付平台", "demo-video": "演示短视频平台"}
ANSWERS: Final = "demo-pay"
"""The platform that answers at once; the other one cannot be reached, so that its clock runs."""

UNKNOWN: Final = "19900000001"
"""One of the evening's numbers, of which that platform says that it has no account."""

OURS, SHARED, THEIRS = "demo-handset-0", "demo-handset-1", "lanyu-handset-7"
VEHICLE: Final = "穗X00000"  # no province is written so
logger = structlog.get_logger("xinnong.guard.demo")


def follow(
    case: Case, *, police: User, chief: User, victim: User | None, client: str,
    key: Ed25519PrivateKey, now: datetime,
) -> None:  # fmt: skip
    """Do all of it; what people did meanwhile stands in the way of a step is left and said in the log.

    `client` is the platform's program, `key` what it signs receipts with, `victim` somebody whose own
    number is in the case.
    """

    def order() -> None:
        _order(case, police, chief, client, key, now)

    steps: tuple[Callable[[], object], ...] = (
        lambda: _as(police, lambda: warn_neighbours(
            actor=police, case=case, key=_key("warn"), now=now)),
        lambda: _as(police, lambda: tell_victims(actor=police, case=case, now=now)),
        order,
        lambda: _appeal(victim, now),
        lambda: _register_neighbour(police, chief, now),
        lambda: _as(police, lambda: _send_pack(case, police, now)),
        lambda: _as(police, lambda: _take_pack(police, now)),
    )  # fmt: skip
    for step in steps:
        try:
            step()
        except Refused as refused:
            logger.info("demo-step-left", code=refused.code)
    watch_packs(now=now)


def _as(actor: User, act: Callable[[], object]) -> None:
    with scoped(actor):
        act()


def _order(
    case: Case, police: User, chief: User, client: str, key: Ed25519PrivateKey, now: datetime
) -> None:
    """Two platforms are asked to suspend; one signs receipts, the other is late."""
    with scoped(SYSTEM):
        known = set(OrderTarget.objects.values_list("code", flat=True))
    for code, name in TARGETS.items():
        if code not in known:
            _register_target(police, chief, code, name, client, key, now)
    with scoped(police):
        order = sign_order(
            actor=police, case=case, kind=OrderKind.SUSPEND, targets=list(TARGETS),
            reason="同一晚两台手机替九位老人开户，本人不知情", days=30, key=_key("order"), now=now,
        )  # fmt: skip
    if order.state == OrderState.SIGNED:
        with scoped(chief):
            approve_order(actor=chief, order=order, sha256=order.sha256, now=now)
        _receive(order, key, now)


def _register_target(
    police: User, chief: User, code: str, name: str, client: str, key: Ed25519PrivateKey,
    now: datetime,
) -> None:  # fmt: skip
    with scoped(police):
        target = propose_target(
            actor=police, code=code, name=name, url=f"https://orders.{code}.invalid/orders",
            public_key=key.public_key().public_bytes_raw().hex(), client=client, now=now,
        )  # fmt: skip
    with scoped(chief):
        decide_target(actor=chief, target=target, approve=True, now=now)


def _receive(order: JointOrder, key: Ed25519PrivateKey, now: datetime) -> None:
    """The receipts of the platform that answers: all suspended, one account not found."""
    with scoped(SYSTEM):
        deliveries = OrderDelivery.objects.select_related("order", "target")
        delivery = deliveries.get(order=order, target__code=ANSWERS)
        members = order.members.filter(target=delivery.target).order_by("pk")
        marks = list(members.values_list("mark", flat=True))
    receipts, unknown = [], mark_of("phone", UNKNOWN)
    for mark in marks:
        told = {
            "mark": mark, "outcome": "not_found" if mark == unknown else "done", "at": now.isoformat(),
        }  # fmt: skip
        message = receipt_bytes(order=str(order.ref), sha256=order.sha256, target=ANSWERS, **told)
        receipts.append({**told, "signature": key.sign(message).hex()})
    keep_receipts(actor=SYSTEM_ACTOR, delivery=delivery, receipts=receipts, now=now)


def _appeal(victim: User | None, now: datetime) -> None:
    """One whose number was used finds the order on the own page and appeals."""
    found = own_accounts(victim.person_ref).accounts if victim is not None else []
    mine = [each for each in found if each.may_appeal]
    if victim is None or not mine or any(each.appeal for each in found):
        return
    account = next((each for each in mine if each.account.target.code == ANSWERS), mine[0])
    with scoped(victim):
        take_own_appeal(
            actor=victim, account=account.account.ref,
            said="这个支付账号是我女儿帮我开的，水电费都从里面交，请恢复。", now=now,
        )  # fmt: skip


def _register_neighbour(police: User, chief: User, now: datetime) -> None:
    with scoped(SYSTEM):
        known = PackPartner.objects.filter(county=NEIGHBOUR, state=FeedState.ACTIVE).exists()
    if known:
        return
    with scoped(police):
        partner = propose_partner(
            actor=police, county=NEIGHBOUR, name=NEIGHBOUR_NAME, now=now,
            public_key=NEIGHBOUR_KEY.public_key().public_bytes_raw().hex(),
            sealing_key=NEIGHBOUR_SEALING.public_key().public_bytes_raw().hex(),
        )  # fmt: skip
    with scoped(chief):
        decide_partner(actor=chief, partner=partner, approve=True, now=now)


def _send_pack(case: Case, police: User, now: datetime) -> None:
    make_pack(
        actor=police, case=case, partner=NEIGHBOUR, devices=[str(mark_of("device", OURS))],
        numbers=[], vehicle=VEHICLE, said="两台手机、一辆面包车，晚饭时间进村，自称来帮老人激活医保码",
        days=30, reason="当晚往岚屿县方向走了", key=_key("pack"), now=now,
    )  # fmt: skip


def _take_pack(police: User, now: datetime) -> None:
    """The neighbour's own pack; one of its handsets was here that evening too."""
    ref = _key("neighbour's pack")
    if TakenPack.objects.filter(ref=ref).exists():
        return
    told = Pack(
        ref=ref, sender=NEIGHBOUR, receiver=own_county(), case=_key("neighbour's case"),
        made_at=now - timedelta(hours=1), until=now + timedelta(days=30),
        rules=("village-burst",), sealed=b"",
        said="三人一车，自称医保工作队，说“不激活就停医保”，收走老人手机半小时",
    )  # fmt: skip
    entries = [Entry("device", SHARED), Entry("device", THEIRS), Entry("vehicle", VEHICLE)]
    receiver = opening_key().public_key().public_bytes_raw().hex()
    sealed = sealed_for(receiver, entries_bytes(entries), told.bound)
    document = pack_document(told) | {"sealed": sealed.hex()}
    data = pack_file(document, NEIGHBOUR_KEY.sign(to_be_signed(document)))
    take_pack(actor=police, data=data, now=now)


def _key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:xinnong:demo-guard:{name}")
