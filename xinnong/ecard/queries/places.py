"""The bureau, designated institutions and their terminals."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.core.dynamic_codes import USES
from xinnong.ecard.models import Terminal
from xinnong.web.paging import Turn


def bureau() -> Institution | None:
    """The county's health-insurance bureau; None where nobody founded one."""
    found = Institution.objects.filter(kind=Institution.Kind.BUREAU).select_related("operator")
    return found.order_by("id").first()


def designated() -> Sequence[Institution]:
    """Hospitals and pharmacies, by name."""
    return list(Institution.objects.filter(kind__in=USES).order_by("name", "id"))


def names_of(codes: set[str]) -> dict[str, str]:
    """Names of institutions by code, in the language of the page."""
    found = Institution.objects.filter(code__in=codes)
    return {each.code: each.shown_name for each in found}


def terminals_of(institution: str) -> Sequence[Terminal]:
    """The terminals of an institution that work."""
    return list(
        Terminal.objects.filter(institution=institution, ended_at__isnull=True).order_by("code")
    )


def working_terminal(institution: str, code: str) -> Terminal | None:
    """A terminal of the institution by its code, if it works."""
    found = Terminal.objects.filter(institution=institution, code=code, ended_at__isnull=True)
    return found.first()


def terminal_by_ref(ref: UUID) -> Terminal | None:
    """One terminal that the reader may know of."""
    return Terminal.objects.filter(ref=ref).first()


def terminals_page(
    *, institution: str | None, wanted: str, turn: Turn, limit: int
) -> Sequence[Terminal]:
    """Terminals, the newest first; None for institution is one nobody knows, and selects nothing."""
    if institution is None:
        return []
    rows = Terminal.objects.all()
    if institution:
        rows = rows.filter(institution=institution)
    if wanted:
        rows = rows.filter(code__startswith=wanted)
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])
