"""Collecting late loans: the queue, one loan's record, letters, and the queue as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.areas.places import places
from xinnong.audit.services import record
from xinnong.core.money import yuan
from xinnong.ledger.exports import as_csv
from xinnong.lending.aftercare_tables import (
    BUCKET_WORDS,
    contacts_table,
    late_table,
    reminders_table,
    title_of,
)
from xinnong.lending.forms.aftercare import ContactForm, LateForm, LetterForm, NameForm
from xinnong.lending.loan_facts import facts_of_loan, owed_definitions
from xinnong.lending.queries.borrowers import borrower_names, staff_names
from xinnong.lending.queries.collecting import (
    MOST_EXPORTED,
    LateFilters,
    bucket_sums,
    contacts_of,
    late_by_name,
    late_loans,
    late_page,
    letter_by_ref,
    narrowed,
    promise_states,
    reminders_of,
)
from xinnong.lending.queries.loans import figures_day, loan_by_ref
from xinnong.lending.services.collecting import Said, record_contact, send_letter
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_listing, record_read
from xinnong.web import figures
from xinnong.web.paging import PAGE_ROWS, page_of, turn_of
from xinnong.web.panels import Figure
from xinnong.web.refusals import UNPROCESSABLE, render_refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from django.forms import Form
    from django.http import HttpRequest

    from xinnong.lending.models import Loan, Standing

SEEN = ("loan", "repayments", "collection")
EXPORTED = (
    "loan", "household_id", "area12", "product", "days_past_due", "owed_yuan", "last_contact",
    "promise", "promised_on", "promised_yuan", "next_step_at",
)  # fmt: skip


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def collections(request: HttpRequest) -> HttpResponse:
    """List late loans, the latest first; a POST looks for somebody by name."""
    lender, on = lender_of(request), _open_day(request)
    form, name_form = late_form(request), NameForm(request.POST or None)
    if request.method == "POST" and name_form.is_valid():
        rows: Sequence[Standing] = late_by_name(lender, name_form.cleaned_data["name"], on=on)
        pager = None
    else:
        found = _page(lender, form, on, request)
        rows, pager = page_of(
            found, size=PAGE_ROWS, address=request.GET,
            key=lambda row: f"{row.days_past_due}-{row.loan_id}",
        )  # fmt: skip
    _remember_list(request, rows, "name" if pager is None else "collections")
    names = borrower_names(row.loan.person for row in rows)
    context = {
        "form": form,
        "name_form": name_form,
        "searched": pager is None,
        "table": late_table(rows, names, pager),
        "buckets": _buckets(lender),
        "can_export": user_of(request).can(Permission.EXPORT_LINES),
        "address": request.GET.urlencode(),
    }
    wrong = request.method == "POST" and not name_form.is_valid()
    status = UNPROCESSABLE if wrong or not form.is_valid() else 200
    return render(request, "lending/collections.html", context, status=status)


@require_POST
@allowed(Permission.EXPORT_LINES)
def export_collections(request: HttpRequest) -> HttpResponse:
    """Send the filtered queue as CSV, by household number and without names."""
    lender, on, form = lender_of(request), _open_day(request), late_form(request)
    if not form.is_valid():
        return render_refused(request, code="export.unknown_filter")
    found = list(
        narrowed(late_loans(lender, on), filters_of(form)).order_by("-days_past_due", "-loan_id")[
            : MOST_EXPORTED + 1
        ]
    )
    if len(found) > MOST_EXPORTED:
        return render_refused(
            request, code="export.too_many_households", params={"limit": MOST_EXPORTED}
        )
    _remember_list(request, found, "export")
    entry = record(
        actor=user_of(request), action="lending.export-collections", at=timezone.now(),
        counts={"rows": len(found)},
    )  # fmt: skip
    answer = HttpResponse(
        as_csv(EXPORTED, map(_exported, found)), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = (
        f'attachment; filename="collections-{on:%Y%m%d}-{entry.ref}.csv"'
    )
    return answer


@require_http_methods(["GET", "POST"])
@allowed(Permission.HANDLE_LOANS)
def collection(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Everything done to collect one loan; put the next contact on record, or send a letter."""
    found = loan_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    remember_loan(request, found, SEEN)
    now = timezone.localtime()
    contact: Form = ContactForm(initial={"at": now, "party": "borrower"})
    letter: Form = LetterForm()
    told = Refusals()
    if request.method == "POST":
        is_letter = request.POST.get("step") == "letter"
        sent: Form = LetterForm(request.POST) if is_letter else ContactForm(request.POST)
        contact, letter = (contact, sent) if is_letter else (sent, letter)
        if sent.is_valid() and told.of(lambda: _act(request, found, sent)):
            return redirect("lending:collection", found.ref)
    context = _record(found) | {
        "contact_form": contact,
        "letter_form": letter,
        "wrong_form": letter if request.POST.get("step") == "letter" else contact,
        "refusal": told.refusal,
        "problems": told.problems,
    }
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/collection.html", context, status=status)


