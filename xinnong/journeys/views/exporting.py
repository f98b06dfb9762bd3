"""Carry a filtered list out of the system: lines by household number, recorded, within one's reach."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, inside_areas, user_of
from xinnong.areas.places import places
from xinnong.audit.services import record
from xinnong.core.money import yuan
from xinnong.journeys.forms import ExportForm
from xinnong.journeys.queries.finding import find
from xinnong.journeys.search_terms import Term, TermKind
from xinnong.journeys.views.workbench import filter_form, filters_of
from xinnong.privacy.queries import canary_households
from xinnong.privacy.services import record_listing
from xinnong.registry.queries import current_run
from xinnong.web.paging import Turn
from xinnong.web.refusals import render_refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.http import HttpRequest

    from xinnong.areas.places import Places
    from xinnong.journeys.queries.finding import Found

MOST_HOUSEHOLDS = 5_000
COLUMNS = ("household_id", "area12", "area", "kind", "grade", "line_yuan", "rate_percent")


@require_POST
@allowed(Permission.EXPORT_LINES)
def lines(request: HttpRequest) -> HttpResponse:
    """Send the lines of the filtered households as CSV; the file is named after its audit entry."""
    user, run = user_of(request), current_run()
    purpose, filters = ExportForm(request.POST), filter_form(request, places())
    if not purpose.is_valid():
        return render_refused(request, code="purpose.missing")
    if not filters.is_valid():
        return render_refused(request, code="export.filter_unknown")
    chosen = filters_of(filters, user)
    if run is None:
        return render_refused(request, code="export.no_run")
    found = find(
        Term(TermKind.NOTHING),
        {},
        chosen,
        reach=inside_areas(user),
        run=run,
        turn=Turn(),
        limit=MOST_HOUSEHOLDS + 1,
    )
    planted = canary_households()
    found = [home for home in found if home.household_id not in planted]
    if len(found) > MOST_HOUSEHOLDS:
        return render_refused(
            request, code="export.too_many_households", params={"limit": MOST_HOUSEHOLDS}
        )
    rows = list(_rows(found, chosen.kind, places()))
    record_listing(
        actor=user,
        at=timezone.now(),
        asked="export",
        households=[row.household_id for row in found],
        purpose=purpose.cleaned_data["purpose"],
    )
    entry = record(
        actor=user,
        action="journeys.export-lines",
        at=timezone.now(),
        run_id=run.pk,
        counts={"rows": len(rows), "households": len(found)},
    )
    return _sent(rows, f"lines-{run.as_of:%Y%m%d}-{entry.ref}.csv")


def _rows(found: Sequence[Found], kind: str, known: Places) -> Iterator[Sequence[object]]:
    for home in found:
        place = known.label(home.area12)
        for line in home.lines:
            if line.kind == kind:
                rate = "" if line.rate_percent is None else line.rate_percent
                amount = yuan(line.line_minor)
                yield home.household_ref, home.area12, place, kind, line.grade, amount, rate


def _sent(rows: Sequence[Sequence[object]], name: str) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.write("\ufeff")  # so that spreadsheets read the village names as UTF-8
    writer = csv.writer(answer)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return answer
