"""The book of loans: a manager's portfolio, the list its figures open to, and both as files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, inside_areas, user_of
from xinnong.areas.places import places
from xinnong.core.errors import Refused
from xinnong.lending import book_tables
from xinnong.lending.book_wording import titles_by_code
from xinnong.lending.forms.book import DayChoice, ExportLoansForm, LoansForm
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.loan_list import loans_page
from xinnong.lending.queries.portfolio import (
    county_sums,
    last_night,
    money_by_month,
    month_ends_of,
    quality_on,
    rolls_to,
    set_aside_on,
    sums_on,
    vintages_until,
)
from xinnong.lending.services.book_exports import export_loans, export_portfolio
from xinnong.lending.views.asking import lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing
from xinnong.registry.models import Person
from xinnong.web import figures
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import render_refused
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from django.http import HttpRequest

    from xinnong.core.portfolio import Quality
    from xinnong.ledger.services.exporting import BookFile

MOST_FOUND = 200
YEAR = timedelta(days=365)


@allowed(Permission.HANDLE_LOANS)
def loans(request: HttpRequest) -> HttpResponse:
    """List the lender's loans by state, lateness, class, product, town; find one by name or number."""
    lender = lender_of(request)
    form, titles = _form(request, request.GET, lender), titles_by_code()
    context: dict[str, Any] = {"form": form, "export": ExportLoansForm()}
    if not form.is_valid():
        return render_refused(
            request, code="book.filter_unknown", template="lending/loans.html", context=context
        )
    filters = form.filters(lambda name: _people(request, name))
    rows = loans_page(lender, filters, turn=turn_of(request.GET), limit=PAGE_ROWS + 1)
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda a: str(a.id))
    record_listing(
        actor=user_of(request), at=timezone.now(), asked="loans", purpose=Purpose.SERVICING,
        households=[each.household_id for each in shown if each.household_id],
    )  # fmt: skip
    names = borrower_names(each.person for each in shown)
    context["table"] = book_tables.loans_table(shown, names, titles, pager)
    context["may_export"] = user_of(request).can(Permission.EXPORT_LOANS)
    context["query"] = request.GET.urlencode()
    return render(request, "lending/loans.html", context)


@require_POST
@allowed(Permission.EXPORT_LOANS)
def send_loans(request: HttpRequest) -> HttpResponse:
    """Send the filtered loans as a file, without names, for a purpose."""
    lender = lender_of(request)
    form, wanted = _form(request, request.GET, lender), ExportLoansForm(request.POST)
    if not wanted.is_valid():
        return render_refused(request, code="purpose.missing")
    if not form.is_valid():
        return render_refused(request, code="book.filter_unknown")
    try:
        file = export_loans(
            actor=user_of(request), institution=lender, now=timezone.now(),
            filters=form.filters(lambda name: _people(request, name)), **wanted.cleaned_data,
        )  # fmt: skip
    except Refused as refused:
        return render_refused(request, code=refused.code, params=refused.params)
    return _sent(file)


@allowed(Permission.READ_PORTFOLIO)
def portfolio(request: HttpRequest) -> HttpResponse:
    """Show the book on a day: sums, late loans, provisions, vintages, flow, money by month."""
    lender = lender_of(request)
    days = month_ends_of(lender)
    form = DayChoice(request.GET, days=days)
    if not form.is_valid():
        return render_refused(
            request, code="book.filter_unknown", template="lending/portfolio.html",
            context={"form": form},
        )  # fmt: skip
    on = form.day()
    night = on or last_night(lender)
    sums, titles = sums_on(lender, on), titles_by_code()
    until = on or timezone.localdate()
    context = {
        "form": form, "may_report": user_of(request).can(Permission.REPORT_BUREAU), "night": night, "on": on, "sums": sums[("total", "")],
        "cards": _cards(lender, on, quality_on(lender, on)),
        "all_url": book_tables.loans_url(on=on, state="" if on else "active"),
        "chart": book_tables.bucket_chart(sums, on),
        "tables": [
            book_tables.sums_table(caption, name, sums, titles, on)
            for name, caption in (
                ("bucket", _("按逾期天数")), ("class", _("按五级分类")),
                ("product", _("按产品")), ("town", _("按乡镇（街道）")),
            )
        ],
        "vintages": [book_tables.vintage_table(vintages_until(lender, until), d) for d in (30, 90)],
        "rolls": _rolls(lender, days, on),
        "money": book_tables.money_table(
            money_by_month(lender, from_on=(until - YEAR).replace(day=1), until=until)
        ),
    }  # fmt: skip
    return render(request, "lending/portfolio.html", context)


