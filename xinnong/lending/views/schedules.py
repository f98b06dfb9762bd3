"""A schedule to try out: change a setting and see every instalment at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from xinnong.accounts.visibility import signed_in
from xinnong.core.schedule import InvalidTerms, build_schedule, schedule_document, terms_from
from xinnong.lending import terms_wording
from xinnong.lending.forms.schedules import ScheduleForm
from xinnong.web import figures
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Definition, Table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from xinnong.core.schedule import Schedule

START: Final = {
    "method": "equal_installment",
    "principal": "50000",
    "annual_rate": "4.1",
    "number_of_repayments": "12",
    "every": "1",
    "unit": "months",
    "day_count": "actual/360",
    "interest_period": "daily",
    "grace_principal": "0",
    "grace_interest_payment": "0",
    "grace_interest_free": "0",
}


@signed_in
def schedule(request: HttpRequest) -> HttpResponse:
    """Show the form and the schedule of its settings; only the schedule to htmx; JSON on request.

    The address holds the settings and nothing about a person, so it can be passed on.
    """
    asked = {**START, "disbursed_on": timezone.localdate().isoformat(), **request.GET.dict()}
    form = ScheduleForm(asked)
    made, problems = _made(form)
    if request.GET.get("format") == "json" and made is not None:
        return JsonResponse(schedule_document(made), json_dumps_params={"ensure_ascii": False})
    context: dict[str, object] = {"form": form, "problems": problems}
    if made is not None:
        context |= _shown(made)
    part = bool(request.htmx)  # type: ignore[attr-defined]  # django-htmx adds it
    page = "lending/_schedule.html" if part else "lending/schedule.html"
    # htmx swaps in no answer of 422: a part with problems is an answer like any other
    status = UNPROCESSABLE if made is None and not part else 200
    return render(request, page, context, status=status)


def _made(form: ScheduleForm) -> tuple[Schedule | None, list[Definition]]:
    if not form.is_valid():
        return None, [
            Definition(form.fields[name].label or name, " ".join(map(str, errors)))
            for name, errors in form.errors.items()
        ]
    try:
        return build_schedule(terms_from(form.terms())), []
    except InvalidTerms as refusal:
        return None, [
            Definition(
                terms_wording.setting_text(each.field), terms_wording.problem_text(each.code)
            )
            for each in refusal.problems
        ]


def _shown(made: Schedule) -> dict[str, object]:
    totals = made.totals
    first = next((row for row in made.rows if row.total_minor), made.rows[0])
    return {
        "cards": [
            (_("第一次还"), figures.yuan(first.total_minor), date_format(first.due)),
            (_("利息共"), figures.yuan(totals.interest_minor), ""),
            (_("一共还"), figures.yuan(totals.total_minor), ""),
            (_("还清"), date_format(made.rows[-1].due), ""),
        ],
        "table": _table(made),
        "conventions": [terms_wording.convention_text(code) for code in made.conventions],
    }


def _table(made: Schedule) -> Table:
    columns = [
        Column(_("期")),
        Column(_("还款日")),
        Column(_("天数"), is_figure=True),
        Column(_("本金"), is_figure=True),
        Column(_("利息"), is_figure=True),
        Column(_("合计"), is_figure=True),
        Column(_("还剩本金"), is_figure=True),
    ]
    rows = [
        [
            Cell(str(row.n)),
            Cell(date_format(row.due, "SHORT_DATE_FORMAT")),
            Cell(str(row.days)),
            *(
                Cell(figures.yuan(amount))
                for amount in (
                    row.principal_minor, row.interest_minor, row.total_minor,
                    row.balance_after_minor,
                )
            ),
        ]
        for row in made.rows
    ]  # fmt: skip
    return Table(_("还款计划"), columns, rows)
