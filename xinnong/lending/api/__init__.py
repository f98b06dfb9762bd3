"""JSON API of lending: schedules, applications, contracts, loans and payments, on one router."""

from xinnong.lending.api import applications, contracts, loans, payments, schedules
from xinnong.lending.api.routing import router

router.add_router("", payments.router)

__all__ = ["applications", "contracts", "loans", "payments", "router", "schedules"]
