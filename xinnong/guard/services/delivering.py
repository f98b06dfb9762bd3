"""Takes issued orders to platforms, again and again until they are taken, and keeps their receipts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.keyed import purpose_key
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.cose import ED25519, PublicKey, signature_holds
from xinnong.core.documents import sha256_hex
from xinnong.core.joint_orders import OUTCOMES, receipt_bytes
from xinnong.guard.marks import opened_number
from xinnong.guard.models import (
    AccountState,
    DeliveryStage,
    Number,
    OrderAccount,
    OrderDelivery,
    OrderState,
)
from xinnong.guard.queries.evidence import evidence_report
from xinnong.guard.refusals import ReceiptWrong
from xinnong.guard.services.officers import in_guard, note
from xinnong.guard.services.orders import expire_orders, is_intact
from xinnong.guard.webhooks import NotDelivered, post

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from xinnong.accounts.models import ApiClient

PIECE: Final = 20
FIRST_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=1)
SAID: Final = 48


def deliver_orders(*, now: datetime) -> int:
    """Send what is due; answers how many platforms took their order. No transaction is open meanwhile."""
    with scoped(SYSTEM):
        expire_orders(now=now)
        due = OrderDelivery.objects.filter(state=DeliveryStage.WAITING, next_at__lte=now)
        waiting = list(due.order_by("next_at").values_list("pk", flat=True)[:PIECE])
    return sum(_deliver(number, now) for number in waiting)


def _deliver(number: int, now: datetime) -> bool:
    taken = _lease(number, now)
    if taken is None:
        return False
    delivery, body = taken
    try:
        said = post(delivery.target.url, body, _headers(delivery, body))
    except NotDelivered as fault:
        with scoped(SYSTEM):
            OrderDelivery.objects.filter(pk=number).update(problem=str(fault)[:SAID])
        return False
    with scoped(SYSTEM):
        OrderDelivery.objects.filter(pk=number, state=DeliveryStage.WAITING).update(
            state=DeliveryStage.SENT, sent_at=now, problem=""
        )
        note(SYSTEM_ACTOR, "deliver-order", delivery.order.ref, now, checksum=delivery.order.sha256)
    _take_answer(delivery, said, now)
    return True


def _lease(number: int, now: datetime) -> tuple[OrderDelivery, bytes] | None:
    """Count the attempt and put the next one off, so that two workers never send at once."""
    with scoped(SYSTEM):
        rows = OrderDelivery.objects.select_for_update(skip_locked=True, of=("self",))
        mine = rows.select_related("order", "target").filter(
            pk=number, state=DeliveryStage.WAITING, next_at__lte=now
        ).first()  # fmt: skip
        if mine is None:
            return None
        if mine.order.state != OrderState.ISSUED or not is_intact(mine.order):
            mine.state = DeliveryStage.FAILED
            mine.problem = "order changed" if mine.order.state == OrderState.ISSUED else "expired"
            mine.save()
            return None
        mine.next_at = now + min(FIRST_WAIT * 2 ** min(mine.attempts, 10), LONGEST_WAIT)
        mine.attempts += 1
        mine.save()
        return mine, order_body(mine)


def order_body(delivery: OrderDelivery) -> bytes:
    """What a platform gets: the signed document, the numbers of its own accounts alone, and the proof.

    `evidence` is null until the log has numbered and signed the issue, some ten seconds later; then the
    address in `evidence_at` has it, and so has the next attempt.
    """
    marks = list(
        delivery.order.members.filter(target=delivery.target).values_list("mark", flat=True)
    )
    sealed = Number.objects.filter(mark__in=marks)
    numbers = {
        each.mark: opened_number(each.mark, bytes(each.sealed), each.key_id) for each in sealed
    }
    return json.dumps(
        {
            "order": str(delivery.order.ref),
            "sha256": delivery.order.sha256,
            "document": bytes(delivery.order.document).decode(),
            "target": delivery.target.code,
            "due_at": delivery.due_at.isoformat(),
            "numbers": numbers,
            "evidence": evidence_report(delivery.order),
            "evidence_at": f"/api/v1/joint-orders/{delivery.order.ref}",
        },
        ensure_ascii=False,
    ).encode()


def police_key() -> Ed25519PrivateKey:
    """The key under which this installation's police sign what leaves it."""
    return Ed25519PrivateKey.from_private_bytes(
        purpose_key(settings.XINNONG_VAULT_KEY, "guard.orders")
    )


