"""The profiles app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfilesConfig(AppConfig):
    """Six-dimension profiles."""

    name = "xinnong.profiles"
    verbose_name = _("农户画像")