@require_GET
@allowed(Permission.HANDLE_LOANS)
def letter_paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """A letter as it was sent."""
    found = letter_by_ref(ref)
    if found is None or found.loan is None or found.institution != lender_of(request):
        raise Http404
    remember_loan(request, found.loan, ("collection",))
    answer = HttpResponse(bytes(found.document), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="letter-{found.ref}.pdf"'
    return answer


def late_form(request: HttpRequest) -> LateForm:
    """The filters of the address, with the towns in which the reader works."""
    return LateForm(request.GET, towns=towns_of(request))


def towns_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Towns in which the reader works, by their nine digits."""
    prefixes = user_of(request).area_prefixes
    return [(place.code[:9], place.name) for place in places().towns(prefixes)]


def filters_of(form: LateForm) -> LateFilters:
    """What narrows the queue; the form is valid."""
    said = form.cleaned_data
    return LateFilters(
        bucket=said["bucket"],
        area=said["town"],
        promise=said["promise"],
        next_by=timezone.now() if said["due"] else None,
        household=said["household"].strip().upper(),
    )


def remember_loan(request: HttpRequest, loan: Loan, fields: Sequence[str]) -> None:
    """Put the reading of a loan on record."""
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.SERVICING,
        case=str(loan.ref),
        fields=fields,
        household_id=loan.household_id,
        person=loan.person,
        area12=loan.area12,
    )


def _page(lender: str, form: LateForm, on: date, request: HttpRequest) -> list[Standing]:
    """A filter that stands on no list selects nobody."""
    if not form.is_valid():
        return []
    turn = turn_of(request.GET)
    return late_page(lender, filters_of(form), on=on, turn=turn, limit=PAGE_ROWS + 1)


def _remember_list(request: HttpRequest, rows: Sequence[Standing], asked: str) -> None:
    record_listing(
        actor=user_of(request),
        at=timezone.now(),
        asked=asked,
        households=[row.loan.household_id for row in rows if row.loan.household_id],
        purpose=Purpose.SERVICING,
    )


def _buckets(lender: str) -> list[Figure]:
    address = reverse("lending:collections")
    return [
        Figure(
            value=figures.count(count),
            label=str(BUCKET_WORDS[name]),
            note=figures.large_yuan(owed),
            url=f"{address}?bucket={name}",
        )
        for name, (count, owed) in bucket_sums(lender).items()
    ]


def _open_day(request: HttpRequest) -> date:
    return figures_day(lender_of(request), timezone.localdate())


def _exported(row: Any) -> Sequence[str | int]:
    """One row of the file; the columns are those of EXPORTED."""
    home, at = row.loan.household, timezone.localtime
    return (
        str(row.loan.ref),
        home.ref if home else "",
        row.loan.area12,
        row.loan.product.code,
        row.days_past_due,
        yuan(row.owed_minor),
        at(row.last_at).isoformat(timespec="minutes") if row.last_at else "",
        row.promise,
        row.promised_on.isoformat() if row.promised_on else "",
        yuan(row.promised_minor) if row.promised_minor else "",
        at(row.next_at).isoformat(timespec="minutes") if row.next_at else "",
    )


def _act(request: HttpRequest, loan: Loan, form: Form) -> object:
    said = dict(form.cleaned_data)
    key, actor, now = said.pop("key"), user_of(request), timezone.now()
    if isinstance(form, LetterForm):
        return send_letter(
            actor=actor, loan=loan, kind=said["letter"], pay_by=said["pay_by"], now=now, key=key
        )
    return record_contact(actor=actor, loan=loan, said=Said(**said), now=now, key=key)


def _record(found: Loan) -> dict[str, Any]:
    facts = facts_of_loan(found, today=timezone.localdate())
    contacts = contacts_of(found)
    states = promise_states(found, contacts, on=facts.on)
    return {
        "loan": found,
        "facts": facts,
        "title": title_of(found),
        "name": borrower_names([found.person]).get(found.person, ""),
        "owed": owed_definitions(facts),
        "contacts": contacts_table(contacts, states, staff_names(each.by for each in contacts)),
        "reminders": reminders_table(reminders_of(found)),
        "late_text": _("已经晚了 %(days)s 天") % {"days": facts.days_past_due},
    }
