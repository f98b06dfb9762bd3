"""The county page and its drill-down: figures without persons, small cells hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import render

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed
from xinnong.areas.models import PREFIX_DIGITS, Level
from xinnong.areas.places import Place, Places, places
from xinnong.credit.models import LineKind
from xinnong.insight import completeness, drawing, queries
from xinnong.registry.queries import current_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from xinnong.registry.models import Run


@allowed(Permission.READ_COUNTY)
def county(request: HttpRequest) -> HttpResponse:
    """Show the county."""
    known = places()
    run = current_run()
    if known.county is None or run is None:
        return render(request, "insight/empty.html")
    return _page(request, run, known, known.county)


@allowed(Permission.READ_COUNTY)
def area(request: HttpRequest, code: str) -> HttpResponse:
    """Show a town or a village."""
    known = places()
    run = current_run()
    place = known.of(code) if code.isdigit() else None
    if place is None or run is None:
        raise Http404
    return _page(request, run, known, place)


def _page(request: HttpRequest, run: Run, known: Places, place: Place) -> HttpResponse:
    kind = _kind(request)
    children = _children(known, place)
    siblings = _siblings(known, place)
    figures = queries.figures_of(run, {_digits(p) for p in (place, *children, *siblings)})
    if not any((_digits(place), kind) in figures for kind in queries.kinds()):
        raise Http404
    context: dict[str, object] = {
        "place": place,
        "parent": known.of(place.parent_code) if place.parent_code else None,
        "run": run,
        "kind": kind,
        "kinds": [(k, str(LineKind(k).label), k == kind) for k in queries.kinds()],
        "cards": drawing.cards(figures, _digits(place), [_digits(p) for p in siblings]),
        "children": drawing.children_table(figures, children) if children else None,
    }
    if place.level != Level.VILLAGE:
        context |= _distributions(run, place, siblings, kind)
    if place.level == Level.COUNTY:
        context["map"] = drawing.coverage_map(figures, children, kind)
        context["completeness"] = completeness.by_department(queries.completeness_of(run))
    return render(request, "insight/area.html", context)


def _distributions(
    run: Run, place: Place, siblings: Sequence[Place], kind: str
) -> dict[str, object]:
    """Draw grades and line sizes; a town's cells are hidden together with its neighbours'."""
    areas = [_digits(p) for p in siblings] or [_digits(place)]
    bands, counts = queries.bands_of(run, areas, kind)
    return {
        "grades": drawing.grade_share(queries.grades_of(run, areas, kind), _digits(place)),
        "bands": drawing.band_histogram(bands, counts, _digits(place)),
    }


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in queries.kinds() else LineKind.PRE.value


def _children(known: Places, place: Place) -> Sequence[Place]:
    return [other for other in known.all if other.parent_code == place.code]


def _siblings(known: Places, place: Place) -> Sequence[Place]:
    """Return the places of the same parent, this one included; the county stands alone."""
    if not place.parent_code:
        return []
    return [other for other in known.all if other.parent_code == place.parent_code]


def _digits(place: Place) -> str:
    return place.code[: PREFIX_DIGITS[place.level]]
