"""Reads of orders: what a case's numbers have at platforms, the list, and what was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.core.joint_orders import Account, Earlier, sorted_accounts
from xinnong.guard.models import (
    AccountState,
    AlertEvidence,
    AppealState,
    Case,
    CaseNumber,
    FeedState,
    JointOrder,
    OrderAccount,
    OrderAppeal,
    OrderDelivery,
    OrderKind,
    OrderRequest,
    OrderTarget,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from xinnong.accounts.models import ApiClient
    from xinnong.web.paging import Turn

REQUESTS_SHOWN = 50


def accounts_in_case(case: Case, targets: Sequence[str]) -> tuple[Account, ...]:
    """The accounts that the case's numbers opened at these platforms; released numbers have none."""
    held = CaseNumber.objects.filter(case=case, holds=True).values("mark")
    seen = (
        AlertEvidence.objects.filter(
            alert__case=case, event__platform__in=targets, event__phone_mark__in=held,
            event__kind__in=["registration", "login"],
        )
        .values_list("event__platform", "event__phone_mark")
        .distinct()
    )  # fmt: skip
    return tuple(sorted_accounts(Account(str(platform), str(mark)) for platform, mark in seen))


def earlier_suspension(case: Case) -> Earlier | None:
    """The newest suspension of a case that was issued, with what platforms did and who appealed."""
    orders = JointOrder.objects.filter(case=case, kind=OrderKind.SUSPEND, issued_at__isnull=False)
    order = orders.order_by("-issued_at").first()
    if order is None or order.issued_at is None:
        return None
    done = order.members.filter(state=AccountState.DONE).values_list("target__code", "mark")
    open_ones = OrderAppeal.objects.filter(account__order=order, state=AppealState.OPEN)
    appealed = open_ones.values_list("account__target__code", "account__mark")
    return Earlier(
        order.issued_at,
        frozenset(Account(*each) for each in done),
        frozenset(Account(*each) for each in appealed),
    )


def targets() -> list[OrderTarget]:
    """Platforms in use or waiting for a second officer."""
    states = [FeedState.PROPOSED, FeedState.ACTIVE]
    return list(OrderTarget.objects.filter(state__in=states).order_by("code", "pk"))


def target_by_ref(ref: UUID) -> OrderTarget | None:
    """One registration of a platform."""
    return OrderTarget.objects.filter(ref=ref).first()


def targets_in_case(case: Case) -> list[tuple[OrderTarget, int]]:
    """Platforms in use where the case's numbers have accounts, with how many."""
    active = list(OrderTarget.objects.filter(state=FeedState.ACTIVE).order_by("code"))
    accounts = accounts_in_case(case, [each.code for each in active])
    counted = [(each, sum(1 for a in accounts if a.target == each.code)) for each in active]
    return [(target, count) for target, count in counted if count]


def orders_page(state: str, *, turn: Turn, limit: int) -> list[JointOrder]:
    """One page of orders and one row more, the newest first."""
    rows = JointOrder.objects.select_related("case")
    if state:
        rows = rows.filter(state=state)
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])


def order_by_ref(ref: UUID) -> JointOrder | None:
    """One order."""
    return JointOrder.objects.filter(ref=ref).select_related("case", "restores").first()


def members_of(order: JointOrder) -> list[OrderAccount]:
    """The accounts of an order, by platform and mark."""
    rows = OrderAccount.objects.filter(order=order).select_related("target")
    return list(rows.order_by("target__code", "mark"))


def deliveries_of(order: JointOrder) -> list[OrderDelivery]:
    """Where an order went."""
    return list(order.deliveries.select_related("target").order_by("target__code"))


def appeals_of(order: JointOrder) -> list[OrderAppeal]:
    """The appeals about an order, open ones first."""
    rows = OrderAppeal.objects.filter(account__order=order).select_related("account__target")
    return sorted(rows, key=lambda each: (each.state != AppealState.OPEN, -each.pk))


def open_appeals() -> list[OrderAppeal]:
    """Every appeal that waits for an answer, the oldest first."""
    rows = OrderAppeal.objects.filter(state=AppealState.OPEN)
    return list(rows.select_related("account__target", "account__order").order_by("pk"))


def account_by_ref(order: JointOrder, ref: UUID) -> OrderAccount | None:
    """One account of an order."""
    rows = OrderAccount.objects.filter(order=order, ref=ref)
    return rows.select_related("target", "order").first()


def delivery_for(client: ApiClient, ref: UUID) -> OrderDelivery | None:
    """The delivery of an order to the platform whose program asks; others do not exist for it."""
    rows = OrderDelivery.objects.filter(
        order__ref=ref, target__client=client.ref, sent_at__isnull=False
    )
    return rows.select_related("order", "target").first()


def requests_of(institution: str) -> list[OrderRequest]:
    """What one institution asked for, or all of them for the police (""), the newest first."""
    rows = OrderRequest.objects.order_by("-pk")
    if institution:
        rows = rows.filter(institution=institution)
    return list(rows[:REQUESTS_SHOWN])


def request_by_ref(ref: UUID) -> OrderRequest | None:
    """One request."""
    return OrderRequest.objects.filter(ref=ref).first()
