"""A phone that shows codes without network: the page, what it is handed once, the script it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.dynamic_codes import PREFIX, CodeKind
from xinnong.ecard import services
from xinnong.ecard.issuers import is_stand_in
from xinnong.ecard.views.asking import Tried
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.ecard.services import OfflinePhone


@require_http_methods(["GET", "POST"])
@allowed(Permission.HOLD_ECARD)
def offline(request: HttpRequest) -> HttpResponse:
    """The page holds nobody's data; a POST hands the phone its key, once."""
    context: dict[str, object] = {
        "is_stand_in": is_stand_in(), "starts": PREFIX + CodeKind.OFFLINE,
    }  # fmt: skip
    if request.method == "GET":
        return render(request, "ecard/offline.html", context)
    tried = Tried(lambda: services.prepare_phone(actor=user_of(request), now=timezone.now()))
    if tried.refusal:
        context["refusal"] = tried.refusal
        return render(request, "ecard/offline.html", context, status=UNPROCESSABLE)
    phone: OfflinePhone = tried.made
    context |= {"handle": phone.handle, "key": phone.key.hex(), "step": phone.step_seconds}
    return render(request, "ecard/offline.html", context)


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page; it holds addresses alone and answers everybody."""
    kind = "text/javascript; charset=utf-8"
    return render(request, "ecard/offline_worker.js", content_type=kind)
