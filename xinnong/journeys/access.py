"""What the signed-in person may do, for headers and templates; views are guarded by accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinnong.accounts.models import Institution, User
from xinnong.accounts.roles import OwnerKind

if TYPE_CHECKING:
    from django.http import HttpRequest

    from xinnong.accounts.permissions import Permission


def may(request: HttpRequest, permission: Permission) -> bool:
    """Return whether whoever asks is signed in and allowed the verb."""
    user = getattr(request, "user", None)
    return isinstance(user, User) and user.can(permission)


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user; only for views behind a guard of accounts.visibility."""
    assert isinstance(request.user, User)
    return request.user


def lender_of(user: User) -> str:
    """Return the code of the lender whose granted lines this person works with; "" for others."""
    institution = user.institution
    while institution is not None and institution.parent is not None:
        institution = institution.parent
    is_lender = institution is not None and institution.operator.kind == OwnerKind.LENDER
    return institution.code if institution is not None and is_lender else ""


def lender_name(code: str) -> str:
    """Return the name of a lender in the language of the page, or its code."""
    found = Institution.objects.filter(code=code).first()
    return found.shown_name if found else code
