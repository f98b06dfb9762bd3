"""To whom a person can give consent: what a refresh looks for in the scopes that were signed."""

from __future__ import annotations

from xinnong.accounts.models import Institution, Operator
from xinnong.analytics.refresh import GOVERNMENT_SERVICE
from xinnong.areas.models import Area


def lender_codes() -> list[str]:
    """Codes of the institutions that lend in their own name, in order."""
    found = Institution.objects.filter(operator__kind=Operator.Kind.LENDER, parent__isnull=True)
    return list(found.order_by("code").values_list("code", flat=True))


def consent_recipients() -> frozenset[str]:
    """Codes that may stand on a consent: every lender, and the credit service of every county."""
    counties = Area.objects.filter(level="county").values_list("code", flat=True)
    services = {GOVERNMENT_SERVICE.format(county=code[:6]) for code in counties}
    return frozenset({*services, *lender_codes()})
