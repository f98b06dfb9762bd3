"""Where a lender's core and we disagree: its nightly file, the breaks, and saying why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.payments import number_of
from xinnong.lending.bank_tables import (
    BREAK_TONES,
    breaks_table,
    core_difference,
    core_files_table,
    core_said,
)
from xinnong.lending.forms.bank import BreaksForm, CoreFileForm, ExplainBreakForm
from xinnong.lending.loan_tables import day
from xinnong.lending.models import BreakState
from xinnong.lending.queries.core_book import break_by_ref, breaks_page, core_files_of
from xinnong.lending.services.core_files import explain_core_break, take_core_file
from xinnong.lending.views.asking import Refusals
from xinnong.lending.views.payments import institution_of, place_of
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_LEDGER)
def breaks(request: HttpRequest) -> HttpResponse:
    """List what differs; an accountant takes the core's file in."""
    lender, told = institution_of(request), Refusals()
    may_keep = user_of(request).can(Permission.KEEP_LEDGER)
    form = CoreFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and not may_keep:
        raise PermissionDenied(Permission.KEEP_LEDGER)

    def act() -> None:
        file = take_core_file(
            actor=user_of(request), institution=lender, path=place_of(form.cleaned_data["file"]),
            as_of=form.cleaned_data["as_of"], now=timezone.now(),
        )  # fmt: skip
        words = _("共 %(read)s 行：相符 %(matched)s，有差异 %(broken)s，放在一边 %(aside)s。")
        messages.success(request, words % {
            "read": file.read, "matched": file.matched, "broken": file.broken,
            "aside": file.aside,
        })  # fmt: skip

    if request.method == "POST" and form.is_valid() and told.of(act):
        return redirect("lending:core_breaks")
    chosen = BreaksForm(request.GET)
    rows = breaks_page(
        lender.code, state=chosen.chosen(), turn=turn_of(request.GET), limit=PAGE_ROWS + 1
    )
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "form": form if may_keep else None,
        "chosen": chosen,
        "table": breaks_table(shown, pager),
        "files": core_files_table(core_files_of(lender.code)),
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/core_breaks.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.READ_LEDGER)
def core_break(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One break; an accountant says why."""
    lender, told = institution_of(request), Refusals()
    found = break_by_ref(lender.code, ref)
    if found is None:
        raise Http404
    may_keep = user_of(request).can(Permission.KEEP_LEDGER)
    if request.method == "POST" and not may_keep:
        raise PermissionDenied(Permission.KEEP_LEDGER)
    form = ExplainBreakForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and told.of(
        lambda: explain_core_break(
            actor=user_of(request), institution=lender, ref=ref,
            explanation=form.cleaned_data["explanation"], now=timezone.now(),
        )
    ):  # fmt: skip
        return redirect("lending:core_breaks")
    facts = [
        Definition(_("贷款编号"), number_of("L", found.loan_id)),
        Definition(_("哪里不一样"), found.get_kind_display()),
        Definition(_("本系统算的"), core_said(found.kind, found.ours)),
        Definition(_("核心系统的"), core_said(found.kind, found.theirs)),
        Definition(_("相差"), core_difference(found)),
        Definition(_("从哪天起"), day(found.since_on)),
        Definition(_("最近一次看到"), day(found.seen_on)),
        Definition(_("差异原因"), found.explanation or "—"),
    ]
    context = {
        "found": found,
        "tone": BREAK_TONES[found.state],
        "facts": facts,
        "form": form if may_keep and found.state == BreakState.OPEN else None,
        "may_open_loan": user_of(request).can(Permission.HANDLE_LOANS),
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/core_break.html", context, status=status)
