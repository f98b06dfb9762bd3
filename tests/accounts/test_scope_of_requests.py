"""Every request works in the scope of whoever asks, for exactly one transaction."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory

from tests.people import People
from xinnong.accounts.middleware import ScopeEachView, scope_exempt
from xinnong.accounts.models import User

pytestmark = pytest.mark.django_db


def actor_now() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT scope.actor()::text")
        row = cursor.fetchone()
    return None if row is None else row[0]


def tell_actor(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(actor_now()))


class TellLate(SimpleTemplateResponse):
    """Asks when the page is rendered, as a template would."""

    @property
    def rendered_content(self) -> str:
        return str(actor_now())


def ask(view: object, user: User | None) -> str:
    """The middleware around a view, called as Django's handler does."""
    request = RequestFactory().get("/")
    request.user = user  # type: ignore[assignment]  # as the authentication middleware does

    def handler(request: HttpRequest) -> HttpResponse:
        middleware.process_view(request, view, (), {})  # type: ignore[arg-type]
        try:
            response: HttpResponse = view(request)  # type: ignore[operator]
            if hasattr(response, "render"):
                response = response.render()
        except ZeroDivisionError as fault:
            middleware.process_exception(request, fault)
            return HttpResponse(f"after: {actor_now()}")
        return response

    middleware = ScopeEachView(handler)
    return middleware(request).content.decode()


def test_it_sets_the_scope_for_the_view_and_the_page(people: People) -> None:
    assert ask(tell_actor, people.lin) == str(people.lin.ref)
    assert ask(lambda _request: TellLate("x"), people.zhao) == str(people.zhao.ref)
    assert actor_now() is None


def test_it_sets_none_for_the_anonymous(people: People) -> None:
    assert ask(tell_actor, None) == "None"


def test_it_leaves_exempt_views_alone(people: People) -> None:
    @scope_exempt
    def tell(request: HttpRequest) -> HttpResponse:
        return tell_actor(request)

    assert ask(tell, people.lin) == "None"


def test_it_rolls_back_what_a_failed_view_wrote(people: People) -> None:
    def fail(_request: HttpRequest) -> HttpResponse:
        User.objects.filter(pk=people.lin.pk).update(name="改了")
        raise ZeroDivisionError

    assert ask(fail, people.lin) == "after: None"
    people.lin.refresh_from_db()
    assert people.lin.name == "林客户经理"
