"""Reads of the bank's hands: orders, files, answers, statements, lines, breaks of a core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Count, QuerySet, Sum

from xinnong.lending.models import (
    BankStatement,
    LineState,
    OwnAccount,
    PaymentFile,
    PaymentOrder,
    PaymentResult,
    PaymentState,
    ResultState,
    StatementLine,
)

if TYPE_CHECKING:
    from xinnong.web.paging import Turn

MOST_SHOWN: Final = 50
MOST_FILES: Final = 20
Row = TypeVar("Row", bound=models.Model)


def turned(rows: QuerySet[Row], turn: Turn, limit: int) -> list[Row]:
    """Some rows, the newest first, beside the row that a page begins at; turned back, nearest first."""
    if turn.is_back:
        before = rows.filter(pk__gt=turn.number) if turn.number else rows.none()
        return list(before.order_by("pk")[:limit])
    after = rows.filter(pk__lt=turn.number) if turn.number else rows
    return list(after.order_by("-pk")[:limit])


def orders_page(institution: str, *, state: str, turn: Turn, limit: int) -> list[PaymentOrder]:
    """Payments of a lender in one state, or in all; an unknown state has none."""
    found = PaymentOrder.objects.filter(institution=institution)
    if state:
        found = found.filter(state=state)
    return turned(found, turn, limit)


def to_send(institution: str) -> tuple[int, int]:
    """How many payments wait to be sent, and their sum."""
    found = PaymentOrder.objects.filter(institution=institution, state=PaymentState.TO_SEND)
    told = found.aggregate(count=Count("pk"), total=Sum("amount_minor"))
    return told["count"], told["total"] or 0


def files_of(institution: str) -> list[PaymentFile]:
    """The newest files of payments, without their content."""
    found = PaymentFile.objects.filter(institution=institution).defer("content")
    return list(found.order_by("-pk")[:MOST_FILES])


def results_aside(institution: str) -> list[PaymentResult]:
    """Answers of the bank that fit nothing and that nobody has looked at."""
    found = PaymentResult.objects.filter(institution=institution, state=ResultState.ASIDE)
    return list(found.order_by("-pk")[:MOST_SHOWN])


def own_accounts(institution: str) -> list[OwnAccount]:
    """The lender's own accounts at banks, the first one first."""
    return list(OwnAccount.objects.filter(institution=institution).order_by("pk"))


def statements_of(institution: str) -> list[BankStatement]:
    """The newest statements."""
    found = BankStatement.objects.filter(institution=institution).select_related("account")
    return list(found.order_by("-pk")[:MOST_SHOWN])


def statements_page(institution: str, *, turn: Turn, limit: int) -> list[BankStatement]:
    """A page of statements, the newest first."""
    found = BankStatement.objects.filter(institution=institution).select_related("account")
    return turned(found, turn, limit)


def lines_page(institution: str, *, state: str, turn: Turn, limit: int) -> list[StatementLine]:
    """Lines of statements in one state, or those that wait for somebody."""
    found = StatementLine.objects.filter(institution=institution)
    waits = [LineState.WAITING, LineState.PROPOSED]
    found = found.filter(state=state) if state else found.filter(state__in=waits)
    return turned(found.select_related("loan"), turn, limit)


def line_by_ref(institution: str, ref: UUID) -> StatementLine | None:
    """One line of the lender's statements."""
    found = StatementLine.objects.filter(institution=institution, ref=ref)
    return found.select_related("loan", "account", "order").first()
