"""A person's own view of the police's orders: what touches the own number, and what came of an appeal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.guard.marks import mark_of_known_phone
from xinnong.guard.models import (
    AppealState,
    CaseNumber,
    CaseState,
    OrderAccount,
    OrderAppeal,
    OrderKind,
    OrderState,
)
from xinnong.guard.queries.holds import appeal_number
from xinnong.registry.models import Identity

if TYPE_CHECKING:
    from uuid import UUID

SHOWN = 100


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One account of the own number in an order, with the newest appeal."""

    account: OrderAccount
    appeal: OrderAppeal | None
    is_lifted: bool

    @property
    def may_appeal(self) -> bool:
        """Whether the button stands there: it still holds, and no appeal is open or was upheld."""
        order = self.account.order
        closed = self.appeal is not None and self.appeal.state != AppealState.REJECTED
        over = self.is_lifted or order.state == OrderState.EXPIRED
        return not closed and not over and order.kind != OrderKind.RESTORE


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """Whether a number is known at all, orders about it, and numbers for the police of cases it is in."""

    is_known: bool
    accounts: list[OwnAccount]
    cases: list[str]


def own_mark(person: UUID | None) -> str | None:
    """The mark of a person's number in the register; None where there is none. A named read."""
    if person is None:
        return None
    with scoped(SYSTEM):
        found = Identity.objects.filter(person__ref=person, phone_hash__isnull=False)
        phone_hash = found.values_list("phone_hash", flat=True).first()
    return mark_of_known_phone(phone_hash) if phone_hash is not None else None


def own_accounts(person: UUID | None) -> OwnAccounts:
    """What the police ordered about a person's own number, the newest first. A named read.

    Reasons, officers, other numbers and other people's accounts stay with the police.
    """
    mark = own_mark(person)
    if mark is None:
        return OwnAccounts(is_known=False, accounts=[], cases=[])
    with scoped(SYSTEM):
        rows = OrderAccount.objects.filter(mark=mark, order__issued_at__isnull=False)
        found = list(rows.select_related("order", "target").order_by("-order__issued_at")[:SHOWN])
        lifted = {
            (each.order.restores_id, each.target_id)
            for each in found
            if each.order.restores_id is not None
        }
        newest: dict[int, OrderAppeal] = {}
        for appeal in OrderAppeal.objects.filter(account__in=found).order_by("pk"):
            newest[appeal.account_id] = appeal
        held = CaseNumber.objects.filter(mark=mark, holds=True, case__state=CaseState.OPEN)
        cases = [appeal_number(each.case, mark) for each in held.select_related("case")]
    accounts = [
        OwnAccount(each, newest.get(each.pk), (each.order_id, each.target_id) in lifted)
        for each in found
    ]
    return OwnAccounts(is_known=True, accounts=accounts, cases=cases)
