"""Reads of checks after lending: whose, by which day, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from xinnong.lending.models import LoanCheck, LoanState

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from xinnong.lending.models import Loan
    from xinnong.web.paging import Turn

WHICH = ("to-do", "overdue", "done")
WHOSE = ("mine", "everybody")


@dataclass(frozen=True, slots=True)
class CheckFilters:
    """Which checks, and whose; a value that is not known selects none."""

    which: str = "to-do"
    whose: str = "mine"
    area: str = ""


def check_by_ref(ref: UUID) -> LoanCheck | None:
    """One check that the reader may see."""
    return LoanCheck.objects.select_related("loan__product").filter(ref=ref).first()


def checks_of(loan: Loan) -> list[LoanCheck]:
    """A loan's checks in order."""
    return list(LoanCheck.objects.filter(loan=loan).order_by("n"))


def checks_page(
    institution: str, filters: CheckFilters, *, officer: UUID, on: date, turn: Turn, limit: int
) -> list[LoanCheck]:
    """One page of checks and one row more: those to do by their day, those done by number."""
    rows = LoanCheck.objects.filter(institution=institution, loan__isnull=False)
    rows = _narrowed(rows, filters, officer, on)
    after = check_key(turn.key)
    if after is not None:
        day, number = after
        further = Q(due_on=day, id__gt=number) | Q(due_on__gt=day)
        nearer = Q(due_on=day, id__lt=number) | Q(due_on__lt=day)
        rows = rows.filter(nearer if turn.is_back else further)
    order = ("-due_on", "-id") if turn.is_back else ("due_on", "id")
    return list(rows.select_related("loan__product").order_by(*order)[:limit])


def check_key(key: str) -> tuple[date, int] | None:
    """Day and number of a check from a page's key; None where it is none."""
    day, _dot, number = key.partition("_")
    if not (number.isascii() and number.isdecimal()):
        return None
    try:
        return date.fromisoformat(day), int(number[:18])
    except ValueError:
        return None


def overdue_checks(institution: str, *, on: date) -> int:
    """How many checks of running loans were to be done before today and were not."""
    return _to_do(LoanCheck.objects.filter(institution=institution)).filter(due_on__lt=on).count()


def _to_do(rows: QuerySet[LoanCheck]) -> QuerySet[LoanCheck]:
    return rows.filter(done_at__isnull=True, loan__state=LoanState.ACTIVE)


def _narrowed(
    rows: QuerySet[LoanCheck], filters: CheckFilters, officer: UUID, on: date
) -> QuerySet[LoanCheck]:
    if filters.which not in WHICH or filters.whose not in WHOSE:
        return rows.none()
    rows = rows.filter(done_at__isnull=False) if filters.which == "done" else _to_do(rows)
    if filters.which == "overdue":
        rows = rows.filter(due_on__lt=on)
    if filters.whose == "mine":
        rows = rows.filter(Q(officer=officer) | Q(officer__isnull=True))
    if filters.area:
        rows = rows.filter(loan__area12__gte=filters.area, loan__area12__lt=filters.area + "~")
    return rows
