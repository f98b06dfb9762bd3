"""How allauth behaves here: nobody signs up by themselves, no mail is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from xinnong.accounts.devices import client_address, name_tried, remember_device
from xinnong.accounts.models import User
from xinnong.accounts.scope import scoped
from xinnong.audit.services import record

ON_RECORD: Final[Mapping[str, str]] = {
    "password_changed": "accounts.change-password",
    "password_set": "accounts.change-password",
    "totp_activated": "accounts.add-second-factor",
    "totp_deactivated": "accounts.remove-second-factor",
    "webauthn_added": "accounts.add-second-factor",
    "webauthn_removed": "accounts.remove-second-factor",
    "recovery_codes_generated": "accounts.new-recovery-codes",
}
"""What allauth would tell by mail, as the audit log names it."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts are made by an institution's administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """What rates are counted by, behind our own proxies."""
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Rates of one name, with a count of its own on a device the name is known on."""
        return name_tried(request, credentials)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """After every factor: the device becomes one the name is known on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_device(request, response, user.username)
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """There are no addresses to send to."""

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """Where others write a mail, the audit log says that keys to an account changed."""
        action = ON_RECORD.get(template_prefix.rpartition("/")[2])
        if action is not None:
            with scoped(user):
                record(actor=user, action=action, at=timezone.now(), subject=user.ref)
