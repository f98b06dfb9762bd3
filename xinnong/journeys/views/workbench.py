"""Find a household: the term is posted and kept on the server, filters stand in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.http import HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, inside_areas, user_of
from xinnong.areas.places import Place, Places, places
from xinnong.credit.models import Line, LineKind
from xinnong.journeys.access import lender_of
from xinnong.journeys.forms import ExportForm, FilterForm, FindForm
from xinnong.journeys.purposes import last_purpose
from xinnong.journeys.queries.finding import Filters, Found, find
from xinnong.journeys.queries.identity import search_hashes
from xinnong.journeys.search_terms import Term, TermKind
from xinnong.journeys.searches import Search, keep_search, kept_search
from xinnong.journeys.views.recent import recent_shown
from xinnong.privacy.services import record_listing
from xinnong.registry.queries import current_run, organisations_found
from xinnong.scoring.wording import grade_name
from xinnong.web import figures
from xinnong.web.paging import PAGE_ROWS, Pager, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from xinnong.accounts.models import User
    from xinnong.registry.models import Organisation

FIND = "find"
MOST_ORGANISATIONS = 10
SHORTEST_NAME = 2
FILTER_NAMES = ("town", "village", "kind", "grade", "state")
GRADE_TONES = {"AAA": "good", "AA": "good", "A": "good", "B": "warn", "C": "bad"}
EVERYTHING = Search(Term(TermKind.NOTHING), {})


@allowed(Permission.FIND_HOUSEHOLDS)
def workbench(request: HttpRequest) -> HttpResponse:
    """Show the households found; a posted term is stored and answered by a redirect."""
    if request.method == "POST":
        return _keep_term(request)
    reference = request.GET.get(FIND, "")
    search = kept_search(request.session, reference, now=timezone.now()) if reference else None
    if reference and search is None:
        return HttpResponseRedirect(reverse("journeys:workbench"))
    form = filter_form(request, places())
    if not form.is_valid():
        return _refused(request, FindForm(), form, because=form)
    found, pager = _found(request, search or EVERYTHING, form)
    table = _table(found, pager, places(), filters_of(form, user_of(request)).kind)
    named = _places_named(search, user_of(request))
    context = {
        "find_form": FindForm(initial={"text": search.term.text if search else ""}),
        "filter_form": form,
        "search": search,
        "reference": reference,
        "table": None if named and not found else table,
        "recent": [] if request.GET else recent_shown(request),
        "export_form": ExportForm() if user_of(request).can(Permission.EXPORT_LINES) else None,
        "villages_named": named,
        "organisations": _organisations_named(search),
    }
    return render(request, "journeys/workbench.html", context)


def _refused(
    request: HttpRequest, find_form: FindForm, filters: FilterForm, *, because: forms.Form
) -> HttpResponse:
    """Show what cannot be read, and nobody."""
    context = {"find_form": find_form, "filter_form": filters, "refused_form": because}
    return render(request, "journeys/workbench.html", context, status=UNPROCESSABLE)


def _keep_term(request: HttpRequest) -> HttpResponse:
    """Store the term with the session and send the browser to an address without it.

    A filter that nobody knows is refused: dropped, it would find more than was asked for.
    """
    find_form, filters = FindForm(request.POST), filter_form(request, places())
    if not filters.is_valid():
        return _refused(request, find_form, filters, because=filters)
    address = _kept_filters(filters)
    if not find_form.is_valid():
        return _refused(request, find_form, filters, because=find_form)
    term: Term = find_form.cleaned_data["text"]
    if term.kind is not TermKind.NOTHING:
        hashes = search_hashes(term) if term.is_secret else {}
        address[FIND] = keep_search(request.session, term, hashes, now=timezone.now())
    return HttpResponseRedirect(f"{reverse('journeys:workbench')}?{address.urlencode()}")


def _kept_filters(form: FilterForm) -> QueryDict:
    """Return the filters that go along with a search: those offered, and nothing else."""
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in form.chosen().items() if value})
    return kept


def filter_form(request: HttpRequest, known: Places) -> FilterForm:
    """Offer the areas the reader works in; a county of 23 towns asks for the town first.

    A village that was chosen under another town falls away.
    """
    prefixes = user_of(request).area_prefixes
    data = request.POST if request.method == "POST" else request.GET
    towns = known.towns(prefixes)
    town = data.get("town", "") or (towns[0].code[:9] if len(towns) == 1 else "")
    villages = known.villages(town, prefixes) if town else []
    chosen = {name: data.get(name, "") for name in FILTER_NAMES}
    if town and chosen["village"] in {place.code for place in known.villages("", prefixes)}:
        offered = {place.code for place in villages}
        chosen["village"] = chosen["village"] if chosen["village"] in offered else ""
    return FilterForm(
        chosen,
        towns=[(place.code[:9], place.name) for place in towns],
        villages=[(place.code, place.name) for place in villages],
    )


def filters_of(form: FilterForm, user: User) -> Filters:
    """Return what narrows the list: what was chosen, inside what the reader may see.

    The form must hold: of a filter that nobody knows nothing may be left out, for it would select
    everybody.
    """
    assert form.is_valid()
    chosen = form.chosen()
    kind = chosen.get("kind") or LineKind.PRE
    return Filters(
        area=chosen.get("village") or chosen.get("town") or _only_area(user),
        kind=kind,
        lender=lender_of(user) if kind == LineKind.GRANTED else "",
        grade=chosen.get("grade", ""),
        state=chosen.get("state", ""),
    )


def _only_area(user: User) -> str:
    """The reader's own area where there is but one: a village is listed as a village."""
    return user.area_prefixes[0] if len(user.area_prefixes) == 1 else ""


