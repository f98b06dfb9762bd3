"""尽职免责: everything on record about one loan, from the application to the last call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from xinnong.lending.models import (
    AlertDecision,
    AlertLoan,
    ClassChange,
    LoanVersion,
    PaymentHold,
    Reminder,
    Repayment,
)
from xinnong.lending.queries.aftercare import checks_of
from xinnong.lending.queries.applications import decisions_on, investigations_of
from xinnong.lending.queries.collecting import contacts_of
from xinnong.lending.queries.contracts import contract_by_ref, reports_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from xinnong.lending.models import (
        Application,
        CollectionContact,
        Contract,
        ContractCondition,
        CreditReportQuery,
        Decision,
        Investigation,
        Loan,
        LoanCheck,
    )


@dataclass(frozen=True, slots=True)
class Dossier:
    """The rows about one loan, each kind in the order in which it happened."""

    loan: Loan
    contract: Contract | None
    application: Application | None
    versions: Sequence[LoanVersion]
    checks: Sequence[LoanCheck]
    contacts: Sequence[CollectionContact]
    reminders: Sequence[Reminder]
    classes: Sequence[ClassChange]
    repayments: Sequence[Repayment]
    alerts: Sequence[AlertDecision]
    visits: Sequence[Investigation] = field(default=())
    decisions: Sequence[Decision] = field(default=())
    reports: Sequence[CreditReportQuery] = field(default=())
    conditions: Sequence[ContractCondition] = field(default=())
    lifted: Sequence[PaymentHold] = field(default=())

    def people(self) -> set[UUID]:
        """Everybody of the staff who did something."""
        return set(self._people()) - {self.loan.person}

    def _people(self) -> Iterator[UUID]:
        if self.application:
            yield self.application.submitted_by
        if self.contract:
            yield self.contract.drafted_by
            yield from filter(None, [self.contract.officer])
        for visit in self.visits:
            yield from (visit.first_by, visit.second_by)
        yield from (each.decided_by for each in self.decisions)
        yield from (each.decided_by for each in self.alerts)
        yield from (each.asked_by for each in self.reports)
        yield from (each.met_by for each in self.conditions)
        yield from (each.made_by for each in self.versions)
        yield from (each.by for each in self.contacts)
        yield from (each.done_by for each in self.checks if each.done_by)
        yield from (each.lifted_by for each in self.lifted if each.lifted_by)


def dossier_of(loan: Loan) -> Dossier:
    """Read the rows; nothing is computed and nothing written."""
    contract = contract_by_ref(loan.contract_ref)
    application = contract.application if contract else None
    held = AlertLoan.objects.filter(loan=loan).values("alert_id")
    own = Q(person=loan.person, institution=loan.institution, lifted_at__isnull=False)
    return Dossier(
        loan=loan,
        contract=contract,
        application=application,
        versions=list(LoanVersion.objects.filter(loan=loan).order_by("version")),
        checks=checks_of(loan),
        contacts=list(reversed(contacts_of(loan))),
        reminders=list(Reminder.objects.filter(loan=loan).order_by("on", "id")),
        classes=list(ClassChange.objects.filter(loan=loan).order_by("on", "id")),
        repayments=list(Repayment.objects.filter(loan=loan).order_by("on", "id")),
        alerts=list(AlertDecision.objects.filter(alert__in=held).order_by("id")),
        visits=investigations_of(application) if application else (),
        decisions=decisions_on(application) if application else (),
        reports=list(reversed(reports_of(loan.person, institution=loan.institution))),
        conditions=list(contract.conditions.order_by("met_at", "id")) if contract else (),
        lifted=list(PaymentHold.objects.filter(own).order_by("id")),
    )
