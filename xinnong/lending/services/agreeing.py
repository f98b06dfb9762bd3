"""From an approval to the words of a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.accounts.models import Institution
from xinnong.core.contract_terms import Agreed, Mortgaged, Surety, terms_document
from xinnong.core.ids import mask_rid
from xinnong.core.origination import last_day
from xinnong.core.products import late_percent
from xinnong.lending.queries.products import product_of
from xinnong.lending.queries.securities import (
    covers_minor,
    live_collateral,
    live_guarantors,
    owners_of,
)
from xinnong.registry.models import Person
from xinnong.registry.queries import organisation_by_ref
from xinnong.registry.vault import opened

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from uuid import UUID

    from xinnong.lending.models import Application, Decision


def agreed_terms(
    application: Application,
    decision: Decision,
    ref: UUID,
    today: date,
    lpr_percent: Decimal | None,
) -> tuple[Agreed, bytes]:
    """What was agreed on, and its canonical bytes. `decision` approves."""
    rate = decision.rate_percent
    assert rate is not None, "an approval names a rate"
    product = product_of(application.offer.product)
    lender = Institution.objects.get(code=application.institution)
    person = Person.objects.select_related("identity").get(ref=application.person)
    organisation = (
        organisation_by_ref(application.organisation) if application.organisation else None
    )
    agreed = Agreed(
        contract=str(ref),
        application=str(application.ref),
        lender=lender.code,
        lender_name=lender.name,
        borrower=str(person.ref),
        borrower_name=person.name,
        borrower_id_masked=mask_rid(opened(person.identity).rid),
        household=application.household.ref,
        limit_minor=decision.amount_minor,
        months=decision.months,
        method=application.method,
        rate_percent=rate,
        late_percent=late_percent(product, rate, lpr_percent=lpr_percent),
        misuse_percent=rate * product.overdue.misuse_percent / 100,
        starts_on=today,
        ends_on=last_day(today, decision.months),
        security=application.security,
        payee=application.payee,
        purpose=application.purpose,
        organisation_name=application.organisation_name,
        organisation_code=organisation.uscc if organisation else "",
        guarantors=_sureties(application),
        collateral=_mortgaged(application, today),
    )
    return agreed, terms_document(product, agreed)


def _sureties(application: Application) -> tuple[Surety, ...]:
    return tuple(
        Surety(name=each.name, kind=each.kind, amount_minor=each.amount_minor)
        for each in live_guarantors(application)
    )


def _mortgaged(application: Application, today: date) -> tuple[Mortgaged, ...]:
    return tuple(
        Mortgaged(
            kind=each.kind,
            label=each.label,
            certificate=each.certificate,
            owners=tuple(owner.name for owner in owners_of(each)),
            covers_minor=covers_minor(each, on=today),
        )
        for each in live_collateral(application)
    )
