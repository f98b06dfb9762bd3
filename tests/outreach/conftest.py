from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.outreach.world import World, found
from tests.people import settle


@pytest.fixture
def world(db: None) -> World:
    cache.clear()
    return found(settle())
