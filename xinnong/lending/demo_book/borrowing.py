"""One tale from application to money paid out, by the demo's own officer and managers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from xinnong.accounts.models import User, lender_code
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.analytics.keyed import hash63
from xinnong.core.cards import has_right_check_digit
from xinnong.core.dates import OF_AGE, age_on
from xinnong.core.documents import sha256_hex
from xinnong.credit.models import Line, LineKind
from xinnong.lending.demo_book.plan import LENDER, RENEW, Tale
from xinnong.lending.demo_checks import DEMO_BANK
from xinnong.lending.models import (
    Application,
    ApplicationState,
    BankCard,
    Channel,
    Finding,
    Offer,
    Outcome,
)
from xinnong.lending.services.applications import HERE, Wish, submit_application
from xinnong.lending.services.checks import (
    ask_credit_report,
    file_credit_report,
    record_investigation,
)
from xinnong.lending.services.contract_draws import draw_on_contract
from xinnong.lending.services.contracts import draft_contract, sign_in_person
from xinnong.lending.services.decisions import confirm_by_second, decide_by_officer
from xinnong.lending.services.payees import bind_card, remove_card
from xinnong.privacy.queries import canary_households
from xinnong.privacy.vault import search_key
from xinnong.registry.models import Organisation, Person

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal
    from uuid import UUID

    from xinnong.lending.models import Contract, CreditReportQuery, Investigation

BEFORE: Final = timedelta(days=2)
"""So long before the money leaves the card is bound and the loan asked for: a card waits a day."""
SCALE: Final = 3_500
"""Hundredths of a mu that a visit found: 35 mu."""
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


def borrowers(
    told: Iterable[Tale], *, run: int, known: int, but: UUID | None, lender: str = ""
) -> dict[int, Person]:
    """A grown-up head of household for each tale by its number, with a line that is large enough.

    Nobody twice, never `but` (the demo's farmer) or her household, nobody among the applications up
    to the number `known`: what is asked for while the book is made changes nothing of it.
    """
    with scoped(SYSTEM):
        lender = lender or LENDER
        lines = Line.objects.filter(run_id=run, kind=LineKind.GRANTED, lender=lender)
        left = {each.household_id: each.line_minor for each in lines.filter(line_minor__gt=0)}
        heads = Person.objects.filter(household_id__in=left, is_head=True, state__in=HERE)
        grown = heads.exclude(birth=None).select_related("household").order_by("id")
        fit = {
            head.household_id: head
            for head in grown
            if head.birth and age_on(head.birth, timezone.localdate()) > OF_AGE + 1
        }
        taken = set(_others(lender, known, but))
    order = sorted((h for h in fit if h not in taken), key=lambda h: (h or 0) * SPREAD % 10_007)
    chosen: dict[int, Person] = {}
    for tale in sorted(
        told, key=lambda each: (each.kind.security != "credit", -each.amount_minor, each.number)
    ):
        home = next((h for h in order if _has_room(tale, left[h])), None)  # type: ignore[index]
        if home is not None:
            order.remove(home)
            chosen[tale.number] = fit[home]
    return chosen


def _has_room(tale: Tale, line_minor: int) -> bool:
    """Whether a line is large enough; what is secured goes beyond a line, what is renewed is there twice."""
    promised = tale.amount_minor * (2 if tale.habit.event == RENEW else 1)
    return tale.kind.security != "credit" or line_minor >= promised


def others_at_home(chosen: Iterable[Person], *, most: int) -> list[Person]:
    """Grown-up heads of households that are none of the borrowers', in order."""
    taken = {each.household_id for each in chosen} | canary_households()
    heads = Person.objects.filter(is_head=True, state__in=HERE).exclude(household__in=taken)
    found = heads.exclude(birth=None).exclude(household=None).select_related("household")
    today = timezone.localdate()
    return [
        each for each in found.order_by("-id")[: 4 * most]
        if each.birth and age_on(each.birth, today) > OF_AGE + 1
    ][:most]  # fmt: skip


def _others(lender: str, known: int, but: UUID | None) -> Iterable[int | None]:
    """Households that are not to be borrowers of the lender's book."""
    if but is not None:
        yield from Person.objects.filter(ref=but).values_list("household_id", flat=True)
    mine = Application.objects.filter(institution=lender, id__lte=known)
    yield from mine.values_list("household_id", flat=True)


@dataclass(frozen=True, slots=True)
class Security:
    """How a tale with security is secured: before it is approved, and after it is written down."""

    before: Callable[[Application], None]
    after: Callable[[Application], None]
    rate_percent: Decimal


def borrow(
    staff: Staff,
    tale: Tale,
    person: Person,
    offer: Offer,
    security: Security | None = None,
    organisation: Organisation | None = None,
) -> UUID:
    """Take one tale to its loan, all of it or nothing; answers the loan, the same a second time."""
    day = tale.drawn_on - BEFORE
    number = card_number(tale.number if tale.card is None else tale.card)
    with scoped(staff.officer):
        if tale.card is not None:
            _take_card_off(staff.officer, number, person, at(day, 8))
        card = bind_card(
            actor=staff.officer, person=person, institution=LENDER, number=number,
            bank=DEMO_BANK, now=at(day, 9), key=tale.key(person.ref, "card"),
        )  # fmt: skip
        contract = agree(staff, tale, person, offer, security, organisation)
        return draw_on_contract(
            actor=staff.officer, contract=contract, amount_minor=tale.amount_minor,
            on=tale.drawn_on, now=at(tale.drawn_on, 10), card=card,
            key=str(tale.key(person.ref, "draw")),
        )  # fmt: skip


def agree(
    staff: Staff,
    tale: Tale,
    person: Person,
    offer: Offer,
    security: Security | None = None,
    organisation: Organisation | None = None,
) -> Contract:
    """Take one tale to its signed contract, all of it or nothing; the same a second time."""
    day = tale.drawn_on - BEFORE
    with scoped(staff.officer):
        application = application_of(staff, tale, person, offer, day, organisation)
        if security is not None:
            security.before(application)
        application = _decided(staff, tale, person, application, day, security)
        if security is not None:
            seen_household(staff, tale, person, application, day)
        _report(staff.officer, tale, person, day)
        contract = _drafted(staff.officer, tale, person, application, tale.drawn_on)
        if security is not None:
            security.after(application)
        return _signed(staff.officer, tale, person, contract, tale.drawn_on)


def card_number(number: int) -> str:
    """A card number of nobody's, with its check digit."""
    digits = f"99998{number + 5000:013d}"
    return next(
        digits + str(last) for last in range(10) if has_right_check_digit(f"{digits}{last}")
    )


def _take_card_off(officer: User, number: str, person: Person, now: datetime) -> None:
    """Somebody else's card is bound no more, so that it can be bound as this borrower's."""
    mark = hash63(search_key("card"), number)
    bound = BankCard.objects.filter(institution=LENDER, number_hash=mark, removed_at=None)
    for card in bound.exclude(person=person.ref).select_related("household"):
        remove_card(actor=officer, card=card, now=now)


def application_of(
    staff: Staff,
    tale: Tale,
    person: Person,
    offer: Offer,
    day: date,
    organisation: Organisation | None = None,
) -> Application:
    """Ask at the desk."""
    kind = tale.kind
    return submit_application(
        actor=staff.officer, person=person, offer=offer, channel=Channel.DESK, now=at(day, 10),
        key=tale.key(person.ref, "ask"), organisation=organisation,
        wish=Wish(
            amount_minor=tale.amount_minor, months=kind.months, method=kind.method,
            purpose=kind.purpose, produces=kind.produces, security=kind.security,
            wants_person=kind.security != "credit",
        ),
    )  # fmt: skip


def _decided(
    staff: Staff, tale: Tale, person: Person, application: Application, day: date,
    security: Security | None,
) -> Application:  # fmt: skip
    """The officer decides what the rule leaves open, a manager what is large."""
    if application.state == ApplicationState.IN_REVIEW:
        application = decide_by_officer(
            actor=staff.officer, application=application, outcome=Outcome.APPROVE, now=at(day, 11),
            key=tale.key(person.ref, "decide"),
            rate_percent=None if security is None else security.rate_percent,
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
        actor=officer, person=person, institution=lender_code(officer.institution), purpose="before",
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


def seen_household(
    staff: Staff, tale: Tale, person: Person, application: Application, day: date
) -> Investigation:
    """Two people have been there and seen what the money is for."""
    return record_investigation(
        actor=staff.officer, application=application, companion=staff.second, visited_on=day,
        photos=[sha256_hex(f"demo visit {tale.number}".encode())], purpose=tale.kind.purpose,
        crop="", scale_hundredths=SCALE, finding=Finding.AGREES.value, now=at(day, 14),
        key=tale.key(person.ref, "visit"),
    )  # fmt: skip


def _drafted(
    officer: User, tale: Tale, person: Person, application: Application, day: date
) -> Contract:
    return draft_contract(
        actor=officer, application=application, now=at(day, 8), key=tale.key(person.ref, "draft")
    )


def _signed(officer: User, tale: Tale, person: Person, contract: Contract, day: date) -> Contract:
    return sign_in_person(
        actor=officer, contract=contract, identity_check=f"HC-{day:%Y}-{tale.number:05d}",
        photo=f"ZP-{day:%Y}-{tale.number:05d}",
        scan_sha256=sha256_hex(f"demo signature page {tale.number}".encode()),
        now=at(day, 9), key=tale.key(person.ref, "sign"),
    )  # fmt: skip
