"""Entry of the web server where the invented county is shown: stand-ins answer for banks, faces and codes."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from xinnong.config import wsgi

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment


def application(asked: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer a request; before the first one the stand-ins take their places."""
    take_places()
    return wsgi.application(asked, start_response)


@cache
def take_places() -> None:
    """Let the stand-ins answer in this process, once; without the invented county nobody does."""
    from xinnong.accounts.demo import NotTheDemoCounty
    from xinnong.ecard import stand_in
    from xinnong.lending import demo_checks

    with suppress(NotTheDemoCounty):
        demo_checks.register()
        stand_in.register()
