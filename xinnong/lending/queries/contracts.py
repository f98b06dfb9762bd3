"""Reads of contracts, conditions, cards and holds, and whether a contract can be drawn on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from xinnong.core.errors import Problem
from xinnong.core.origination import HOLD, is_held
from xinnong.lending.models import (
    BankCard,
    Contract,
    ContractCondition,
    ContractPaper,
    ContractState,
    CreditReportQuery,
    HoldKind,
    PaymentHold,
)
from xinnong.lending.queries.alerts import alert_problems
from xinnong.lending.seams import draw_hold_of
from xinnong.registry.models import Identity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from uuid import UUID

    from xinnong.lending.models import Loan


def contract_by_ref(ref: UUID) -> Contract | None:
    """One contract that the reader may see."""
    found = Contract.objects.filter(ref=ref)
    return found.select_related("application__offer__product", "household", "card").first()


def contract_of(application_id: int) -> Contract | None:
    """The contract that came of an application."""
    return Contract.objects.filter(application_id=application_id).first()


def contracts_of(person: UUID) -> list[Contract]:
    """A person's own contracts, newest first."""
    mine = Contract.objects.filter(person=person)
    return list(mine.select_related("application__offer__product").order_by("-id"))


def terms_of(contract: Contract) -> dict[str, Any]:
    """The terms as they were drafted; amounts are yuan in text."""
    found = json.loads(bytes(contract.terms))
    assert isinstance(found, dict)
    return found


def paper_of(contract: Contract) -> ContractPaper | None:
    """The contract as a PDF."""
    return ContractPaper.objects.filter(contract=contract).first()


def conditions_met(contract: Contract) -> dict[str, ContractCondition]:
    """What holds already, by code."""
    return {each.code: each for each in ContractCondition.objects.filter(contract=contract)}


def conditions_wanted(contract: Contract) -> tuple[str, ...]:
    """What must hold before money leaves, as the terms say."""
    return tuple(terms_of(contract)["conditions"])


def conditions_missing(contract: Contract) -> tuple[str, ...]:
    """What does not hold yet."""
    met = conditions_met(contract)
    return tuple(code for code in conditions_wanted(contract) if code not in met)


def cards_of(person: UUID, *, institution: str) -> list[BankCard]:
    """The cards a person has bound at a lender, the newest first."""
    bound = BankCard.objects.filter(person=person, institution=institution, removed_at__isnull=True)
    return list(bound.order_by("-id"))


def card_by_ref(ref: UUID) -> BankCard | None:
    """One bound card that the reader may see."""
    return BankCard.objects.filter(ref=ref, removed_at__isnull=True).first()


def holds_of(person: UUID, *, institution: str) -> list[PaymentHold]:
    """Everything new that a person was ever seen with at a lender, the newest first."""
    found = PaymentHold.objects.filter(person=person, institution=institution)
    return list(found.select_related("card").order_by("-id"))


def open_holds(person: UUID, *, institution: str, now: datetime) -> list[PaymentHold]:
    """What of it still waits; a card that was taken off waits no more."""
    return [
        hold
        for hold in holds_of(person, institution=institution)
        if is_held(held_until=hold.held_until, lifted_at=hold.lifted_at, now=now)
        and not (hold.card and hold.card.removed_at)
    ]


def hold_by_ref(ref: UUID) -> PaymentHold | None:
    """One hold that the reader may see."""
    return PaymentHold.objects.filter(ref=ref).select_related("card").first()


def reports_of(person: UUID, *, institution: str) -> list[CreditReportQuery]:
    """A lender's askings of a person's credit report, the newest first."""
    asked = CreditReportQuery.objects.filter(person=person, institution=institution)
    return list(asked.order_by("-id"))


def report_by_ref(ref: UUID) -> CreditReportQuery | None:
    """One asking that the reader may see."""
    return CreditReportQuery.objects.filter(ref=ref).first()


