"""Alerts about borrowed names: what borrowers share, what it is made of, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending.aftercare_tables import ALERT_TONES, alerts_table, members_table
from xinnong.lending.forms.aftercare import AlertForm, AlertsForm
from xinnong.lending.models import AlertKind, AlertState, LoanAlert
from xinnong.lending.queries.alerts import alert_by_ref, alerts_page, decisions_about, loans_in
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.published_rules import alert_rules_on
from xinnong.lending.services.alerts import decide_alert
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require_GET
@allowed(Permission.CONFIRM_LOANS)
def alerts(request: HttpRequest) -> HttpResponse:
    """List alerts, those that wait for somebody first."""
    form = AlertsForm(request.GET)
    state = form.cleaned_data["state"] or AlertState.OPEN if form.is_valid() else ""
    found = alerts_page(lender_of(request), state, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    rows, pager = page_of(found, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {"form": form, "table": alerts_table(rows, pager)}
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, "lending/alerts.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.CONFIRM_LOANS)
def alert(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One alert with its drawings; say that it is looked into, or a false alarm."""
    found = alert_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    form, told = AlertForm(request.POST or None), Refusals()
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if told.of(
            lambda: decide_alert(
                actor=user_of(request), alert=found, state=said["state"], reason=said["reason"],
                now=timezone.now(), key=said["key"],
            )
        ):  # fmt: skip
            return redirect("lending:alert", found.ref)
    context = _shown(request, found) | {"form": form, "refusal": told.refusal}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/alert.html", context, status=status)


def _shown(request: HttpRequest, found: LoanAlert) -> dict[str, object]:
    loans = loans_in(found)
    record_listing(
        actor=user_of(request), at=timezone.now(), asked="alert", purpose=Purpose.SERVICING,
        households=[loan.household_id for loan in loans if loan.household_id],
    )  # fmt: skip
    said = decisions_about(found)
    limit = alert_rules_on(found.rules_on).thresholds.get(found.kind)
    by_staff = found.kind == AlertKind.STAFF
    return {
        "alert": found,
        "tone": ALERT_TONES[found.state],
        "limit": limit,
        "staff": next(iter(staff_names([found.mark]).values()), "") if by_staff else "",  # type: ignore[list-item]
        "members": members_table(loans, borrower_names(loan.person for loan in loans)),
        "said": [(each, staff_names([each.decided_by]).get(each.decided_by, "—")) for each in said],
        "is_open": found.state != AlertState.FALSE_ALARM,
    }
