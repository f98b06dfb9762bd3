"""JSON API of guard on one router: sources hand events in, platforms answer orders."""

from xinnong.guard.api import feeds, orders
from xinnong.guard.api.routing import router

__all__ = ["feeds", "orders", "router"]
