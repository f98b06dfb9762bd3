"""Bank statements: taking them in, the lines that wait, and saying what a line was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.payments import number_of
from xinnong.core.statement_matching import FOUR_EYES_MINOR
from xinnong.lending.bank_tables import LINE_TONES, lines_table, rule_said, statements_table
from xinnong.lending.forms.bank import AssignForm, LinesForm, StatementForm
from xinnong.lending.loan_tables import day
from xinnong.lending.models import LineState
from xinnong.lending.queries.bank import line_by_ref, lines_page, own_accounts, statements_of
from xinnong.lending.services import statement_lines
from xinnong.lending.services.statements import take_statement
from xinnong.lending.statement_files import statement_in
from xinnong.lending.views.asking import Refusals
from xinnong.lending.views.payments import institution_of, place_of
from xinnong.web.figures import yuan
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE
from xinnong.web.tables import Definition

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.models import StatementLine

DEEDS: Final[dict[str, Callable[..., StatementLine]]] = {
    "assign": statement_lines.assign_line,
    "back": statement_lines.send_line_back,
    "confirm": statement_lines.confirm_line,
    "reject": statement_lines.reject_line,
    "fee": statement_lines.book_bank_fee,
    "withdraw": statement_lines.withdraw_line,
    "unbook": statement_lines.unbook_line,
    "keep": statement_lines.keep_line_booked,
}


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_LEDGER)
def statements(request: HttpRequest) -> HttpResponse:
    """Take a statement in; list what came and which lines wait for somebody."""
    lender, told = institution_of(request), Refusals()
    accounts = own_accounts(lender.code)
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts)

    def act() -> None:
        report = take_statement(
            actor=user_of(request), institution=lender, account=form.cleaned_data["account"],
            said=statement_in(place_of(form.cleaned_data["file"])), now=timezone.now(),
        )  # fmt: skip
        words = _(
            "共 %(read)s 行：重复 %(repeated)s，记为还款 %(booked)s，是付款 %(payments)s，"
            "待认领 %(waiting)s；余额相差 %(difference)s。"
        )
        messages.success(request, words % {
            "read": report.read, "repeated": report.repeated, "booked": report.booked,
            "payments": report.payments, "waiting": report.waiting,
            "difference": yuan(report.difference_minor),
        })  # fmt: skip

    if request.method == "POST" and form.is_valid() and told.of(act):
        return redirect("lending:statements")
    chosen = LinesForm(request.GET)
    rows = lines_page(
        lender.code, state=chosen.chosen(), turn=turn_of(request.GET), limit=PAGE_ROWS + 1
    )
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda row: str(row.pk))
    context = {
        "form": form if accounts else None,
        "chosen": chosen,
        "table": lines_table(shown, pager),
        "statements": statements_table(statements_of(lender.code)),
        "refusal": told.refusal,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/statements.html", context, status=status)


@require_http_methods(["GET", "POST"])
@allowed(Permission.KEEP_LEDGER)
def line(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show who paid and in which words; say what the money was."""
    lender, told = institution_of(request), Refusals()
    found = line_by_ref(lender.code, ref)
    if found is None:
        raise Http404
    step = request.POST.get("step", "")
    form = AssignForm(request.POST if step == "assign" else None)
    if request.method == "POST":
        if step not in DEEDS:
            raise Http404
        said = form.cleaned_data if form.is_bound and form.is_valid() else {}
        is_whole = step != "assign" or bool(said)
        if is_whole and told.of(
            lambda: DEEDS[step](
                actor=user_of(request), institution=lender, line=found.ref, now=timezone.now(),
                **said,
            )
        ):  # fmt: skip
            return redirect("lending:statement_line", found.ref)
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/statement_line.html", _shown(request, found, form, told),
                  status=status)  # fmt: skip


def _unbooking(request: HttpRequest, found: StatementLine) -> dict[str, Any]:
    """Whether a booked line may be taken off its loan, or waits for a second person there."""
    booked, user = found.state == LineState.BOOKED, user_of(request)
    by = statement_lines.who_unbooks(actor=user, institution=institution_of(request), line=found)
    waits = booked and by is not None
    return {
        "may_unbook": booked and not waits,
        "unbooking": waits,
        "may_keep": waits and by == user.ref,
    }


def _shown(
    request: HttpRequest, found: StatementLine, form: AssignForm, told: Refusals
) -> dict[str, Any]:
    """A line with its words, and what may be done with it by whom."""
    said = statement_lines.open_line(
        actor=user_of(request), institution=institution_of(request), line=found,
        now=timezone.now(),
    )  # fmt: skip
    facts = [
        Definition(_("日期"), day(found.on)),
        Definition(_("金额"), yuan(found.amount_minor)),
        Definition(_("对方户名"), said["name"] or "—"),
        Definition(_("对方账号"), said["account"] or "—", note=said["bank"]),
        Definition(_("摘要和附言"), said["words"] or "—"),
        Definition(_("怎么认出的"), rule_said(found)),
    ]
    if found.loan_id:
        facts.append(Definition(_("贷款编号"), number_of("L", found.loan_id)))
    if found.order is not None:
        facts.append(Definition(_("支付编号"), found.order.number))
    waits, is_credit = found.state == LineState.WAITING, found.amount_minor > 0
    return {
        "line": found,
        "tone": LINE_TONES.get(found.state, "plain"),
        "facts": facts,
        "form": form,
        "may_assign": waits and is_credit,
        "may_be_fee": waits and not is_credit,
        "may_confirm": found.state == LineState.PROPOSED,
        "is_own": found.proposed_by == user_of(request).ref,
        **_unbooking(request, found),
        "limit_yuan": yuan(FOUR_EYES_MINOR),
        "refusal": told.refusal,
    }
