"""Calendar of deliveries, upload, and the progress of a check."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.middleware import scope_exempt
from xinnong.accounts.models import User
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.accounts.visibility import allowed, user_of
from xinnong.audit.refs import new_ref
from xinnong.core.errors import Refused
from xinnong.sources.departments import classes_of, readable_classes
from xinnong.sources.forms import DeliverForm
from xinnong.sources.models import Channel, DeliveryState
from xinnong.sources.queries import delivery_by_ref, freshness, recent_deliveries
from xinnong.sources.services.deliveries import deliver_file
from xinnong.sources.storage import FORM_ALLOWANCE, MEBIBYTE, UPLOAD_BYTES, spool_upload
from xinnong.sources.views.shown import (
    DELIVERY_TONES,
    calendar_of,
    deliveries_table,
    delivery_rows,
    refusal_of,
)
from xinnong.web.refusals import render_refused

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST_TOO_LARGE = 413


@require_GET
@allowed(Permission.READ_BATCHES)
def calendar(request: HttpRequest) -> HttpResponse:
    """What came on time, what is late, what came broken; by department."""
    user = user_of(request)
    statuses = freshness(readable_classes(user), today=timezone.localdate())
    context = {
        "departments": calendar_of(statuses.values()),
        "deliveries": deliveries_table(recent_deliveries(user)),
        "may_deliver": bool(classes_of(user)),
    }
    return render(request, "sources/calendar.html", context)


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Turn a request down by its announced length, before any of it is read."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) <= UPLOAD_BYTES + FORM_ALLOWANCE:
            return view(request, *args, **kwargs)
        response = render_refused(
            request,
            code="file.too_large",
            params={"limit_mb": UPLOAD_BYTES // MEBIBYTE},
            template="sources/deliver.html",
            context={"form": _empty_form(request)},
        )
        response.status_code = REQUEST_TOO_LARGE
        response.headers["Connection"] = "close"
        return response

    return checked


@csrf_exempt  # checked below, once the size of the request is known to be within limits
@scope_exempt  # an upload takes minutes; no transaction stays open meanwhile
@require_http_methods(["GET", "POST"])
@allowed(Permission.DELIVER_BATCH)
@limited
@csrf_protect
def deliver(request: HttpRequest) -> HttpResponse:
    """Hand a file in: it is streamed to disk, checked for size and type, and queued."""
    user = user_of(request)
    if request.method == "GET":
        return _deliver_page(request, _empty_form(request))
    form = DeliverForm(request.POST, request.FILES, **_form_options(user))
    if not form.is_valid():
        return _deliver_page(request, form, status=422)
    try:
        ref = _take_in(user, form)
    except Refused as refusal:
        context = {"form": form}
        return render_refused(
            request, code=refusal.code, params=refusal.params,
            template="sources/deliver.html", context=context,
        )  # fmt: skip
    return redirect("sources:delivery", ref=ref)


def _take_in(user: User, form: DeliverForm) -> UUID:
    now = timezone.now()
    spooled = spool_upload(form.cleaned_data["file"], ref=new_ref())
    with scoped(user):
        delivery = deliver_file(
            spooled=spooled,
            file=form.cleaned_data["file"].name,
            actor=user,
            channel=Channel.WEB,
            class_option=form.cleaned_data["class_name"],
            as_of_option=form.cleaned_data["as_of"],
            validate_only=form.cleaned_data["validate_only"],
            now=now,
        )
    return delivery.ref


def _form_options(user: User) -> dict[str, Any]:
    return {"classes": classes_of(user), "today": timezone.localdate()}


def _empty_form(request: HttpRequest) -> DeliverForm:
    """The form, filled from the address when a report sends its reader back to re-deliver."""
    first = {name: request.GET.get(name, "") for name in ("class_name", "as_of")}
    return DeliverForm(initial=first, **_form_options(user_of(request)))


def _deliver_page(request: HttpRequest, form: DeliverForm, status: int = 200) -> HttpResponse:
    return render(request, "sources/deliver.html", {"form": form}, status=status)


@require_GET
@allowed(Permission.READ_BATCHES)
def delivery(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far the check of a delivery is; the page asks again until it is over."""
    user = user_of(request)
    found = delivery_by_ref(user, ref)
    if found is None:
        raise Http404
    context = {
        "delivery": found,
        "files": delivery_rows(found),
        "tone": DELIVERY_TONES[DeliveryState(found.state)],
        "refusal": refusal_of(found),
    }
    htmx = request.headers.get("HX-Request") == "true"
    page = "sources/_delivery.html" if htmx else "sources/delivery.html"
    return render(request, page, context)
