"""The app's registration with Django."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """See the package docstring."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "xinnong.accounts"
    label = "accounts"
    verbose_name = _("账户")

    def ready(self) -> None:
        """Word the refusals."""
        from xinnong.accounts.wording import register

        register()
