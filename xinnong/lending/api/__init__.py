"""JSON API of lending on one router: from schedules to loans, their collecting, and the bank's hands."""

from xinnong.lending.api import (
    alerts,
    applications,
    collecting,
    contracts,
    loans,
    payments,
    portfolio,
    schedules,
    statements,
)
from xinnong.lending.api.routing import router

router.add_router("", payments.router)
router.add_router("", statements.router)

__all__ = [
    "alerts",
    "applications",
    "collecting",
    "contracts",
    "loans",
    "payments",
    "portfolio",
    "router",
    "schedules",
    "statements",
]
