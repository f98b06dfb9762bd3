"""A loan's statement between two days: for its borrower and for the lender's staff; also as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import signed_in, user_of
from xinnong.ledger.exports import as_csv, as_xlsx
from xinnong.lending.forms.loan_statements import SpanForm
from xinnong.lending.loan_statement_facts import (
    COLUMNS,
    file_rows,
    lines_table,
    set_statement,
    sums_of,
)
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.loan_statements import statement_of, usual_span
from xinnong.lending.queries.loans import loan_by_ref
from xinnong.lending.views.asking import lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.lending.models import Loan
    from xinnong.lending.queries.loan_statements import LoanStatement

SEEN = ("loan", "repayments")
MEDIA = {
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@signed_in
def loan_statement(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What happened to a loan between two days."""
    found = _loaded(request, ref)
    today = timezone.localdate()
    form = SpanForm(request.GET or None)
    span = form.span(today) if form.is_bound else usual_span(today)
    from_on, until = span or usual_span(today)
    said = statement_of(found, from_on=from_on, until=until)
    context = {
        "loan": found,
        "is_own": _is_own(request, found),
        "name": borrower_names([found.person]).get(found.person, ""),
        "form": form if span is None else SpanForm(initial={"from_on": from_on, "until": until}),
        "sums": sums_of(said),
        "table": lines_table(said),
        "from_on": from_on,
        "until": until,
        "forms": list(MEDIA),
    }
    status = 200 if span else UNPROCESSABLE
    return render(request, "lending/loan_statement.html", context, status=status)


@require_GET
@signed_in
def loan_statement_file(request: HttpRequest, ref: UUID, form: str) -> HttpResponse:
    """The same as pdf, csv or xlsx; an unknown form or unreadable days find nothing."""
    found = _loaded(request, ref)
    span = SpanForm(request.GET).span(timezone.localdate())
    if span is None or form not in MEDIA:
        raise Http404
    said = statement_of(found, from_on=span[0], until=span[1])
    answer = HttpResponse(_content(said, form), content_type=MEDIA[form])
    name = f"statement-{found.ref}-{span[1]}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _content(said: LoanStatement, form: str) -> bytes:
    if form == "pdf":
        loan = said.loan
        name = borrower_names([loan.person]).get(loan.person, "")
        return set_statement(said, lender=_lender(loan), name=name)
    return (as_csv if form == "csv" else as_xlsx)(COLUMNS, file_rows(said))


def _lender(loan: Loan) -> str:
    return Institution.objects.get(code=loan.institution).name


def _loaded(request: HttpRequest, ref: UUID) -> Loan:
    """One's own loan, or one that one's own lender made; the look of staff is remembered."""
    user, found = user_of(request), loan_by_ref(ref)
    if found is None:
        raise Http404
    if _is_own(request, found):
        return found
    if not user.can(Permission.HANDLE_LOANS) or found.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user,
        at=timezone.now(),
        purpose=Purpose.SERVICING,
        case=str(found.ref),
        fields=SEEN,
        household_id=found.household_id,
        person=found.person,
        area12=found.area12,
    )
    return found


def _is_own(request: HttpRequest, found: Loan) -> bool:
    return user_of(request).person_ref == found.person
