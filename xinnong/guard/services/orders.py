"""Signs, approves, issues and restores: two keys of the police for every order, three above 200 accounts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from xinnong.accounts.permissions import Permission
from xinnong.audit.refs import new_ref
from xinnong.core.documents import canonical_bytes, sha256_hex
from xinnong.core.joint_orders import (
    KINDS,
    Account,
    Draft,
    keys_needed,
    order_document,
    order_problems,
)
from xinnong.guard.models import (
    Alert,
    AlertEvidence,
    AppealState,
    Case,
    FeedState,
    JointOrder,
    OrderAccount,
    OrderAppeal,
    OrderDelivery,
    OrderKind,
    OrderState,
    OrderTarget,
)
from xinnong.guard.queries.orders import accounts_in_case, earlier_suspension
from xinnong.guard.refusals import (
    AppealMoved,
    CaseMoved,
    NotRestorable,
    OrderChanged,
    OrderKeyReused,
    OrderMoved,
    OrderNotLawful,
    ReasonNeeded,
    SecondOfficerNeeded,
    TargetUnknown,
)
from xinnong.guard.services.officers import note, refuse_all_but_police

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import User

LONGEST: Final = 300


def sign_order(
    *, actor: User, case: Case, kind: str, targets: Sequence[str], reason: str, days: int,
    key: UUID, now: datetime,
) -> JointOrder:  # fmt: skip
    """Sign an order as its handler, about the accounts of a case's numbers at these platforms.

    The bytes are fixed from here on; the same key again answers the same order. Raises NotPolice,
    CaseMoved, TargetUnknown, OrderKeyReused, OrderNotLawful with everything against it.
    """
    refuse_all_but_police(actor, Permission.SIGN_ORDERS)
    with transaction.atomic():
        before = JointOrder.objects.filter(key=key).first()
        if before is not None:
            if (before.handler, before.kind, before.case_id) != (actor.ref, kind, case.pk):
                raise OrderKeyReused
            return before
        mine = Case.objects.select_for_update().get(pk=case.pk)
        if mine.closed_at is not None:
            raise CaseMoved(state=mine.get_state_display())
        known = _targets(targets)
        ref = new_ref()
        draft = Draft(
            ref=str(ref), kind=kind, case=str(mine.ref), reason=reason.strip(), days=days,
            accounts=accounts_in_case(mine, list(known)), evidence=evidence_sum(mine),
        )  # fmt: skip
        earlier = earlier_suspension(mine)
        problems = order_problems(draft, earlier, now)
        if problems:
            raise OrderNotLawful(problems)
        order = _written(draft, mine, ref, key, actor, known, now)
        note(actor, "sign-order", order.ref, now, checksum=order.sha256, accounts=order.accounts)
    return order


def approve_order(*, actor: User, order: JointOrder, sha256: str, now: datetime) -> JointOrder:
    """Approve as the second officer, or as the third where so many accounts need one, and issue.

    `sha256` is what the page showed. Raises NotPolice, OrderMoved, OrderChanged, SecondOfficerNeeded.
    """
    refuse_all_but_police(actor, Permission.APPROVE_ORDERS)
    with transaction.atomic():
        mine = _locked(order, OrderState.SIGNED, OrderState.APPROVED)
        if sha256 != mine.sha256 or not is_intact(mine):
            raise OrderChanged
        if actor.ref in {mine.handler, mine.approver}:
            raise SecondOfficerNeeded
        if now >= mine.expires_at:
            raise OrderMoved(state=OrderState.EXPIRED.label)
        if mine.approver is None:
            mine.approver = actor.ref
        else:
            mine.third = actor.ref
        mine.decided_at = now
        keys = 2 + (mine.third is not None)
        if keys < keys_needed(mine.accounts):
            mine.state = OrderState.APPROVED
            mine.save()
            note(actor, "approve-order", mine.ref, now, checksum=mine.sha256)
            return mine
        _issue(mine, now)
        note(actor, "issue-order", mine.ref, now, checksum=mine.sha256, accounts=mine.accounts)
    return mine


def reject_order(*, actor: User, order: JointOrder, reason: str, now: datetime) -> JointOrder:
    """Turn an order down with the reason. Raises NotPolice, ReasonNeeded, OrderMoved."""
    refuse_all_but_police(actor, Permission.APPROVE_ORDERS)
    said = said_why(reason)
    with transaction.atomic():
        mine = _locked(order, OrderState.SIGNED, OrderState.APPROVED)
        mine.state, mine.decided_at, mine.decided_for = OrderState.REJECTED, now, said
        mine.save()
        note(actor, "reject-order", mine.ref, now)
    return mine


def restore_account(
    *, actor: User, account: OrderAccount, reason: str, key: UUID, now: datetime
) -> JointOrder:
    """Give one account back at once: lifting what was done wrongly waits for no second key.

    Open appeals of it are upheld. Raises NotPolice, ReasonNeeded, NotRestorable, OrderKeyReused.
    """
    refuse_all_but_police(actor, Permission.APPROVE_ORDERS)
    said = said_why(reason)
    with transaction.atomic():
        before = JointOrder.objects.filter(key=key).first()
        if before is not None:
            if before.restores_id != account.order_id:
                raise OrderKeyReused
            return before
        order = JointOrder.objects.select_for_update().select_related("case").get(
            pk=account.order_id
        )  # fmt: skip
        if order.kind in {OrderKind.CLOSE, OrderKind.RESTORE} or order.issued_at is None:
            raise NotRestorable
        ref = new_ref()
        draft = Draft(
            ref=str(ref), kind=OrderKind.RESTORE, case=str(order.case.ref), reason=said, days=1,
            accounts=(Account(account.target.code, account.mark),),
            evidence=evidence_sum(order.case), restores=str(order.ref),
        )  # fmt: skip
        restored = _written(
            draft, order.case, ref, key, actor, {account.target.code: account.target}, now
        )
        restored.restores, restored.approver = order, actor.ref
        _issue(restored, now)
        order.case.numbers.filter(mark=account.mark, holds=True).update(holds=False)
        account.appeals.filter(state=AppealState.OPEN).update(
            state=AppealState.UPHELD, decided_by=actor.ref, decided_at=now, reason=said
        )
        note(actor, "restore-account", restored.ref, now, checksum=restored.sha256)
    return restored


def take_appeal(*, actor: User, account: OrderAccount, said: str, now: datetime) -> OrderAppeal:
    """Note that somebody appeals for an account. Raises NotPolice, ReasonNeeded, AppealMoved."""
    refuse_all_but_police(actor, Permission.HANDLE_CASES)
    text = said_why(said)
    with transaction.atomic():
        OrderAccount.objects.select_for_update().get(pk=account.pk)
        if account.appeals.filter(state=AppealState.OPEN).exists():
            raise AppealMoved
        made = OrderAppeal.objects.create(
            ref=new_ref(), account=account, said=text, taken_by=actor.ref, made_at=now
        )
        note(actor, "take-appeal", account.order.ref, now)
    return made


def reject_appeal(*, actor: User, appeal: OrderAppeal, reason: str, now: datetime) -> OrderAppeal:
    """Turn an appeal down, by another officer than the one who handled the order.

    Raises NotPolice, ReasonNeeded, AppealMoved, SecondOfficerNeeded.
    """
    refuse_all_but_police(actor, Permission.APPROVE_ORDERS)
    text = said_why(reason)
    with transaction.atomic():
        mine = OrderAppeal.objects.select_for_update(of=("self",)).select_related(
            "account__order"
        ).get(pk=appeal.pk)  # fmt: skip
        if mine.state != AppealState.OPEN:
            raise AppealMoved
        if mine.account.order.handler == actor.ref:
            raise SecondOfficerNeeded
        mine.state, mine.reason = AppealState.REJECTED, text
        mine.decided_by, mine.decided_at = actor.ref, now
        mine.save()
        note(actor, "reject-appeal", mine.account.order.ref, now)
    return mine


def expire_orders(*, now: datetime) -> int:
    """Mark orders whose time is over; the platform lifts them by the date in the document itself."""
    over = JointOrder.objects.filter(expires_at__lte=now).exclude(
        state__in=[OrderState.EXPIRED, OrderState.REJECTED]
    )
    return over.update(state=OrderState.EXPIRED)


def evidence_sum(case: Case) -> str:
    """The checksum of everything the case stands on: alerts and the numbers of their events."""
    alerts = list(Alert.objects.filter(case=case).order_by("pk").values_list("alert_id", flat=True))
    members = AlertEvidence.objects.filter(alert__case=case).values_list(
        "event__event_id", flat=True
    )
    if not alerts:
        return ""
    return sha256_hex(canonical_bytes({"alerts": alerts, "events": sorted(set(members))}))


def is_intact(order: JointOrder) -> bool:
    """Whether bytes, checksum and accounts of an order still say the same."""
    document = bytes(order.document)
    if sha256_hex(document) != order.sha256:
        return False
    told = {(each["target"], each["mark"]) for each in json.loads(document)["accounts"]}
    return told == set(order.members.values_list("target__code", "mark"))


def said_why(text: str) -> str:
    """Words that were asked for. Raises ReasonNeeded."""
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise ReasonNeeded(most=LONGEST)
    return said


def _targets(codes: Sequence[str]) -> dict[str, OrderTarget]:
    found = {
        each.code: each
        for each in OrderTarget.objects.filter(code__in=codes, state=FeedState.ACTIVE)
    }
    unknown = sorted(set(codes) - set(found))
    if unknown or not found:
        raise TargetUnknown(code=", ".join(unknown))
    return found


def _written(
    draft: Draft, case: Case, ref: UUID, key: UUID, actor: User,
    targets: dict[str, OrderTarget], now: datetime,
) -> JointOrder:  # fmt: skip
    document = order_document(draft, handler=str(actor.ref), now=now)
    order = JointOrder.objects.create(
        ref=ref, key=key, case=case, kind=OrderKind(draft.kind), state=OrderState.SIGNED,
        document=document, sha256=sha256_hex(document), accounts=len(draft.accounts),
        handler=actor.ref, signed_at=now, expires_at=now + timedelta(days=draft.days),
    )  # fmt: skip
    OrderAccount.objects.bulk_create(
        OrderAccount(ref=new_ref(), order=order, target=targets[each.target], mark=each.mark)
        for each in draft.accounts
    )
    return order


def _issue(order: JointOrder, now: datetime) -> None:
    """Let an order go: from here on it is on its way to every platform it names."""
    order.state, order.issued_at, order.decided_at = OrderState.ISSUED, now, now
    order.save()
    due = now + timedelta(hours=KINDS[order.kind].answer_hours)
    targets = OrderTarget.objects.filter(pk__in=order.members.values("target_id"))
    OrderDelivery.objects.bulk_create(
        OrderDelivery(order=order, target=target, next_at=now, due_at=due) for target in targets
    )


def _locked(order: JointOrder, *states: OrderState) -> JointOrder:
    mine = JointOrder.objects.select_for_update().get(pk=order.pk)
    if mine.state not in states:
        raise OrderMoved(state=mine.get_state_display())
    return mine
