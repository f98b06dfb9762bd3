"""Reporting to the credit bureau: the files of a lender, and what must be on record of one loan."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending.book_tables import month_text
from xinnong.lending.book_wording import BUREAU_REASONS
from xinnong.lending.forms.bureau import ConsentForm, MonthForm, NoticeForm
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.bureau import (
    consent_of,
    deliveries_of,
    delivery_by_ref,
    notices_of,
)
from xinnong.lending.queries.loans import loan_by_ref
from xinnong.lending.services.bureau import (
    file_lines,
    file_name,
    note_download,
    record_consent,
    record_notice,
    report_month,
    withheld_of,
)
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing, record_read
from xinnong.web import figures
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Cell, Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from xinnong.accounts.models import User
    from xinnong.lending.models import BureauDelivery, BureauNotice, Loan
    from xinnong.lending.queries.bureau import Reported

MOST_WITHHELD = 50


@require_http_methods(["GET", "POST"])
@allowed(Permission.REPORT_BUREAU)
def deliveries(request: HttpRequest) -> HttpResponse:
    """List the files of the lender, make that of a month, and say which loans are left out."""
    lender = lender_of(request)
    form, told = MonthForm(request.POST or None), Refusals()
    if request.method == "POST" and form.is_valid():
        month = form.cleaned_data["month"]
        institution = Institution.objects.select_related("operator").get(code=lender)

        def make() -> None:
            report_month(
                actor=user_of(request), institution=institution, month=month, now=timezone.now()
            )

        if told.of(make):
            return redirect(f"{reverse('lending:bureau')}?month={month:%Y-%m}")
    asked = MonthForm(request.GET)
    if request.method == "GET":
        last = timezone.localdate().replace(day=1) - timedelta(1)
        form = MonthForm(initial={"month": request.GET.get("month") or f"{last:%Y-%m}"})
    context: dict[str, Any] = {"form": form, "refusal": told.refusal}
    context["table"] = _deliveries_table(deliveries_of(lender))
    if request.method == "GET" and asked.is_valid():
        context["withheld"] = _withheld(request, lender, asked)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/bureau.html", context, status=status)


@allowed(Permission.REPORT_BUREAU)  # type: ignore[arg-type]  # it streams
def send_delivery(request: HttpRequest, ref: UUID) -> HttpResponseBase:
    """Send a file as it was made, line by line."""
    found = delivery_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    note_download(actor=user_of(request), delivery=found, now=timezone.now())
    lines = _in_scope(user_of(request), found)
    answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(found)}"'
    return answer


def _in_scope(user: User, found: BureauDelivery) -> Iterator[bytes]:
    """The lines are read after the request's own transaction has ended."""
    with scoped(user):
        yield from file_lines(found)


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def of_loan(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show and record the borrower's consent to being reported, and each notice before a bad record."""
    loan = loan_by_ref(ref)
    if loan is None or loan.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user_of(request), at=timezone.now(), purpose=Purpose.SERVICING, case=str(loan.ref),
        fields=("loan",), household_id=loan.household_id, person=loan.person, area12=loan.area12,
    )  # fmt: skip
    step, told = request.POST.get("step"), Refusals()
    consent = ConsentForm(*((request.POST, request.FILES) if step == "consent" else ()))
    notice = NoticeForm(request.POST if step == "notice" else None)
    chosen = consent if step == "consent" else notice
    if chosen.is_bound and chosen.is_valid() and told.of(lambda: _record(request, loan, chosen)):
        return redirect("lending:loan_bureau", loan.ref)
    context = {
        "loan": loan, "name": borrower_names([loan.person]).get(loan.person, ""),
        "consent": consent_of(loan.contract_ref), "consent_form": consent, "notice_form": notice,
        "table": _notices_table(notices_of(loan)), "refusal": told.refusal,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/loan_bureau.html", context, status=status)


def _record(request: HttpRequest, loan: Loan, form: ConsentForm | NoticeForm) -> object:
    said, by = form.cleaned_data, user_of(request)
    now, today = timezone.now(), timezone.localdate()
    if isinstance(form, ConsentForm):
        return record_consent(
            actor=by, loan=loan, consented_on=said["consented_on"], paper_sha256=said["paper"],
            now=now, today=today,
        )  # fmt: skip
    return record_notice(actor=by, loan=loan, now=now, today=today, **said)


def _deliveries_table(found: Sequence[BureauDelivery]) -> Table:
    columns = [
        Column(_("月份")), Column(_("批次"), is_figure=True), Column(_("账户（条）"), is_figure=True),
        Column(_("其中更正"), is_figure=True), Column(_("没有报送（笔）"), is_figure=True),
        Column(_("校验码")),
    ]  # fmt: skip
    rows = [
        [
            Cell(month_text(each.month), url=reverse("lending:send_delivery", args=[each.ref])),
            Cell(figures.count(each.number)),
            Cell(figures.count(each.records)),
            Cell(figures.count(each.corrections)),
            Cell(
                figures.count(each.withheld),
                url=f"{reverse('lending:bureau')}?month={each.month:%Y-%m}"
                if each.withheld
                else "",
            ),
            Cell(each.sha256[:16]),
        ]
        for each in found
    ]
    return Table(
        _("已生成的报送文件"), columns, rows, empty_title=_("还没有生成过报送文件"),
        empty_hint=_("选一个已经日终的月份生成；点开月份下载文件。"),
    )  # fmt: skip


def _withheld(request: HttpRequest, lender: str, asked: MonthForm) -> Table:
    """The first loans that are left out, and why, each leading to where it is put right."""
    institution = Institution.objects.get(code=lender)
    found = withheld_of(institution, asked.cleaned_data["month"], limit=MOST_WITHHELD)
    homes = [each.loan.household_id for each in found if each.loan.household_id]
    record_listing(
        actor=user_of(request), at=timezone.now(), asked="bureau", households=homes,
        purpose=Purpose.REPORTING,
    )  # fmt: skip
    names = borrower_names(each.loan.person for each in found)
    return Table(
        _("%(month)s没有报送的贷款") % {"month": month_text(asked.cleaned_data["month"])},
        [Column(_("借款人")), Column(_("原因"))],
        [_withheld_row(each, names.get(each.loan.person, "—")) for each in found],
        empty_title=_("这个月的贷款都能报送"),
        empty_hint=_("没有缺授权、缺告知或不合规范的贷款。"),
    )


def _withheld_row(each: Reported, name: str) -> list[Cell]:
    codes = dict.fromkeys(problem.code for problem in each.problems)
    said = _("；").join(str(BUREAU_REASONS.get(code, code)) for code in codes)
    return [Cell(name, url=reverse("lending:loan_bureau", args=[each.loan.ref])), Cell(said)]


def _notices_table(found: Sequence[BureauNotice]) -> Table:
    columns = [Column(_("告知日期")), Column(_("怎么告知的")), Column(_("凭证编号"))]
    rows = [
        [
            Cell(date_format(each.told_on, "SHORT_DATE_FORMAT")),
            Cell(each.get_how_display()),
            Cell(each.reference),
        ]
        for each in found
    ]
    return Table(
        _("不良信息告知"), columns, rows, empty_title=_("还没有告知过"),
        empty_hint=_("逾期后先告知借款人，再登记在这里；告知满 10 天的才会报送。"),
    )  # fmt: skip