def _headers(delivery: OrderDelivery, body: bytes) -> dict[str, str]:
    signed = b"xinnong-order\n" + sha256_hex(body).encode()
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": f"{delivery.order.ref}-{delivery.target.code}",
        "Signature": police_key().sign(signed).hex(),
    }


def _take_answer(delivery: OrderDelivery, said: bytes, now: datetime) -> None:
    """Receipts that came with the answer; an answer that is none, or wrong, leaves the clock running."""
    try:
        told = json.loads(said)
        receipts = told["receipts"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if not isinstance(receipts, list):
        return
    try:
        keep_receipts(actor=SYSTEM_ACTOR, delivery=delivery, receipts=receipts, now=now)
    except ReceiptWrong:
        with scoped(SYSTEM):
            OrderDelivery.objects.filter(pk=delivery.pk).update(problem="receipt wrong")


def keep_receipts(
    *, actor: ApiClient | UUID, delivery: OrderDelivery, receipts: Sequence[Any], now: datetime
) -> dict[str, int]:
    """Keep what a platform signed about accounts; one wrong receipt refuses them all.

    The first receipt of an account stands; the same again is ignored. Raises ReceiptWrong.
    """
    scope = SYSTEM if isinstance(actor, UUID) else in_guard(actor.ref)
    with scoped(scope), transaction.atomic():
        mine = OrderDelivery.objects.select_for_update(of=("self",)).select_related(
            "order", "target"
        ).get(pk=delivery.pk)  # fmt: skip
        waiting = {each.mark: each for each in mine.order.members.filter(target=mine.target)}
        kept = 0
        for place, receipt in enumerate(receipts, 1):
            account = _checked(mine, waiting, receipt, place)
            if account.state == AccountState.WAITING:
                account.state = AccountState(receipt["outcome"])
                account.receipt, account.receipt_at = receipt["signature"], receipt["at"]
                account.save()
                kept += 1
        left = sum(1 for each in waiting.values() if each.state == AccountState.WAITING)
        if not left and mine.answered_at is None:
            mine.state, mine.answered_at = DeliveryStage.ANSWERED, now
            mine.save()
        note(actor, "keep-receipts", mine.order.ref, now, accounts=kept, left=left)
    return {"kept": kept, "left": left}


def _checked(
    delivery: OrderDelivery, waiting: dict[str, OrderAccount], receipt: Any, place: int
) -> OrderAccount:
    """The account that a receipt is about, once its signature holds. Raises ReceiptWrong."""
    fields = {"mark", "outcome", "at", "signature"}
    if not isinstance(receipt, dict) or set(receipt) != fields:
        raise ReceiptWrong(row=place)
    if not all(isinstance(receipt[name], str) for name in fields):
        raise ReceiptWrong(row=place)
    account = waiting.get(receipt["mark"])
    if account is None or receipt["outcome"] not in OUTCOMES or len(receipt["at"]) > 40:  # noqa: PLR2004 - the column's length
        raise ReceiptWrong(row=place)
    if not receipt_holds(delivery, account, receipt):
        raise ReceiptWrong(row=place)
    return account


def receipt_holds(delivery: OrderDelivery, account: OrderAccount, receipt: dict[str, str]) -> bool:
    """Whether the platform's key signed this about the account."""
    message = receipt_bytes(
        order=str(delivery.order.ref), sha256=delivery.order.sha256, target=delivery.target.code,
        mark=account.mark, outcome=receipt["outcome"], at=receipt["at"],
    )  # fmt: skip
    target = delivery.target
    key = PublicKey(target.code.encode(), ED25519, bytes.fromhex(target.public_key))
    try:
        return signature_holds(key, message, bytes.fromhex(receipt["signature"]))
    except ValueError:
        return False
