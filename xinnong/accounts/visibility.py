"""Conditions that a queryset's `visible_to` is made of, and the check of verbs on views.

Row-level security filters the same rows again; these conditions are what indexes answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from xinnong.accounts.models import Actor, User
from xinnong.accounts.permissions import Permission

View = Callable[..., HttpResponse]
AFTER_LAST_DIGIT = "~"


def inside_areas(actor: Actor, column: str = "area12") -> Q:
    """Rows whose area code begins with one of the actor's areas; none without areas.

    Written as ranges, because a prefix as a range is leakproof and uses a plain index.
    """
    condition = Q(pk__in=[])
    for prefix in actor.area_prefixes:
        until = prefix + AFTER_LAST_DIGIT
        condition |= Q(**{f"{column}__gte": prefix, f"{column}__lt": until})
    return condition


def allowed(permission: Permission) -> Callable[[View], View]:
    """Guard a view: sign in first, then hold the verb; otherwise 403 (or the second factor page).

    Loading through the scope stays the view's own business and answers 404.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if not request.user.can(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def user_of(request: HttpRequest) -> User:
    """The signed-in user; only for views behind one of these guards."""
    assert isinstance(request.user, User)
    return request.user


def signed_in(view: View) -> View:
    """Guard a view that every signed-in person may open."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        return view(request, *args, **kwargs)

    return guarded
