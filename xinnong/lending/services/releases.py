"""The only writer of endings: contracts that are paid back, and the security that they give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from xinnong.lending.models import (
    Collateral,
    CollateralState,
    Contract,
    ContractState,
    Guarantor,
    GuarantorState,
)
from xinnong.lending.queries.securities import is_over, is_paid_back
from xinnong.lending.services.commands import (
    claim,
    note,
    refuse_all_but_staff,
    refuse_own_household,
)
from xinnong.lending.services.contracts import locked_contract
from xinnong.lending.services.evidence import checked_reference
from xinnong.lending.services.mortgages import is_first, locked_collateral, refuse_hands
from xinnong.lending.services.refusals import Moved
from xinnong.lending.services.security_refusals import DatesWrong, StillOwed

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import User


def release_mortgage(
    *,
    actor: User,
    collateral: Collateral,
    cancellation: str,
    cancelled_on: date,
    now: datetime,
    key: UUID,
) -> Collateral:
    """Put on record that the registry cancelled a mortgage after everything was paid back.

    A contract that is paid back ends with it: without its security it is not drawn on again.
    Raises NotYours, OwnHousehold, StillOwed, EvidenceMissing, DatesWrong, Moved, CommandKeyReused.
    """
    refuse_hands(actor, collateral)
    checked_reference(cancellation, "cancellation")
    with transaction.atomic():
        mine = locked_collateral(collateral)
        body = {"cancellation": cancellation, "cancelled_on": cancelled_on}
        if not is_first(actor, mine, "release-mortgage", key, body, now):
            return mine
        if mine.state != CollateralState.REGISTERED or mine.registered_on is None:
            raise Moved(state=mine.get_state_display())
        if not is_over(mine.application):
            raise StillOwed
        if not mine.registered_on <= cancelled_on <= timezone.localdate(now):
            raise DatesWrong
        mine.state, mine.ended_at = CollateralState.RELEASED, now
        mine.cancellation, mine.cancelled_on = cancellation, cancelled_on
        mine.save(update_fields=["state", "cancellation", "cancelled_on", "ended_at"])
        note(actor, "release-mortgage", mine, now)
        contract = Contract.objects.filter(application=mine.application_id).first()
        if contract is not None and contract.state == ContractState.IN_FORCE:
            _end(actor, locked_contract(contract), now)
    return mine


def end_contract(*, actor: User, contract: Contract, now: datetime, key: UUID) -> Contract:
    """End a contract that is paid back, so that its guarantors are free again.

    Raises NotYours, OwnHousehold, StillOwed, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, contract.institution)
    refuse_own_household(actor, contract.household_id)
    with transaction.atomic():
        mine = locked_contract(contract)
        claimed = claim(
            actor=actor, institution=mine.institution, route="end-contract", key=key, now=now,
            body={"contract": str(mine.ref)}, subject=mine.ref,
        )  # fmt: skip
        if not claimed.is_new:
            return mine
        if mine.state != ContractState.IN_FORCE:
            raise Moved(state=mine.get_state_display())
        if not is_paid_back(mine):
            raise StillOwed
        _end(actor, mine, now)
    return mine


def _end(actor: User, contract: Contract, now: datetime) -> None:
    contract.state, contract.ended_at = ContractState.ENDED, now
    contract.save(update_fields=["state", "ended_at"])
    note(actor, "end-contract", contract, now)
    signed = Guarantor.objects.filter(
        application=contract.application_id, state=GuarantorState.SIGNED
    )
    for guarantor in signed.order_by("id"):
        guarantor.state, guarantor.ended_at = GuarantorState.RELEASED, now
        guarantor.save(update_fields=["state", "ended_at"])
        note(actor, "release-guarantor", guarantor, now)
