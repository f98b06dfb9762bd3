"""What an accountant does: assertions, explanations, closing, exports."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.core.errors import Refused
from xinnong.ledger import queries, services
from xinnong.ledger.forms import AssertForm, CloseForm, DayForm, ExplainForm, SpanForm, new_key
from xinnong.ledger.models import Account, Assertion
from xinnong.ledger.views import tables
from xinnong.ledger.views.reading import (
    account_or_404,
    ledger_of,
    number_of,
    pager_of,
    today,
)
from xinnong.web.refusals import UNPROCESSABLE, render_refused


@allowed(Permission.READ_LEDGER)
def assertions(request: HttpRequest) -> HttpResponse:
    """List what others said, newest first, beside what we have."""
    owner = ledger_of(request)
    if owner is None:
        return render(request, "ledger/empty.html")
    before = number_of(request.GET.get("after", "")) or None
    found = queries.assertions_page(owner, before=before)
    more = str(found[-1].assertion.pk) if len(found) == queries.PAGE else ""
    pager = pager_of(request, after=more, shown=len(found))
    return render(
        request, "ledger/assertions.html", {"table": tables.assertions_table(found, pager)}
    )


@require_POST
@allowed(Permission.KEEP_LEDGER)
def assert_balance(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Record what a statement says an account has."""
    account = account_or_404(request, ref)
    form = AssertForm(request.POST, auto_id="assert_%s")
    if not form.is_valid():
        context = {"form": form, "account": account, "title": tables.account_name(account)}
        return render(request, "ledger/assert.html", context, status=UNPROCESSABLE)
    said = form.cleaned_data
    services.assert_balance(
        institution=account.institution,
        actor=user_of(request),
        key=said["key"],
        account=account.pk,
        source=Assertion.Source(said["source"]),
        business_on=said["business_on"],
        expected_minor=said["expected"],
        reference=said["reference"],
        now=timezone.now(),
    )
    return redirect("ledger:assertions")


@allowed(Permission.KEEP_LEDGER)
def explain(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Say why a balance differs."""
    ledgers = queries.ledgers_of(user_of(request))
    found = Assertion.objects.filter(ref=ref, institution__in=ledgers)
    said = found.select_related("institution", "account").first()
    if said is None:
        raise Http404
    form = ExplainForm(request.POST or None, initial={"key": new_key()})
    context = {"form": form, "said": said, "title": tables.account_name(said.account)}
    if request.method != "POST":
        return render(request, "ledger/explain.html", context)
    if not form.is_valid():
        return render(request, "ledger/explain.html", context, status=UNPROCESSABLE)
    try:
        services.explain_break(
            institution=said.institution,
            actor=user_of(request),
            key=form.cleaned_data["key"],
            assertion=said.ref,
            explanation=form.cleaned_data["explanation"],
            now=timezone.now(),
        )
    except Refused as refused:
        return render_refused(
            request,
            code=refused.code,
            params=refused.params,
            template="ledger/explain.html",
            context=context,
        )
    return redirect("ledger:assertions")


@allowed(Permission.READ_LEDGER)
def periods(request: HttpRequest) -> HttpResponse:
    """List the months; whoever may closes the next one."""
    owner = ledger_of(request)
    if owner is None:
        return render(request, "ledger/empty.html")
    last = today().replace(day=1) - timedelta(1)
    form = CloseForm(initial={"key": new_key(), "month": last})
    return render(request, "ledger/periods.html", _periods_context(request, owner, form))


def _periods_context(
    request: HttpRequest, owner: Institution, form: CloseForm
) -> dict[str, object]:
    user = user_of(request)
    approves = Permission.CLOSE_LEDGER in user.approving
    return {
        "form": form,
        "table": tables.periods_table(queries.periods(owner)),
        "may_close": user.can(Permission.CLOSE_LEDGER),
        "waits_for_second_factor": approves and not user.second_factor_passed,
    }


@require_POST
@allowed(Permission.CLOSE_LEDGER)
def close_period(request: HttpRequest) -> HttpResponse:
    """Close a month."""
    owner = ledger_of(request)
    if owner is None:
        raise Http404
    form = CloseForm(request.POST)
    context = _periods_context(request, owner, form)
    if not form.is_valid():
        return render(request, "ledger/periods.html", context, status=UNPROCESSABLE)
    try:
        closed = services.close_period(
            institution=owner,
            actor=user_of(request),
            key=form.cleaned_data["key"],
            month=form.cleaned_data["month"],
            now=timezone.now(),
        )
    except Refused as refused:
        return render_refused(
            request,
            code=refused.code,
            params=refused.params,
            template="ledger/periods.html",
            context=context,
        )
    messages.success(request, _("已结账到 %(day)s。") % {"day": closed.last_on})
    return redirect("ledger:periods")


@require_POST
@allowed(Permission.READ_LEDGER)
def export(request: HttpRequest, what: str, form: str) -> HttpResponse:
    """Hand out the trial balance, a statement or all journals as a file; it is recorded."""
    account = _account(request)
    owner = account.institution if account else ledger_of(request)
    if owner is None:
        raise Http404
    from_on, until = SpanForm(request.POST).span(today())
    day = DayForm(request.POST)
    if account is None and day.is_valid():
        until = day.cleaned_data["on"] or until
    try:
        file = services.export_books(
            institution=owner,
            actor=user_of(request),
            what=what,
            form=form,
            from_on=from_on,
            until=until,
            account=account,
            now=timezone.now(),
        )
    except services.FormUnknown:
        raise Http404 from None
    answer = HttpResponse(file.content, content_type=file.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer


def _account(request: HttpRequest) -> Account | None:
    text = request.POST.get("account", "")
    if not text:
        return None
    try:
        return account_or_404(request, UUID(text))
    except ValueError:
        raise Http404 from None
