"""What departments deliver: 34 classes and the four tables of the household form."""

from xinnong.analytics.contracts.declarations import (
    CONSENT_SCOPES,
    LAKE_TAIL,
    Band,
    Contract,
    Field,
    load_contracts,
)

__all__ = ["CONSENT_SCOPES", "LAKE_TAIL", "Band", "Contract", "Field", "load_contracts"]
