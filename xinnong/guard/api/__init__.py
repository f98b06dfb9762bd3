"""JSON API of guard on one router: sources hand events in."""

from xinnong.guard.api import feeds
from xinnong.guard.api.routing import router

__all__ = ["feeds", "router"]
