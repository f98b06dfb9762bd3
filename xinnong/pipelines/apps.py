"""The pipelines app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelinesConfig(AppConfig):
    """The county refresh."""

    name = "xinnong.pipelines"
    verbose_name = _("全县刷新")
