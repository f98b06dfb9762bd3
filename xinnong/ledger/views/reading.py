"""Trial balance, accounts, statements and journals."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.ledger import queries
from xinnong.ledger.chart import AccountKindUnknown, kind_name, kind_of
from xinnong.ledger.forms import AssertForm, DayForm, SpanForm, new_key
from xinnong.ledger.models import Account
from xinnong.ledger.naming import product_names
from xinnong.ledger.views import tables
from xinnong.web.paging import Pager

LONGEST_KEY = 18
OK, UNPROCESSABLE = 200, 422


def today() -> date:
    """The day where the county is."""
    return timezone.localdate()


def ledger_of(request: HttpRequest) -> Institution | None:
    """The institution whose books are asked for, by default the first one may read."""
    found = queries.ledgers_of(user_of(request))
    asked = request.GET.get("institution", "")
    if asked:
        found = [one for one in found if one.code == asked]
        if not found:
            raise Http404
    return found[0] if found else None


def account_or_404(request: HttpRequest, ref: UUID) -> Account:
    """An account of any of the books one may read."""
    ledgers = queries.ledgers_of(user_of(request))
    found = Account.objects.filter(ref=ref, institution__in=ledgers).select_related("institution")
    account = found.first()
    if account is None:
        raise Http404
    return account


@allowed(Permission.READ_LEDGER)
def trial_balance(request: HttpRequest) -> HttpResponse:
    """Show what every code has at the end of a day."""
    owner = ledger_of(request)
    if owner is None:
        return render(request, "ledger/empty.html")
    form = DayForm(request.GET)
    on = (form.cleaned_data["on"] if form.is_valid() else None) or today()
    found = queries.trial_balance(owner, on=on)
    asked = request.GET.get("institution", "")
    context = {
        "owner": owner,
        "others": [one for one in queries.ledgers_of(user_of(request)) if one.pk != owner.pk],
        "form": form if form.errors else DayForm(initial={"on": on}),
        "on": on,
        "found": found,
        "table": tables.trial_table(found, urlencode({"institution": asked}) if asked else ""),
        "resum": queries.last_resum(owner),
        "breaks": len(queries.open_breaks(owner, until=on)),
        "may_keep": user_of(request).can(Permission.KEEP_LEDGER),
    }
    return render(request, "ledger/trial_balance.html", context, status=_status(form))


@allowed(Permission.READ_LEDGER)
def accounts(request: HttpRequest, kind: str) -> HttpResponse:
    """List the accounts of a code and product."""
    owner = ledger_of(request)
    try:
        known = kind_of(kind)
    except AccountKindUnknown:
        raise Http404 from None
    if owner is None:
        raise Http404
    product = request.GET.get("product", "")[:32]
    found = queries.accounts_page(
        owner, kind=kind, product=product, after=number_of(request.GET.get("after", ""))
    )
    balances = [
        account.balance_minor if account.runs else queries.balance_at(account, on=date.max)
        for account in found
    ]
    more = found[-1].pk if len(found) == queries.PAGE else None
    pager = pager_of(request, after=str(more) if more else "", shown=len(found))
    name = product_names().get(product, product)
    context = {
        "title": f"{kind} {kind_name(known)} {name}".strip(),
        "table": tables.accounts_table(found, balances, pager),
    }
    return render(request, "ledger/accounts.html", context)


@allowed(Permission.READ_LEDGER)
def statement(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show an account's movements between two days."""
    account = account_or_404(request, ref)
    form = SpanForm(request.GET)
    from_on, until = form.span(today())
    found = queries.statement(
        account, from_on=from_on, until=until, after=_after(request.GET.get("after", ""))
    )
    more = f"{found.more[0].isoformat()}_{found.more[1]}" if found.more else ""
    pager = pager_of(request, after=more, shown=len(found.lines))
    may_keep = user_of(request).can(Permission.KEEP_LEDGER)
    context = {
        "account": account,
        "title": tables.account_name(account),
        "form": form if form.errors else SpanForm(initial={"from_on": from_on, "until": until}),
        "from_on": from_on,
        "until": until,
        "opening": found.opening_minor,
        "closing": found.closing_minor,
        "table": tables.statement_table(found, pager),
        "may_keep": may_keep,
        "assert_form": AssertForm(
            initial={"key": new_key(), "business_on": until}, auto_id="assert_%s"
        ),
    }
    return render(request, "ledger/statement.html", context, status=_status(form))


@allowed(Permission.READ_LEDGER)
def journal(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Show one journal with its transfers."""
    ledgers = queries.ledgers_of(user_of(request))
    found = next((j for one in ledgers if (j := queries.journal_of(one, ref))), None)
    if found is None:
        raise Http404
    context = {
        "journal": found,
        "facts": tables.journal_facts(found, queries.reversal_of(found)),
        "table": tables.transfers_table(found),
    }
    return render(request, "ledger/journal.html", context)


def pager_of(request: HttpRequest, *, after: str, shown: int) -> Pager:
    """Forward by keyset; the first page is one click away."""
    first = request.GET.copy()
    first.pop("after", None)
    following = first.copy()
    following["after"] = after
    return Pager(
        first_url=f"?{first.urlencode()}" if "after" in request.GET else "",
        next_url=f"?{following.urlencode()}" if after else "",
        shown=shown,
    )


def number_of(text: str) -> int:
    """A row's number as a pager wrote it; anything else is 0."""
    plain = text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY
    return int(text) if plain else 0


def _after(text: str) -> tuple[date, int] | None:
    """A day and a transfer's number, as a pager wrote them; anything else is the first page."""
    day, _, number = text.partition("_")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return (found, number_of(number)) if found > date.min + timedelta(days=1) else None


def _status(form: DayForm | SpanForm) -> int:
    """A day that is none is named beside its field, and what is shown is not passed off as asked for."""
    return UNPROCESSABLE if form.errors else OK
