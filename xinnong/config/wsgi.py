"""Entry of the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from xinnong.config import catalogues

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
catalogues.compile_all()
application = get_wsgi_application()
