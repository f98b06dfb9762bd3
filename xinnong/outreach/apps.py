"""The outreach app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from xinnong.accounts.permissions import Permission


class OutreachConfig(AppConfig):
    """Channels, field teams, their activities, and what anybody may check."""

    name = "xinnong.outreach"
    verbose_name = _("村推活动")

    def ready(self) -> None:
        """Add the pages to the header and the sentences of refusals."""
        from xinnong.outreach.entries import entries
        from xinnong.outreach.panel import visits_panel
        from xinnong.outreach.wording import REFUSALS
        from xinnong.web.navigation import NavEntry, register
        from xinnong.web.panels import register_panel
        from xinnong.web.refusals import register_wordings

        register_wordings(REFUSALS)
        register_panel("outreach.visits", 7, visits_panel)
        for position, label, name, verb, about, pages in entries():
            register(
                NavEntry(
                    position, label, f"outreach:{name}", _holds(verb), about=about,
                    pages=frozenset(f"outreach:{page}" for page in pages),
                )
            )  # fmt: skip
        register(
            NavEntry(
                60,
                _("查队伍"),
                "outreach:check",
                _is_asked_at_the_door,
                about=_("上门的人是不是真的：号码、本村今天、文号"),
                pages=frozenset({"outreach:village", "outreach:document"}),
            )
        )


def _holds(verb: Permission) -> Callable[[HttpRequest], bool]:
    """Whether whoever asks is signed in and holds the verb."""
    return lambda request: request.user.is_authenticated and request.user.can(verb)


def _is_asked_at_the_door(request: HttpRequest) -> bool:
    """Whoever is not signed in, villagers and cadres."""
    user = request.user
    return not user.is_authenticated or not {"farmer", "cadre"}.isdisjoint(user.roles)