def contracts_to_renew_on(loan: Loan, *, now: datetime) -> list[Contract]:
    """Other contracts of the loan's borrower and lender that may be drawn on, newest first."""
    found = Contract.objects.filter(
        person=loan.person, institution=loan.institution, state=ContractState.IN_FORCE,
        organisation__isnull=loan.household_id is not None,
    ).exclude(ref=loan.contract_ref)  # fmt: skip
    rows = found.select_related("application__offer__product").order_by("-id")
    return [each for each in rows if not drawable(each, now=now)]


def drawable(
    contract: Contract, *, now: datetime, card: BankCard | None = None, device: int | None = None
) -> tuple[Problem, ...]:
    """Everything that keeps money from leaving on a contract; empty when it can be drawn on.

    `card` is where the money is to go; None asks whether there is any card it could go to.
    `device` is the mark of the device a draw comes from (`services.device_mark`); None where the
    borrower stands at a counter. How much is left is the ledger's to say.
    """
    return (
        *_contract_problems(contract, now),
        *_payee_problems(contract, card, now),
        *_newness_problems(contract, device, now),
        *_guard_problems(contract),
        *alert_problems(contract),
    )


def _contract_problems(contract: Contract, now: datetime) -> Iterator[Problem]:
    today = timezone.localdate(now)
    if contract.state != ContractState.IN_FORCE:
        yield Problem("contract.not_in_force", "contract", {"state": contract.state})
    if not contract.starts_on <= today < contract.ends_on:
        yield Problem("contract.outside_its_days", "contract", {"ends_on": contract.ends_on})
    for code in conditions_missing(contract):
        yield Problem("condition.missing", code, {"condition": code})


def _payee_problems(contract: Contract, card: BankCard | None, now: datetime) -> Iterator[Problem]:
    if contract.payee != "own_card":
        return
    cards = cards_of(contract.person, institution=contract.institution)
    possible = [each for each in cards if card is None or each.pk == card.pk]
    if not possible:
        yield Problem("card.none", "card")
        return
    waiting = open_holds(contract.person, institution=contract.institution, now=now)
    held = {hold.card_id: hold for hold in waiting if hold.kind == HoldKind.CARD}
    if all(each.pk in held for each in possible):
        until = min(held[each.pk].held_until for each in possible)
        yield Problem("hold.card", "card", {"until": until})


def _newness_problems(contract: Contract, device: int | None, now: datetime) -> Iterator[Problem]:
    """A changed number waits whatever the way; a device waits where the draw comes from one."""
    waiting = open_holds(contract.person, institution=contract.institution, now=now)
    for hold in waiting:
        if hold.kind == HoldKind.NUMBER:
            yield Problem("hold.number", "number", {"until": hold.held_until})
    if _has_unseen_number(contract):
        yield Problem("hold.number", "number", {"until": now + HOLD})
    if device is None:
        return
    seen = PaymentHold.objects.filter(
        person=contract.person, institution=contract.institution, kind=HoldKind.DEVICE, mark=device
    ).first()
    if seen is None:
        yield Problem("hold.device_unknown", "device")
    elif seen in waiting:
        yield Problem("hold.device", "device", {"until": seen.held_until})


def _has_unseen_number(contract: Contract) -> bool:
    """Whether the number on file took the place of one seen before and nobody has noted it yet.

    Sealed identities are open to the lender's scope alone; a page in a farmer's scope shows the
    holds that were noted.
    """
    seen = PaymentHold.objects.filter(
        person=contract.person, institution=contract.institution, kind=HoldKind.NUMBER
    )
    marks = set(seen.values_list("mark", flat=True))
    on_file = Identity.objects.filter(person__ref=contract.person)
    mark = on_file.values_list("phone_hash", flat=True).first()
    return bool(marks) and mark is not None and mark not in marks


def _guard_problems(contract: Contract) -> Iterator[Problem]:
    hold = draw_hold_of(contract.person, contract.area12)
    if hold is not None:
        yield Problem("hold.guard", "guard", {"reason": hold.reason, "appeal": hold.appeal})
