"""JSON API of lending: schedules, applications, contracts and loans, on one router."""

from xinnong.lending.api import applications, contracts, loans, schedules
from xinnong.lending.api.routing import router

__all__ = ["applications", "contracts", "loans", "router", "schedules"]
