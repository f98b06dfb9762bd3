"""Reports of batches: list, one report, its error file, withdrawal."""

from __future__ import annotations

from urllib.parse import quote, urlencode
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.errors import Refused
from xinnong.sources.departments import classes_of, readable_classes
from xinnong.sources.error_files import error_file_name, opened_error_file, opened_error_workbook
from xinnong.sources.forms import BatchFilter, WithdrawForm, class_title
from xinnong.sources.models import Batch, BatchReason, BatchState
from xinnong.sources.queries import PAGE_ROWS, batches_page, relying_on, visible_batches
from xinnong.sources.services import note_error_file_read, withdraw_batch
from xinnong.sources.views.shown import (
    batches_table,
    code_lines,
    counts_share,
    facts_of,
    refusal_of,
    sample_table,
)
from xinnong.web.paging import page_of, turn_of
from xinnong.web.refusals import render_refused


def readable_batch(request: HttpRequest, ref: UUID) -> Batch:
    """The batch, if this person may read its report; 404 otherwise."""
    found = visible_batches(user_of(request)).filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def own_batch(request: HttpRequest, ref: UUID) -> Batch:
    """The batch, if this person's department delivers it; 404 otherwise."""
    found = readable_batch(request, ref)
    user = user_of(request)
    own = found.class_name in classes_of(user) if found.class_name else True
    if not own or found.institution_id not in {None, user.institution_id}:
        raise Http404
    return found


@require_GET
@allowed(Permission.READ_BATCHES)
def batches(request: HttpRequest) -> HttpResponse:
    """Reports, newest first."""
    user = user_of(request)
    chosen = BatchFilter(request.GET, classes=readable_classes(user))
    if not chosen.is_valid():
        return render(request, "sources/batches.html", {"filter": chosen}, status=422)
    turn = turn_of(request.GET)
    found = batches_page(
        user,
        class_name=chosen.cleaned_data["class_name"],
        state=chosen.cleaned_data["state"],
        before=None if turn.is_back else turn.number,
        since=turn.number if turn.is_back else None,
    )
    shown, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda b: str(b.pk))
    table = batches_table(shown, caption=_("批次"), pager=pager)
    return render(request, "sources/batches.html", {"filter": chosen, "table": table})


@require_GET
@allowed(Permission.READ_BATCHES)
def batch(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What became of every row of one file, why, and what to do now."""
    return render(request, "sources/batch.html", _report(request, readable_batch(request, ref)))


def _report(request: HttpRequest, found: Batch) -> dict[str, object]:
    is_own = found.class_name in classes_of(user_of(request))
    return {
        "batch": found,
        "title": class_title(found.class_name) or found.file,
        "facts": facts_of(found),
        "refusal": refusal_of(found),
        "share": counts_share(found) if found.read else None,
        "reasons": code_lines(found, BatchReason.Kind.REASON),
        "repairs": code_lines(found, BatchReason.Kind.REPAIR),
        "remarks": code_lines(found, BatchReason.Kind.REMARK),
        "sample": sample_table(found) if is_own else None,
        "may_deliver": is_own,
        "may_withdraw": is_own and found.state == BatchState.LIVE,
        "redeliver_url": _redeliver_url(found),
    }


def _redeliver_url(found: Batch) -> str:
    as_of = found.as_of.isoformat() if found.as_of else ""
    query = urlencode({"class_name": found.class_name, "as_of": as_of})
    return f"{reverse('sources:deliver')}?{query}"


@require_GET
@allowed(Permission.DELIVER_BATCH)  # type: ignore[arg-type]  # it streams
def error_file(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """The department's own rows back, with the reasons beside them; every download is recorded."""
    found = own_batch(request, ref)
    kind = "xlsx" if request.GET.get("kind") == "xlsx" else ""
    try:
        pieces = opened_error_workbook(found) if kind else opened_error_file(found)
    except Refused as refusal:
        return render_refused(request, code=refusal.code, params=refusal.params)
    note_error_file_read(batch=found, actor=user_of(request), now=timezone.now())
    response = StreamingHttpResponse(pieces, content_type="application/octet-stream")
    name = quote(error_file_name(found, kind))
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@require_http_methods(["GET", "POST"])
@allowed(Permission.DELIVER_BATCH)
def withdraw(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Take a batch back: first what it would mean, then with a reason."""
    found = own_batch(request, ref)
    form = WithdrawForm(request.POST or None)
    context = {
        "batch": found,
        "form": form,
        "title": class_title(found.class_name),
        "later": relying_on(found).order_by("-pk"),
    }
    if request.method == "GET" or not form.is_valid():
        status = 200 if request.method == "GET" else 422
        return render(request, "sources/withdraw.html", context, status=status)
    try:
        with transaction.atomic():
            withdraw_batch(
                batch=found,
                actor=user_of(request),
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
    except Refused as refusal:
        return render_refused(
            request, code=refusal.code, params=refusal.params,
            template="sources/withdraw.html", context=context,
        )  # fmt: skip
    return redirect("sources:batch", ref=ref)
