"""Who has books to read: staff of a lender, and nobody of another operator."""

from __future__ import annotations

from django.http import HttpRequest

from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.roles import OwnerKind


def reads_own_books(request: HttpRequest) -> bool:
    """Whether somebody of a lender may read its books."""
    user = request.user
    if not isinstance(user, User) or not user.can(Permission.READ_LEDGER):
        return False
    institution = user.institution
    return institution is not None and institution.operator.kind == OwnerKind.LENDER
