"""Checks after lending: my tasks by their day, and doing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending import wording
from xinnong.lending.aftercare_tables import check_facts, checks_table, title_of
from xinnong.lending.forms.aftercare import CheckForm, ChecksForm
from xinnong.lending.loan_facts import facts_of_loan, loan_definitions
from xinnong.lending.queries.aftercare import (
    CheckFilters,
    check_by_ref,
    checks_page,
    overdue_checks,
)
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.contracts import contract_by_ref
from xinnong.lending.queries.loans import figures_day
from xinnong.lending.services.aftercare import do_check
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.views.collecting import remember_loan, towns_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import LoanCheck

SEEN = ("loan", "checks")


@require_GET
@allowed(Permission.HANDLE_LOANS)
def checks(request: HttpRequest) -> HttpResponse:
    """List checks by their day: mine, everybody's, those overdue, those done."""
    lender, user = lender_of(request), user_of(request)
    on = figures_day(lender, timezone.localdate())
    form = ChecksForm(request.GET, towns=towns_of(request))
    found: list[LoanCheck] = []
    if form.is_valid():
        said = form.cleaned_data
        filters = CheckFilters(said["which"] or "to-do", said["whose"] or "mine", said["town"])
        found = checks_page(
            lender, filters, officer=user.ref, on=on, turn=turn_of(request.GET),
            limit=PAGE_ROWS + 1,
        )  # fmt: skip
    rows, pager = page_of(
        found, size=PAGE_ROWS, address=request.GET, key=lambda row: f"{row.due_on}_{row.pk}"
    )
    record_listing(
        actor=user, at=timezone.now(), asked="checks", purpose=Purpose.SERVICING,
        households=[row.loan.household_id for row in rows if row.loan.household_id],
    )  # fmt: skip
    names = borrower_names(row.loan.person for row in rows)
    staff = staff_names(row.officer for row in rows if row.officer)
    context = {
        "form": form,
        "table": checks_table(rows, names, staff, on, pager),
        "overdue": overdue_checks(lender, on=on) if user.can(Permission.SET_AUTHORITY) else 0,
    }
    status = 200 if form.is_valid() else UNPROCESSABLE
    return render(request, "lending/checks.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def check(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One check: what the contract says the money is for, and what was seen."""
    found = check_by_ref(ref)
    if found is None or found.loan is None or found.institution != lender_of(request):
        raise Http404
    remember_loan(request, found.loan, SEEN)
    form = CheckForm(request.POST or None, request.FILES or None)
    told = Refusals()
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and told.of(lambda: _do(request, found, form)):
        return redirect("lending:check", found.ref)
    loan, contract = found.loan, contract_by_ref(found.loan.contract_ref)
    facts = facts_of_loan(loan, today=timezone.localdate())
    context = {
        "check": found,
        "loan": loan,
        "title": title_of(loan),
        "name": borrower_names([loan.person]).get(loan.person, ""),
        "agreed": loan_definitions(facts)[:4],
        "purpose": wording.purpose_text(contract.application.purpose) if contract else "",
        "done": check_facts(found, staff_names([found.done_by] if found.done_by else [])),
        "form": form,
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/check.html", context, status=status)


def _do(request: HttpRequest, found: LoanCheck, form: CheckForm) -> object:
    said = form.cleaned_data
    return do_check(
        actor=user_of(request),
        check=found,
        found=said["found"],
        said=said["said"],
        photos=[said["photo"]] if said["photo"] else [],
        now=timezone.now(),
        key=said["key"],
    )
