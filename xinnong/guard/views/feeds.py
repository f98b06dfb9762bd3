"""Sources of events: who may send what, with which key; registered by two officers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.guard.activities import has_activities_feed
from xinnong.guard.done_wording import FEED
from xinnong.guard.forms import FeedForm
from xinnong.guard.models import FeedState
from xinnong.guard.queries import feeds as queries
from xinnong.guard.services.feeds import decide_feed, propose_feed, suspend_feed
from xinnong.guard.tables import feed_facts, feeds_table, parcels_table
from xinnong.web.asking import Told
from xinnong.web.done import say_done
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.guard.models import Feed


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def feeds(request: HttpRequest) -> HttpResponse:
    """List the sources; propose one."""
    may, told = user_of(request).can(Permission.MANAGE_FEEDS), Told()
    form = FeedForm(request.POST or None)
    if request.method == "POST" and may and form.is_valid():
        said = form.cleaned_data
        if told.of(lambda: propose_feed(actor=user_of(request), now=timezone.now(), **said)):
            say_done(request, FEED, "propose")
            return redirect("guard:feeds")
    context = {
        "table": feeds_table(queries.feeds()),
        "form": form,
        "refusal": told.refusal,
        "may": may,
        "has_activities": has_activities_feed(),
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/feeds.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_CASES)
def feed(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One registration with its deliveries; approve, refuse or stop it."""
    found = queries.feed_by_ref(ref)
    if found is None:
        raise Http404
    may, told = user_of(request).can(Permission.MANAGE_FEEDS), Told()
    if request.method == "POST" and may and told.of(lambda: _decide(request, found)):
        say_done(request, FEED, request.POST.get("step", ""))
        return redirect("guard:feed", found.ref)
    rows = queries.parcels_page(found.code, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "feed": found,
        "facts": feed_facts(found),
        "table": parcels_table(shown, pager),
        "refusal": told.refusal,
        "waits": may and found.state == FeedState.PROPOSED,
        "runs": may and found.state == FeedState.ACTIVE,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "guard/feed.html", context, status=status)


def _decide(request: HttpRequest, found: Feed) -> Feed:
    step, actor, now = request.POST.get("step", ""), user_of(request), timezone.now()
    if step == "suspend":
        return suspend_feed(actor=actor, feed=found, now=now)
    if step in {"approve", "refuse"}:
        return decide_feed(actor=actor, feed=found, approve=step == "approve", now=now)
    raise Http404
