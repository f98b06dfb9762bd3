"""Entry of the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from xinnong.config import catalogues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
catalogues.compile_all()
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  # imports every view now, not at the first request
