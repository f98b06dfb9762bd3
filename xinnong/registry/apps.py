"""The registry app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Parties and the runs that link them."""

    name = "xinnong.registry"
    verbose_name = _("主体登记")

    def ready(self) -> None:
        """Let a farmer's scope reach the own household."""
        from xinnong.accounts.scope import register_household_finder
        from xinnong.registry.queries import households_of_person

        register_household_finder(households_of_person)
