"""The web app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """What every page shares."""

    name = "xinnong.web"
    verbose_name = _("页面")
