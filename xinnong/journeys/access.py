"""What the signed-in person may do, for headers and templates; views are guarded by accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.cache import cache

from xinnong.accounts.models import Institution, User, in_page_language, lender_code

if TYPE_CHECKING:
    from django.http import HttpRequest

    from xinnong.accounts.permissions import Permission

NAMES_KEY = "journeys.institution-names"
NAMES_SECONDS = 60


def may(request: HttpRequest, permission: Permission) -> bool:
    """Return whether whoever asks is signed in and allowed the verb."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and user.can(permission)


def lender_of(user: User) -> str:
    """Return the code of the lender whose granted lines this person works with; "" for others."""
    return lender_code(user.institution)


def institution_name(code: str) -> str:
    """Return the name of an institution in the language of the page, or its code."""
    names: dict[str, tuple[str, str]] | None = cache.get(NAMES_KEY)
    if names is None or code not in names:
        rows = Institution.objects.values_list("code", "name", "name_en")
        names = {found: (name, name_en) for found, name, name_en in rows}
        cache.set(NAMES_KEY, names, NAMES_SECONDS)
    return in_page_language(*names[code]) if code in names else code
