"""The only writer of conditions: what must hold before money leaves, each with what shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone

from xinnong.core.origination import REPORT_DAYS
from xinnong.lending.models import (
    Contract,
    ContractCondition,
    ContractState,
    CreditReportQuery,
    Investigation,
    ReportPurpose,
)
from xinnong.lending.queries.contracts import conditions_missing, conditions_wanted
from xinnong.lending.queries.securities import guarantors_signed, mortgages_registered
from xinnong.lending.seams import is_witnessed
from xinnong.lending.services.commands import (
    claim,
    note,
    refuse_all_but_staff,
    refuse_own_household,
    same_owner,
)
from xinnong.lending.services.evidence import checked_reference
from xinnong.lending.services.refusals import ConditionNotShown, ConditionUnknown, Moved

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from xinnong.accounts.models import Actor, User

BY_DOCUMENT: Final = frozenset({"fund_member"})
"""An officer shows this by the reference of a document; every other one shows itself or is vouched
for by the app that owns it."""
OPEN: Final = (ContractState.DRAFTED, ContractState.SIGNED, ContractState.IN_FORCE)


def meet_condition(
    *,
    actor: User,
    contract: Contract,
    condition: str,
    evidence: str,
    now: datetime,
    key: UUID,
) -> ContractCondition:
    """Put on record that a condition holds; with the last one a signed contract comes into force.

    Line, credit report, visit, guarantors and mortgages are looked up and not believed; `evidence` is then ignored. A
    condition already met stays as it is. Raises NotYours, OwnHousehold, ConditionUnknown,
    ConditionNotShown, EvidenceMissing, Moved, CommandKeyReused.
    """
    refuse_all_but_staff(actor, contract.institution)
    refuse_own_household(actor, contract.household_id)
    with transaction.atomic():
        mine = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        claim(
            actor=actor, institution=mine.institution, route="meet-condition", key=key, now=now,
            body={"contract": str(mine.ref), "condition": condition, "evidence": evidence},
            subject=mine.ref,
        )  # fmt: skip
        if condition not in conditions_wanted(mine):
            raise ConditionUnknown(condition=condition)
        if mine.state not in OPEN:
            raise Moved(state=mine.get_state_display())
        found = ContractCondition.objects.filter(contract=mine, code=condition).first()
        if found is None:
            found = _write(actor, mine, condition, _shown(mine, condition, evidence, now), now)
        come_into_force(actor, mine, now)
    return found


def meet_by_itself(actor: Actor, contract: Contract, now: datetime) -> None:
    """Meet what can be looked up when a contract is drafted, in the caller's transaction."""
    met = set(ContractCondition.objects.filter(contract=contract).values_list("code", flat=True))
    for code in conditions_wanted(contract):
        evidence = _looked_up(contract, code, now)
        if code not in met and evidence:
            _write(actor, contract, code, evidence, now)


def come_into_force(actor: User, contract: Contract, now: datetime) -> None:
    """Bring a signed contract into force once nothing is missing. Internal to services."""
    if contract.state != ContractState.SIGNED or conditions_missing(contract):
        return
    contract.state = ContractState.IN_FORCE
    contract.save(update_fields=["state"])
    note(actor, "contract-in-force", contract, now, checksum=contract.sha256)


def _write(
    actor: Actor, contract: Contract, code: str, evidence: str, now: datetime
) -> ContractCondition:
    row = ContractCondition.objects.create(
        **same_owner(contract), contract=contract, code=code, evidence=evidence, met_at=now,
        met_by=actor.ref,
    )  # fmt: skip
    note(actor, "meet-condition", row, now)
    return row


def _shown(contract: Contract, code: str, evidence: str, now: datetime) -> str:
    """What stands on record as evidence. Raises ConditionNotShown, EvidenceMissing."""
    found = _looked_up(contract, code, now)
    if found:
        return found
    if code in BY_DOCUMENT:
        return checked_reference(evidence, "evidence")
    if evidence and is_witnessed(code, contract, evidence):
        return checked_reference(evidence, "evidence")
    raise ConditionNotShown(condition=code)


def _looked_up(contract: Contract, code: str, now: datetime) -> str:
    """The evidence that lies in this lender's own books; "" where there is none."""
    finders = {
        "line_granted": _line,
        "credit_report": _report,
        "site_visit": _visit,
        "guarantor_signed": _guarantors,
        "mortgage_registered": _mortgages,
    }
    find = finders.get(code)
    return find(contract, now) if find else ""


def _line(contract: Contract, _now: datetime) -> str:
    application = contract.application
    enough = (application.line_minor or 0) >= contract.limit_minor
    return f"run:{application.run_id}" if enough and not application.closed_gates else ""


def _report(contract: Contract, now: datetime) -> str:
    """An answered asking for this purpose, not older than a month, without overdue loans."""
    since = timezone.localdate(now) - timedelta(days=REPORT_DAYS)
    answered = CreditReportQuery.objects.filter(
        institution=contract.institution,
        person=contract.person,
        purpose=ReportPurpose.BEFORE,
        answered_at__isnull=False,
        reported_on__gte=since,
        overdue_loans=0,
    )
    newest = answered.order_by("-id").first()
    return f"report:{newest.ref}" if newest else ""


def _visit(contract: Contract, _now: datetime) -> str:
    visits = Investigation.objects.filter(application=contract.application)
    newest = visits.exclude(finding="differs").order_by("-id").first()
    return f"visit:{newest.ref}" if newest else ""


def _guarantors(contract: Contract, _now: datetime) -> str:
    return guarantors_signed(contract)


def _mortgages(contract: Contract, now: datetime) -> str:
    return mortgages_registered(contract, on=timezone.localdate(now))
