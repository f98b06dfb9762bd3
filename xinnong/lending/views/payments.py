"""Payments: what waits, files for the bank, what the bank answered and what fits nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.errors import Refused
from xinnong.core.payments import Encoding, Form
from xinnong.lending.bank_tables import accounts_table, files_table, orders_table, results_table
from xinnong.lending.forms.bank import (
    OrdersForm,
    OwnAccountForm,
    PayBackForm,
    ResultsForm,
    SendForm,
    SettleForm,
)
from xinnong.lending.queries.bank import files_of, orders_page, own_accounts, results_aside, to_send
from xinnong.lending.queries.loans import loan_by_ref
from xinnong.lending.result_files import results_in
from xinnong.lending.services import payment_results, payments
from xinnong.lending.services.paying_back import held_minor, pay_back
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.figures import count, yuan
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django import forms
    from django.http import HttpRequest

    from xinnong.lending.models import PaymentOrder

PAGE = "lending/payments.html"


def institution_of(request: HttpRequest) -> Institution:
    """The lender whose staff asks; nobody else gets here."""
    found = Institution.objects.select_related("operator").filter(code=lender_of(request)).first()
    if found is None:
        raise Http404
    return found


@require_GET
@allowed(Permission.KEEP_LEDGER)
def orders(request: HttpRequest) -> HttpResponse:
    """List payments by how far they are; the files; what fits nothing."""
    return _page(request)


def _page(request: HttpRequest, told: Refusals | None = None, **forms: forms.Form) -> HttpResponse:
    """The page, with the forms that somebody has filled in as they were filled in."""
    lender = institution_of(request).code
    chosen = OrdersForm(request.GET)
    rows = orders_page(
        lender, state=chosen.chosen(), turn=turn_of(request.GET), limit=PAGE_ROWS + 1
    )
    shown, pager = page_of(rows, size=PAGE_ROWS, address=request.GET, key=lambda o: str(o.pk))
    accounts, (waiting, waiting_minor) = own_accounts(lender), to_send(lender)
    aside = results_aside(lender)
    context: dict[str, Any] = {
        "chosen": chosen,
        "table": orders_table(shown, pager),
        "files": files_table(files_of(lender)),
        "accounts": accounts_table(accounts),
        "waiting": count(waiting),
        "waiting_yuan": yuan(waiting_minor),
        "aside": results_table(aside),
        "settling": [
            (each, SettleForm(initial={"result": each.ref}, auto_id=f"settle{each.pk}_%s"))
            for each in aside
        ],
        "send": SendForm(accounts=accounts, auto_id="send_%s") if accounts else None,
        "account": OwnAccountForm(auto_id="account_%s"),
        "results": ResultsForm(auto_id="results_%s"),
        "may_carry": user_of(request).can(Permission.CARRY_PAYMENTS),
        "refusal": told.refusal if told else None,
        **forms,
    }  # fmt: skip
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, PAGE, context, status=status)


@require_POST
@allowed(Permission.CARRY_PAYMENTS)
def send(request: HttpRequest) -> HttpResponse:
    """Make the file of everything that waits."""
    lender, told = institution_of(request), Refusals()
    form = SendForm(request.POST, accounts=own_accounts(lender.code), auto_id="send_%s")

    def act() -> None:
        said = form.cleaned_data
        payments.send_payments(
            actor=user_of(request), institution=lender, account=said["account"],
            form=Form(said["form"]), encoding=Encoding(said["encoding"]), now=timezone.now(),
            key=str(said["key"]),
        )  # fmt: skip

    return _done(request, told, form, "send", act, _("付款文件已生成，可以下载。"))


@require_POST
@allowed(Permission.CARRY_PAYMENTS)
def enter_account(request: HttpRequest) -> HttpResponse:
    """Enter an own account."""
    lender, told = institution_of(request), Refusals()
    form = OwnAccountForm(request.POST, auto_id="account_%s")

    def act() -> None:
        payments.enter_own_account(
            actor=user_of(request), institution=lender, now=timezone.now(), **form.cleaned_data
        )

    return _done(request, told, form, "account", act, _("账户已登记。"))


@require_POST
@allowed(Permission.CARRY_PAYMENTS)
def results(request: HttpRequest) -> HttpResponse:
    """Take in what the bank answered."""
    lender, told = institution_of(request), Refusals()
    form = ResultsForm(request.POST, request.FILES, auto_id="results_%s")

    def act() -> None:
        said = list(results_in(place_of(form.cleaned_data["file"])))
        report = payment_results.book_results(
            actor=user_of(request), institution=lender, said=said, now=timezone.now()
        )
        words = _("共 %(read)s 条：处理 %(applied)s，重复 %(repeated)s，待查 %(aside)s。")
        messages.success(request, words % {
            "read": report.read, "applied": report.applied, "repeated": report.repeated,
            "aside": report.aside,
        })  # fmt: skip

    return _done(request, told, form, "results", act)


@require_POST
@allowed(Permission.CARRY_PAYMENTS)
def settle(request: HttpRequest) -> HttpResponse:
    """Say what an answer turned out to be."""
    lender, told, form = institution_of(request), Refusals(), SettleForm(request.POST)

    def act() -> None:
        payment_results.settle_result(
            actor=user_of(request), institution=lender, ref=form.cleaned_data["result"],
            note=form.cleaned_data["note"], now=timezone.now(),
        )  # fmt: skip

    return _done(request, told, form, "", act, _("已登记查明的情况。"))


def place_of(upload: Any) -> Path:
    """Where an upload was streamed to."""
    return Path(upload.temporary_file_path())


def _done(
    request: HttpRequest,
    told: Refusals,
    form: forms.Form,
    name: str,
    act: Callable[[], None],
    success: str = "",
) -> HttpResponse:
    """Back to the page, or the page with what was filled in and why it was refused."""
    if form.is_valid() and told.of(act):
        if success:
            messages.success(request, success)
        return redirect("lending:payments")
    return _page(request, told, **({name: form} if name else {}))


@require_GET
@allowed(Permission.CARRY_PAYMENTS)
def payment_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Hand out a file once more, byte for byte; every time is recorded."""
    try:
        made, data = payments.open_payment_file(
            actor=user_of(request), institution=institution_of(request), ref=ref,
            now=timezone.now(),
        )  # fmt: skip
    except Refused:
        raise Http404 from None
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def give_back(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Order that what a borrower paid too much goes back to the own card."""
    found = loan_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user_of(request), at=timezone.now(), purpose=Purpose.SERVICING, case=str(found.ref),
        fields=("loan",), household_id=found.household_id, person=found.person,
        area12=found.area12,
    )  # fmt: skip
    held, told = held_minor(found.ref), Refusals()
    form = PayBackForm(request.POST or None, initial={"amount": held or None})

    def act() -> PaymentOrder:
        return pay_back(
            actor=user_of(request), institution=institution_of(request), loan_ref=found.ref,
            amount_minor=form.cleaned_data["amount"], now=timezone.now(),
            key=form.cleaned_data["key"],
        )  # fmt: skip

    if request.method == "POST" and form.is_valid() and told.of(act):
        messages.success(request, _("已下达付款指令，退到借款人本人的卡。"))
        return redirect("lending:loan", found.ref)
    context = {"loan": found, "held": held, "form": form, "refusal": told.refusal}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/pay_back.html", context, status=status)
