"""Whoever looked stays on record when the page fails afterwards; what it did is undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from tests.people import LOTUS_VILLAGE, NOW, People
from xinnong.accounts.middleware import ScopeEachView
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.privacy.models import Listing, Read
from xinnong.privacy.services import record_listing, record_read

pytestmark = pytest.mark.django_db
View = Callable[[HttpRequest], HttpResponse]


def look(request: HttpRequest) -> None:
    assert isinstance(request.user, User)
    User.objects.filter(pk=request.user.pk).update(name="改了")
    common = {"actor": request.user, "at": NOW, "purpose": "campaign"}
    record_read(**common, fields=["score"], household_id=17, area12=LOTUS_VILLAGE)  # type: ignore[arg-type]
    record_listing(**common, asked="village", households=[17, 18])  # type: ignore[arg-type]


def fail(request: HttpRequest) -> HttpResponse:
    look(request)
    raise ZeroDivisionError


def refuse(request: HttpRequest) -> HttpResponse:
    look(request)
    raise Http404


def answer_with_a_fault(request: HttpRequest) -> HttpResponse:
    look(request)
    return HttpResponse("fault", status=500)


def succeed(request: HttpRequest) -> HttpResponse:
    look(request)
    return HttpResponse("file")


def open_page(view: View, user: User) -> None:
    """The middleware around a view, called as Django's handler does."""
    request = RequestFactory().get("/")
    request.user = user

    def handler(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request, view, (), {})
        try:
            return view(request)
        except (ZeroDivisionError, Http404) as fault:
            middleware.process_exception(request, fault)
            return HttpResponse(status=500 if isinstance(fault, ZeroDivisionError) else 404)

    middleware = ScopeEachView(handler)
    middleware(request)


@pytest.mark.parametrize("view", [fail, refuse, answer_with_a_fault, succeed])
def test_it_keeps_the_trace_once(people: People, view: View) -> None:
    open_page(view, people.lin)
    with scoped(SYSTEM):
        assert [(read.actor, read.household_id) for read in Read.objects.all()] == [
            (people.lin.ref, 17)
        ]
        assert [listing.households for listing in Listing.objects.all()] == [[17, 18]]
    name = User.objects.get(pk=people.lin.pk).name
    assert (name == "改了") == (view is succeed)