def _found(request: HttpRequest, search: Search, form: FilterForm) -> tuple[Sequence[Found], Pager]:
    user = user_of(request)
    filters = filters_of(form, user)
    rows = find(
        search.term,
        search.hashes,
        filters,
        reach=inside_areas(user),
        run=current_run(),
        turn=turn_of(request.GET),
        limit=PAGE_ROWS + 1,
    )
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda row: row.after)
    record_listing(
        actor=user,
        at=timezone.now(),
        asked=search.term.kind.value,
        households=[row.household_id for row in shown],
        purpose=last_purpose(request.session),
    )
    return shown, pager


def _places_named(search: Search | None, user: User) -> Sequence[Place]:
    """Return towns and villages whose name begins with what was typed."""
    if search is None or search.term.kind is not TermKind.NAME:
        return []
    prefixes = user.area_prefixes
    known = places()
    inside = [*known.towns(prefixes), *known.villages("", prefixes)]
    return [place for place in inside if place.name_zh.startswith(search.term.text)][:12]


def _organisations_named(search: Search | None) -> Sequence[Organisation]:
    """Return co-ops, firms and collectives with that code or with that text in their name."""
    if search is None:
        return []
    term = search.term
    if term.kind is TermKind.ORGANISATION:
        return organisations_found(uscc=term.text, limit=MOST_ORGANISATIONS)
    long_enough = term.kind is TermKind.NAME and len(term.text) >= SHORTEST_NAME
    return organisations_found(name=term.text, limit=MOST_ORGANISATIONS) if long_enough else []


def _table(found: Sequence[Found], pager: Pager, known: Places, kind: str) -> Table:
    columns = [
        Column(_("姓名")),
        Column(_("村（社区）")),
        Column(_("户号")),
        Column(_("人口"), is_figure=True),
        Column(_("等级")),
        Column(_("预授信"), is_figure=True),
        Column(_("授信"), is_figure=True),
    ]
    return Table(
        caption=_("查到的农户"),
        columns=columns,
        rows=[_row(row, known, kind) for row in found],
        pager=pager,
        empty_title=_("没有找到农户"),
        empty_hint=_("换一个写法，或放宽乡镇、等级等条件再查。只能查到您负责范围内的农户。"),
        is_caption_hidden=True,
    )


def _row(row: Found, known: Places, kind: str) -> list[Cell]:
    pre = next((line for line in row.lines if line.kind == LineKind.PRE), None)
    granted = next((line for line in row.lines if line.kind == LineKind.GRANTED), None)
    graded = granted if kind == LineKind.GRANTED else pre
    grade = graded.grade if graded else ""
    born = _("%(year)s 年生") % {"year": row.birth_year} if row.birth_year else ""
    return [
        Cell(
            row.name or _("户主不详"),
            url=reverse("journeys:household", args=[row.household_ref]),
            note=born,
        ),
        Cell(known.label(row.area12)),
        Cell(row.household_ref),
        Cell(figures.count(row.members)),
        Cell(grade_name(grade) if grade else "—", tone=GRADE_TONES.get(grade, "")),
        Cell(_amount(pre)),
        Cell(_amount(granted)),
    ]


def _amount(line: Line | None) -> str:
    if line is None:
        return "—"
    return figures.whole_yuan(line.line_minor) if line.line_minor else _("暂无")
