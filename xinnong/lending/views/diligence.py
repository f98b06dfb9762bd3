"""尽职免责: the file of one loan as a page and as PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending.aftercare_tables import title_of
from xinnong.lending.diligence import chapters_of, set_file, table_of
from xinnong.lending.papers import TypesettingFailed
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.diligence import dossier_of
from xinnong.lending.queries.loans import loan_by_ref
from xinnong.lending.views.asking import lender_of
from xinnong.lending.views.collecting import remember_loan
from xinnong.web.refusals import render_refused

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.lending.queries.diligence import Dossier

SEEN = ("applications", "loan", "repayments", "collection", "checks")


@require_GET
@allowed(Permission.HANDLE_LOANS)
def loan_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who did what when for one loan, on one page."""
    found = _loaded(request, ref)
    name = borrower_names([found.loan.person]).get(found.loan.person, "")
    context = {
        "loan": found.loan,
        "title": title_of(found.loan),
        "name": name,
        "chapters": [(each.title, table_of(each)) for each in chapters_of(found)],
    }
    return render(request, "lending/loan_file.html", context)


@require_GET
@allowed(Permission.HANDLE_LOANS)
def loan_file_paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The same as PDF, in Chinese."""
    found = _loaded(request, ref)
    try:
        document = set_file(found, by=user_of(request).name, now=timezone.now())
    except TypesettingFailed as refused:
        return render_refused(request, code=refused.code)
    answer = HttpResponse(document, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="loan-file-{ref}.pdf"'
    return answer


def _loaded(request: HttpRequest, ref: UUID) -> Dossier:
    loan = loan_by_ref(ref)
    if loan is None or loan.institution != lender_of(request):
        raise Http404
    remember_loan(request, loan, SEEN)
    return dossier_of(loan)
