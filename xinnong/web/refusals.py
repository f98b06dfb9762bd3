"""Refusals in plain words: a stable code becomes a sentence and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Wording:
    """What is wrong and what to do, as lazy texts with %(name)s places for parameters."""

    says: str | _StrPromise
    advice: str | _StrPromise = ""


_wordings: dict[str, Wording] = {
    "page.no_such_step": Wording(
        gettext_lazy("这个页面没有这一步，什么也没有做。"),
        gettext_lazy("请从页面上的按钮再做一次。"),
    ),
}


def register_wordings(wordings: Mapping[str, Wording]) -> None:
    """Add the sentences of an app's refusal codes; called from AppConfig.ready."""
    _wordings.update(wordings)


def wording_of(code: str, params: Mapping[str, object] | None = None) -> Wording:
    """Return the sentence of a code; an unworded code says itself so that support can find it."""
    known = _wordings.get(code)
    if known is None:
        return Wording(
            _("这一步没有办成（代码 %(code)s）。") % {"code": code}, _("请联系县级服务台。")
        )
    values = dict(params or {})
    return Wording(str(known.says) % values, str(known.advice) % values)


def unfilled_wording(code: str) -> Wording | None:
    """Return a code's sentence, its places for parameters still open."""
    return _wordings.get(code)


def known_codes() -> frozenset[str]:
    """Return the codes that have a sentence, for the test that compares them with core."""
    return frozenset(_wordings)


def render_refused(
    request: HttpRequest,
    *,
    code: str,
    params: Mapping[str, object] | None = None,
    template: str = "422.html",
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Answer 422 with the same template the form came from, or the plain page."""
    filled = {**(context or {}), "refusal": wording_of(code, params), "refusal_code": code}
    return render(request, template, filled, status=UNPROCESSABLE)
