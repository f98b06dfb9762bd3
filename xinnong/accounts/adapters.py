"""How allauth behaves here: nobody signs up by themselves, no mail is sent."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse

from xinnong.accounts.devices import client_address, name_tried, remember_device
from xinnong.accounts.models import User


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

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """As above."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Names shown in authenticator apps."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """There are no addresses to send to."""
