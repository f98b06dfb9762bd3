"""A loan for its borrower and for the lender's staff: what is owed, what was paid, and paying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from xinnong.accounts.permissions import Permission
from xinnong.accounts.visibility import allowed, user_of
from xinnong.lending.aftercare_tables import reminders_list
from xinnong.lending.bank_tables import breaks_table, core_definitions
from xinnong.lending.forms.loans import RepayForm
from xinnong.lending.forms.servicing import RepayingForm
from xinnong.lending.loan_facts import (
    LOAN_TONES,
    facts_of_loan,
    loan_definitions,
    original_table,
    owed_definitions,
    repayments_table,
    schedule_of,
    standing_definitions,
)
from xinnong.lending.models import BookOfRecord, LoanState
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.queries.collecting import reminders_of
from xinnong.lending.queries.contracts import contract_by_ref
from xinnong.lending.queries.core_book import breaks_of, figure_of
from xinnong.lending.queries.loans import loan_by_ref, lost_minor
from xinnong.lending.queries.products import product_of
from xinnong.lending.services.paying_back import held_minor
from xinnong.lending.views.asking import Refusals, lender_of
from xinnong.lending.views.loan_tabs import MOST_REMINDERS, read_of, tab_context
from xinnong.lending.views.own_repayment import CONFIRM, asked_of, in_plain_words
from xinnong.lending.wording import title_of
from xinnong.privacy.purposes import Purpose
from xinnong.privacy.services import record_read
from xinnong.web.refusals import UNPROCESSABLE

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from xinnong.lending.loan_facts import LoanFacts
    from xinnong.lending.models import Loan

SEEN = ("loan", "repayments")


@require_http_methods(["GET", "POST"])
@allowed(Permission.APPLY_FOR_LOAN)
def my_loan(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What I owe and when, what I paid; pay some of it, or all, after a look at what that does."""
    found = loan_by_ref(ref)
    if found is None or found.person != user_of(request).person_ref:
        raise Http404
    facts = facts_of_loan(found, today=timezone.localdate())
    form, told = RepayForm(request.POST or None, initial={"amount": _usual(facts)}), Refusals()
    if request.method == "POST" and form.is_valid():
        answer = _pay(request, facts, form, told)
        if answer is not None:
            return answer
    context = _context(facts) | _lists(facts) | {"form": form, "refusal": told.refusal}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "lending/my_loan.html", context, status=status)


def _pay(
    request: HttpRequest, facts: LoanFacts, form: RepayForm, told: Refusals
) -> HttpResponse | None:
    """Show what paying does; take the money where just that was seen and confirmed."""
    asked, looks = asked_of(request, facts, form), []
    if not told.of(lambda: looks.append(asked.foresee(request))):
        return None
    [(effect, seen)] = looks
    if request.POST.get("step") == CONFIRM and request.POST.get("seen") == seen:
        done = told.of(lambda: asked.carry_out(request))
        return redirect("lending:my_loan", facts.loan.ref) if done else None
    if not effect.paid:  # the same button again: the money was taken before
        return redirect("lending:my_loan", facts.loan.ref)
    context = _context(facts) | in_plain_words(asked, effect) | {"seen": seen}
    return render(request, "lending/my_repayment.html", context)


@require_GET
@allowed(Permission.HANDLE_LOANS)
def loan(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What is owed, one tab below; money across the counter is first shown, then taken."""
    found = loan_by_ref(ref)
    if found is None or found.institution != lender_of(request):
        raise Http404
    record_read(
        actor=user_of(request),
        at=timezone.now(),
        purpose=Purpose.SERVICING,
        case=str(found.ref),
        fields=(*SEEN, *read_of(request)),
        household_id=found.household_id,
        person=found.person,
        area12=found.area12,
    )
    facts = facts_of_loan(found, today=timezone.localdate())
    context = _context(facts) | tab_context(request, facts)
    context["form"] = RepayingForm(initial={"amount": _usual(facts)})
    return render(request, "lending/loan.html", context)


def _usual(facts: LoanFacts) -> int | None:
    """What is due; else the next instalment."""
    due = facts.next_due
    if facts.due_now_minor or due is None:
        return facts.due_now_minor or None
    return due.principal_minor + due.interest_minor + due.fee_minor


def _context(facts: LoanFacts) -> dict[str, Any]:
    found = facts.loan
    contract = contract_by_ref(found.contract_ref)
    return {
        "loan": found,
        "facts": facts,
        "title": title_of(product_of(found.product)),
        "tone": LOAN_TONES[found.state],
        "is_open": found.state == LoanState.ACTIVE and found.book == BookOfRecord.XINNONG,
        "held": held_minor(found.ref),
        **_core(found),
        "is_written_off": found.state == LoanState.WRITTEN_OFF,
        "lost_minor": lost_minor(found),
        "contract": contract,
        "name": (contract.application.organisation_name if contract else "")
        or borrower_names([found.person]).get(found.person, ""),
        "agreed": loan_definitions(facts),
        "owed": owed_definitions(facts),
        "standing": standing_definitions(found),
        "next_minor": _usual(facts),
    }


def _lists(facts: LoanFacts) -> dict[str, Any]:
    """What the borrower reads below, all on one page."""
    found = facts.loan
    return {
        "schedule": schedule_of(facts),
        "original": original_table(found),
        "repayments": repayments_table(found),
        "reminders": reminders_list(reminders_of(found, most=MOST_REMINDERS)),
    }


def _core(found: Loan) -> dict[str, Any]:
    """The core's figures of a loan whose book it keeps, with the breaks beside them."""
    figure = figure_of(found) if found.book == BookOfRecord.CORE else None
    if figure is None:
        return {"core": None}
    breaks = breaks_of(found)
    return {
        "core": core_definitions(figure),
        "breaks": breaks_table(breaks) if breaks else None,
        "core_principal_minor": figure.principal_minor,
        "core_interest_minor": figure.interest_minor,
    }
