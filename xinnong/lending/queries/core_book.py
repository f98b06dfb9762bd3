"""Reads of loans that a core keeps: what it said last, and what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.lending.models import BreakState, CoreBreak, CoreFigure, CoreFile, Loan
from xinnong.lending.queries.bank import MOST_SHOWN, turned

if TYPE_CHECKING:
    from uuid import UUID

    from xinnong.web.paging import Turn


def figure_of(loan: Loan) -> CoreFigure | None:
    """What the core said last of a loan."""
    return CoreFigure.objects.filter(loan=loan).first()


def breaks_of(loan: Loan) -> list[CoreBreak]:
    """What differs on a loan now."""
    return list(CoreBreak.objects.filter(loan=loan).exclude(state=BreakState.GONE).order_by("id"))


def breaks_page(institution: str, *, state: str, turn: Turn, limit: int) -> list[CoreBreak]:
    """Breaks of a lender in one state, or those that stand."""
    found = CoreBreak.objects.filter(institution=institution)
    found = found.filter(state=state) if state else found.exclude(state=BreakState.GONE)
    return turned(found, turn, limit)


def break_by_ref(institution: str, ref: UUID) -> CoreBreak | None:
    """One break of the lender's; an accountant, who sees no loans, sees it too."""
    return CoreBreak.objects.filter(institution=institution, ref=ref).first()


def core_files_of(institution: str) -> list[CoreFile]:
    """The newest files of the core."""
    return list(CoreFile.objects.filter(institution=institution).order_by("-id")[:MOST_SHOWN])
