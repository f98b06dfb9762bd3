"""Entry of the web server where the invented county is shown: stand-ins answer for banks and faces."""

from __future__ import annotations

from contextlib import suppress

from xinnong.config.wsgi import application
from xinnong.lending.demo_checks import NotTheDemoCounty, register

__all__ = ["application"]

with suppress(NotTheDemoCounty):  # then nobody vouches for cards and faces
    register()
