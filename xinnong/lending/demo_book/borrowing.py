"""One tale from application to money paid out, by the demo's own officer and managers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.cards import has_right_check_digit
from xinnong.core.dates import age_on
from xinnong.core.documents import sha256_hex
from xinnong.credit.models import Line, LineKind
from xinnong.lending.demo_book.plan import LENDER, Tale
from xinnong.lending.demo_checks import DEMO_BANK
from xinnong.lending.models import Application, ApplicationState, Channel, Offer, Outcome
from xinnong.lending.services.applications import HERE, OF_AGE, Wish, submit_application
from xinnong.lending.services.checks import ask_credit_report, file_credit_report
from xinnong.lending.services.contract_draws import draw_on_contract
from xinnong.lending.services.contracts import draft_contract, sign_in_person
from xinnong.lending.services.decisions import confirm_by_second, decide_by_officer
from xinnong.lending.services.payees import bind_card
from xinnong.registry.models import Person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from xinnong.lending.models import Contract, CreditReportQuery

BEFORE: Final = timedelta(days=2)
"""So long before the money leaves the card is bound and the loan asked for: a card waits a day."""
SPREAD: Final = 7919
"""A prime that takes the households of the county in an order that leaps from village to village."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who acts for the bank."""

    officer: User
    second: User


def at(day: date, hour: int) -> datetime:
    """An hour of a business day."""
    return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())


def borrowers(told: Iterable[Tale], *, run: int, known: int, but: UUID | None) -> dict[int, Person]:
    """A grown-up head of household for each tale by its number, with a line that is large enough.

    Nobody twice, never `but` (the demo's farmer) or her household, nobody among the applications up
    to the number `known`: what is asked for while the book is made changes nothing of it.
    """
    with scoped(SYSTEM):
        lines = Line.objects.filter(run_id=run, kind=LineKind.GRANTED, lender=LENDER)
        left = {each.household_id: each.line_minor for each in lines.filter(line_minor__gt=0)}
        heads = Person.objects.filter(household_id__in=left, is_head=True, state__in=HERE)
        grown = heads.exclude(birth=None).select_related("household").order_by("id")
        fit = {
            head.household_id: head
            for head in grown
            if head.birth and age_on(head.birth, timezone.localdate()) > OF_AGE + 1
        }
        taken = set(_others(known, but))
    order = sorted((h for h in fit if h not in taken), key=lambda h: (h or 0) * SPREAD % 10_007)
    chosen: dict[int, Person] = {}
    for tale in sorted(told, key=lambda each: (-each.amount_minor, each.number)):
        home = next((h for h in order if left[h] >= tale.amount_minor), None)  # type: ignore[index]
        if home is not None:
            order.remove(home)
            chosen[tale.number] = fit[home]
    return chosen


def _others(known: int, but: UUID | None) -> Iterable[int | None]:
    """Households that are not to be borrowers of the book."""
    if but is not None:
        yield from Person.objects.filter(ref=but).values_list("household_id", flat=True)
    mine = Application.objects.filter(institution=LENDER, id__lte=known)
    yield from mine.values_list("household_id", flat=True)


def borrow(staff: Staff, tale: Tale, person: Person, offer: Offer) -> UUID:
    """Take one tale to its loan, all of it or nothing; answers the loan, the same a second time."""
    day = tale.drawn_on - BEFORE
    with scoped(staff.officer):
        card = bind_card(
            actor=staff.officer, person=person, institution=LENDER, number=card_number(tale.number),
            bank=DEMO_BANK, now=at(day, 9), key=tale.key(person.ref, "card"),
        )  # fmt: skip
        application = _approved(staff, tale, person, offer, day)
        _report(staff.officer, tale, person, day)
        contract = _signed(staff.officer, tale, person, application, tale.drawn_on)
        return draw_on_contract(
            actor=staff.officer, contract=contract, amount_minor=tale.amount_minor,
            on=tale.drawn_on, now=at(tale.drawn_on, 10), card=card,
            key=str(tale.key(person.ref, "draw")),
        )  # fmt: skip


def card_number(number: int) -> str:
    """A card number of nobody's, with its check digit."""
    digits = f"99998{number + 5000:013d}"
    return next(
        digits + str(last) for last in range(10) if has_right_check_digit(f"{digits}{last}")
    )


def _approved(staff: Staff, tale: Tale, person: Person, offer: Offer, day: date) -> Application:
    """Ask at the desk; the officer decides what the rule leaves open, a manager what is large."""
    kind = tale.kind
    application = submit_application(
        actor=staff.officer, person=person, offer=offer, channel=Channel.DESK, now=at(day, 10),
        key=tale.key(person.ref, "ask"),
        wish=Wish(
            amount_minor=tale.amount_minor, months=kind.months, method=kind.method,
            purpose=kind.purpose, produces=kind.produces,
        ),
    )  # fmt: skip
    if application.state == ApplicationState.IN_REVIEW:
        application = decide_by_officer(
            actor=staff.officer, application=application, outcome=Outcome.APPROVE, now=at(day, 11),
            key=tale.key(person.ref, "decide"),
        )  # fmt: skip
    if application.state == ApplicationState.IN_REVIEW:
        with scoped(staff.second):
            application = confirm_by_second(
                actor=staff.second, application=application, agrees=True, now=at(day, 12),
                key=tale.key(person.ref, "confirm"),
            )  # fmt: skip
    return application


def _report(officer: User, tale: Tale, person: Person, day: date) -> CreditReportQuery:
    """An invented answer of the credit reference centre: nothing late elsewhere."""
    asked = ask_credit_report(
        actor=officer, person=person, institution=LENDER, purpose="before",
        authorisation_sha256=sha256_hex(f"demo authorisation {tale.number}".encode()),
        authorised_on=day, now=at(day, 13), key=tale.key(person.ref, "report"),
    )  # fmt: skip
    answer = {
        "query": str(asked.ref), "reported_on": day.isoformat(), "open_loans": tale.number % 3,
        "overdue_loans": 0, "lines_yuan": "30000.00", "owed_yuan": f"{tale.number % 3 * 8000}.00",
    }  # fmt: skip
    return file_credit_report(
        actor=officer, query=asked, data=json.dumps(answer).encode(), now=at(day, 14)
    )


def _signed(
    officer: User, tale: Tale, person: Person, application: Application, day: date
) -> Contract:
    contract = draft_contract(
        actor=officer, application=application, now=at(day, 8), key=tale.key(person.ref, "draft")
    )
    return sign_in_person(
        actor=officer, contract=contract, identity_check=f"demo/idcheck/{tale.number}",
        photo=f"demo/signing/{tale.number}",
        scan_sha256=sha256_hex(f"demo signature page {tale.number}".encode()),
        now=at(day, 9), key=tale.key(person.ref, "sign"),
    )  # fmt: skip
