"""The scoring app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    """Scorecards and scores."""

    name = "xinnong.scoring"
    verbose_name = _("信用评分")

    def ready(self) -> None:
        """Give the refusals of the rules their words."""
        from xinnong.scoring.refusals import register

        register()
