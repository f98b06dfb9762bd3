"""A family's own file in plain words: how much, why, and who looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.bins import DIMENSIONS
from xinnong.journeys.queries.household import own_history_of, own_household, own_person
from xinnong.journeys.services.listed import lists_with
from xinnong.journeys.views.file import dimension_context, file_context
from xinnong.journeys.views.household import ALL_FACTS
from xinnong.journeys.views.tables import (
    basis_code,
    day,
    lists_table,
    moment,
    own_history_table,
    reads_table,
)
from xinnong.lending.queries.applications import contracted_minor
from xinnong.lending.services.commands import at_counter
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.queries import own_reads, reads_by_others
from xinnong.privacy.services import record_read
from xinnong.registry.models import RunState
from xinnong.web.paging import PAGE_ROWS, Turn, page_of, turn_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from xinnong.accounts.models import User
    from xinnong.credit.models import Line
    from xinnong.journeys.queries.household import RunRow
    from xinnong.registry.models import Household

NEWEST_READS = 3
LISTS = "lists"
WHOLE_FILE = ("household", "members", "score", "line")


@allowed(Permission.READ_OWN_FILE)
def own_file(request: HttpRequest) -> HttpResponse:
    """Show the own household's lines, score and reasons; a reading by oneself is noted too.

    A pre-approved figure is internal and no promise, so it does not stand here.
    """
    home = own_household(user_of(request).person_ref)
    if home is None:
        return render(request, "journeys/own_file_missing.html")
    _remember(request, home, WHOLE_FILE)
    history = own_history_of(home)
    context = file_context(home, user=user_of(request), chosen_basis=_own_basis(history))
    lines = context.get("lines") or []
    assert isinstance(lines, list)
    granted = [shown for shown in lines if shown.is_granted]
    best = max(granted, key=lambda shown: shown.line.line_minor, default=None)
    looked = _who_looked(request, home, newest=NEWEST_READS)
    table = own_history_table(history)
    shown = {**context, **looked, "best": best, "granted": granted, "history": table}
    if best is not None:
        shown["left_minor"] = _left_minor(user_of(request), home, best.line)
    return render(request, "journeys/own_file.html", shown)


def _left_minor(user: User, home: Household, line: Line) -> int:
    """What is left of a line after what the household has agreed to borrow on it."""
    with at_counter(user, institution=line.lender, home=home):
        promised = contracted_minor(home.pk, institution=line.lender)
    return max(0, line.line_minor - promised)


@allowed(Permission.READ_OWN_FILE)
def own_dimension(request: HttpRequest, dimension: str) -> HttpResponse:
    """Open one dimension of the own file."""
    home = own_household(user_of(request).person_ref)
    if home is None or dimension not in DIMENSIONS:
        raise Http404
    _remember(request, home, (f"facts.{dimension}",))
    person = own_person(user_of(request).person_ref)
    subject = str(person.key) if person else None
    context = dimension_context(
        home,
        dimension,
        user=user_of(request),
        chosen_basis=_own_basis(own_history_of(home)),
        subject=subject,
        every_fact=ALL_FACTS in request.GET,
    )
    if context is None:
        raise Http404
    part = request.htmx  # type: ignore[attr-defined]  # django-htmx adds it
    template = "journeys/_dimension.html" if part else "journeys/dimension.html"
    return render(request, template, {**context, "is_own": True})


def _own_basis(history: Sequence[RunRow]) -> str:
    """The result that the family reads of the current run: that of the line it is offered."""
    current = next((row for row in history if row.run.state == RunState.CURRENT), None)
    return basis_code(current.basis, current.lender) if current else ""


@allowed(Permission.READ_OWN_FILE)
def who_looked(request: HttpRequest) -> HttpResponse:
    """List every reading of the own household."""
    home = own_household(user_of(request).person_ref)
    if home is None:
        return render(request, "journeys/own_file_missing.html")
    began = Turn(request.GET.get(LISTS, "")).number
    found = lists_with(reader=user_of(request), home=home, before=began)
    listed = {
        "lists": lists_table(found.lines),
        "lists_since": day(found.since) if found.since else "",
        "lists_newest": _lists_from(request, None) if began else "",
        "lists_older": _lists_from(request, found.older) if found.older else "",
    }
    return render(request, "journeys/who_looked.html", _who_looked(request, home) | listed)


def _lists_from(request: HttpRequest, listing: int | None) -> str:
    """The address of a page of lists, beside the page of readings that is open."""
    address = request.GET.copy()
    address.pop(LISTS, None)
    if listing:
        address[LISTS] = str(listing)
    return f"?{address.urlencode()}#lists"


def _who_looked(request: HttpRequest, home: Household, newest: int = 0) -> dict[str, object]:
    """Others' readings first: one's own are counted, so that they never push another's away."""
    me, size = user_of(request).ref, newest or PAGE_ROWS
    turn = Turn() if newest else turn_of(request.GET)
    found = reads_by_others(home.id, me, turn=turn, limit=size + 1)
    shown, pager = page_of(found, size=size, address=request.GET, key=lambda read: str(read.pk))
    times, last_at = own_reads(home.id, me)
    return {
        "household": home,
        "reads": reads_table(shown, pager=None if newest else pager),
        "has_more_reads": len(found) > size,
        "own_reads": times,
        "own_read_at": moment(last_at) if last_at else "",
    }


def _remember(request: HttpRequest, home: Household, fields: tuple[str, ...]) -> None:
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.OWN_FILE,
        fields=fields,
        household_id=home.id,
        area12=home.area12,
    )
