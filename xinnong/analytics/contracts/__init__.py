"""What departments deliver: 34 classes and the four tables of the household form."""

from xinnong.analytics.contracts.declarations import (
    CONSENT_SCOPES,
    FORM,
    FORM_TABLES,
    LAKE_TAIL,
    Band,
    Contract,
    Field,
    load_contracts,
    load_form,
)

__all__ = [
    "CONSENT_SCOPES",
    "FORM",
    "FORM_TABLES",
    "LAKE_TAIL",
    "Band",
    "Contract",
    "Field",
    "load_contracts",
    "load_form",
]
