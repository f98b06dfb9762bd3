"""Entry of the web server."""

from __future__ import annotations

import os
from contextlib import suppress

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from xinnong.config import catalogues, environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
catalogues.compile_all()
application = get_wsgi_application()
if environment.value("XINNONG_DEMO") == "1":
    from xinnong.lending.demo_checks import NotTheDemoCounty, register

    with suppress(NotTheDemoCounty):  # then nobody vouches for cards and faces
        register()
get_resolver().url_patterns  # noqa: B018  # imports every view now, not at the first request
