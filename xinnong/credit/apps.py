"""The credit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    """Credit policy and lines."""

    name = "xinnong.credit"
    verbose_name = _("授信")
