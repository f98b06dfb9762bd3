"""Reads of alerts, and what an alert that is looked into holds back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xinnong.core.errors import Problem
from xinnong.lending.models import (
    AlertDecision,
    AlertKind,
    AlertLoan,
    AlertState,
    Guarantor,
    GuarantorState,
    LoanAlert,
    PaymentHold,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from xinnong.lending.models import Contract, Loan
    from xinnong.web.paging import Turn

MARKED: Final = (AlertKind.CARD, AlertKind.DEVICE, AlertKind.NUMBER, AlertKind.GUARANTOR)


def alerts_page(institution: str, state: str, *, turn: Turn, limit: int) -> list[LoanAlert]:
    """One page of alerts and one row more, the newest first; an unknown state has none."""
    rows = LoanAlert.objects.filter(institution=institution, state=state)
    if turn.number is not None:
        rows = rows.filter(id__gt=turn.number) if turn.is_back else rows.filter(id__lt=turn.number)
    return list(rows.order_by("id" if turn.is_back else "-id")[:limit])


def alert_by_ref(ref: UUID) -> LoanAlert | None:
    """One alert that the reader may see."""
    return LoanAlert.objects.filter(ref=ref).first()


def loans_in(alert: LoanAlert) -> list[Loan]:
    """The drawings an alert is made of, the newest first, as far as the reader sees them."""
    members = AlertLoan.objects.filter(alert=alert, loan__isnull=False)
    found = members.select_related("loan__household", "loan__product").order_by("-loan_id")
    return [member.loan for member in found]


def decisions_about(alert: LoanAlert) -> list[AlertDecision]:
    """What was said about an alert, the newest first."""
    return list(AlertDecision.objects.filter(alert=alert).order_by("-id"))


def alert_problems(contract: Contract) -> Iterator[Problem]:
    """What an alert that is looked into holds back: its borrowers, and whoever shares its mark.

    A borrower's own page sees only the former; the gate before the money sees both.
    """
    number = _number_of_hold(contract)
    if number is not None:
        yield Problem("hold.alert", "alert", {"number": number})


def _number_of_hold(contract: Contract) -> int | None:
    members = AlertLoan.objects.filter(
        institution=contract.institution, holds=True, loan__person=contract.person
    )
    number = members.values_list("alert_id", flat=True).first()
    if number is not None:
        return number
    seen = PaymentHold.objects.filter(person=contract.person, institution=contract.institution)
    marks = {(kind, str(mark)) for kind, mark in seen.values_list("kind", "mark")}
    standing = Guarantor.objects.filter(
        application=contract.application_id, state__in=[GuarantorState.NAMED, GuarantorState.SIGNED]
    )
    marks |= {(AlertKind.GUARANTOR, str(each)) for each in standing.values_list("party", flat=True)}
    looked_into = LoanAlert.objects.filter(
        institution=contract.institution, state=AlertState.LOOK_INTO, kind__in=MARKED,
        mark__in={mark for _kind, mark in marks},
    )  # fmt: skip
    return next((each.pk for each in looked_into if (each.kind, each.mark) in marks), None)
