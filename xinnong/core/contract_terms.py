"""The terms of a contract as canonical bytes: what both sides agreed on, and nothing else.

Amounts stand in yuan as text, rates in percent a year with six decimals, dates as ISO text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from xinnong.core.documents import canonical_bytes
from xinnong.core.money import yuan
from xinnong.core.products import Product

SCHEMA: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Surety:
    """Somebody who answers for the loan, and for how much of it."""

    name: str
    kind: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mortgaged:
    """A thing that secures the loan; `covers_minor` is what is left after haircut and prior claims."""

    kind: str
    label: str
    certificate: str
    owners: tuple[str, ...]
    covers_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What the product leaves open and the application settled."""

    contract: str
    application: str
    lender: str
    lender_name: str
    borrower: str
    borrower_name: str
    borrower_id_masked: str
    household: str
    limit_minor: int
    months: int
    method: str
    rate_percent: Decimal
    late_percent: Decimal
    misuse_percent: Decimal
    starts_on: date
    ends_on: date
    security: str
    payee: str
    purpose: str
    organisation_name: str = ""
    organisation_code: str = ""
    guarantors: tuple[Surety, ...] = ()
    collateral: tuple[Mortgaged, ...] = ()


def terms_document(product: Product, agreed: Agreed) -> bytes:
    """Write the terms. The method must be one of the product's ways."""
    way = product.way(agreed.method)
    assert way is not None, agreed.method
    return canonical_bytes(
        {
            "schema": SCHEMA,
            "contract": agreed.contract,
            "application": agreed.application,
            "lender": agreed.lender,
            "lender_name": agreed.lender_name,
            "borrower": agreed.borrower,
            "borrower_name": agreed.borrower_name,
            "borrower_id_masked": agreed.borrower_id_masked,
            "household": agreed.household,
            "product": {"id": product.id, "version": product.version, "sha256": product.sha256},
            "limit_yuan": yuan(agreed.limit_minor),
            "revolving": product.revolving,
            "months": agreed.months,
            "starts_on": agreed.starts_on.isoformat(),
            "ends_on": agreed.ends_on.isoformat(),
            "method": way.method,
            "every": way.every,
            "unit": way.unit,
            "day_count": product.day_count,
            "interest_period": product.interest_period,
            "annual_rate": _percent(agreed.rate_percent),
            "late_rate": _percent(agreed.late_percent),
            "misuse_rate": _percent(agreed.misuse_percent),
            "compound": product.overdue.compound,
            "principal_first_after_days": product.overdue.principal_first_after_days,
            "security": agreed.security,
            "payee": agreed.payee,
            "purpose": agreed.purpose,
            "conditions": list(
                product.conditions_for(security=agreed.security, payee=agreed.payee)
            ),
            "signing": list(product.signing),
            "cooling_off_days": product.cooling_off_days,
            **_secured(agreed),
        }
    )


def _secured(agreed: Agreed) -> dict[str, object]:
    """Which organisation borrows, who and what stands behind the loan; nothing where nothing does."""
    said: dict[str, object] = {}
    if agreed.organisation_name:
        said["organisation"] = {"name": agreed.organisation_name, "uscc": agreed.organisation_code}
    if agreed.guarantors:
        said["guarantors"] = [
            {"name": each.name, "kind": each.kind, "amount_yuan": yuan(each.amount_minor)}
            for each in agreed.guarantors
        ]
    if agreed.collateral:
        said["collateral"] = [
            {
                "kind": each.kind,
                "label": each.label,
                "certificate": each.certificate,
                "owners": list(each.owners),
                "covers_yuan": yuan(each.covers_minor),
            }
            for each in agreed.collateral
        ]
    return said


def _percent(rate: Decimal) -> str:
    return str(rate.quantize(Decimal("0.000001")))