@require_POST
@allowed(Permission.READ_PORTFOLIO)
def send_portfolio(request: HttpRequest, kind: str) -> HttpResponse:
    """Send the sums of the book on a day as a file; no person is in it."""
    lender = lender_of(request)
    day = DayChoice(request.POST, days=month_ends_of(lender))
    if not day.is_valid() or kind not in {"csv", "xlsx"}:
        return render_refused(request, code="book.filter_unknown")
    file = export_portfolio(
        actor=user_of(request), institution=lender, on=day.day(), form=kind, now=timezone.now()
    )
    return _sent(file)


@allowed(Permission.READ_COUNTY)
def county_books(request: HttpRequest) -> HttpResponse:
    """Show each lender's newest month end by sums alone."""
    found = county_sums()
    lenders = Institution.objects.filter(code__in={each.institution for each in found})
    names = {each.code: each.shown_name for each in lenders}
    table = book_tables.county_table(found, titles_by_code(), names)
    return render(request, "lending/county_books.html", {"table": table})


def _cards(lender: str, on: date | None, quality: Quality) -> list[Definition]:
    """Bad loans, what must be set aside, and what is, where the reader sees the whole book."""
    whole = set_aside_on(lender, on or timezone.localdate())
    cards = [
        Definition(
            _("不良贷款"),
            figures.large_yuan(quality.bad_minor),
            url=book_tables.loans_url(on=on, asset_class="bad") if quality.bad_minor else "",
        ),
        Definition(_("不良率"), figures.percent(quality.bad_minor, quality.balance_minor)),
        Definition(_("应提准备"), figures.large_yuan(quality.required_minor)),
    ]
    if whole.lent_minor != quality.balance_minor:
        note = _("准备金由全机构统一计提，这里只看到您负责的区域，所以不算拨备率和覆盖率。")
        return [
            *cards,
            Definition(_("全机构已提准备"), figures.large_yuan(whole.held_minor), note=note),
        ]
    return [
        *cards,
        Definition(_("已提准备"), figures.large_yuan(whole.held_minor)),
        Definition(_("拨备率"), figures.percent(whole.held_minor, quality.balance_minor)),
        Definition(_("拨备覆盖率"), figures.percent(whole.held_minor, quality.bad_minor)),
    ]


def _rolls(lender: str, days: Sequence[date], on: date | None) -> Any:
    """Flow into the day asked for, or into the newest month end that was kept."""
    kept = [day for day in days if on is None or day <= on][:2]
    if len(kept) < 2:  # noqa: PLR2004  # a flow needs two month ends
        return None
    return book_tables.roll_table(
        rolls_to(lender, before=kept[1], on=kept[0]), before=kept[1], on=kept[0]
    )


def _form(request: HttpRequest, said: Any, lender: str) -> LoansForm:
    user = user_of(request)
    towns = [(each.code[:9], each.name) for each in places().towns(user.area_prefixes)]
    return LoansForm(
        said, days=month_ends_of(lender), products=sorted(titles_by_code().items()), towns=towns
    )


def _people(request: HttpRequest, name: str) -> Sequence[UUID]:
    found = Person.objects.filter(inside_areas(user_of(request)), name=name)
    return list(found.values_list("ref", flat=True)[:MOST_FOUND])


def _sent(file: BookFile) -> HttpResponse:
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer
