"""Loans of the book that somebody answers for, or a thing: named, agreed, signed, registered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.documents import sha256_hex
from xinnong.lending.demo_book.borrowing import BEFORE, Staff, application_of, at, seen_household
from xinnong.lending.demo_book.plan import GUARANTEE, MORTGAGE, Tale
from xinnong.lending.models import Collateral, Guarantor
from xinnong.lending.services.guarantors import Consent, Means, name_guarantor, sign_guarantee
from xinnong.lending.services.mortgages import (
    Thing,
    insure_collateral,
    name_collateral,
    record_owner,
    record_valuation,
    register_mortgage,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xinnong.lending.demo_book.book import Book
    from xinnong.lending.models import Application
    from xinnong.registry.models import Person

RATE_PERCENT: Final = Decimal("4.9")
"""Agreed case by case: a line has no rate for what is lent beyond it."""
MEANS: Final = {"income_minor": 9_000_000, "net_assets_minor": 60_000_000}
INSURER: Final = "穗浦农业保险互助社"
INSURED: Final = timedelta(335)
"""A little longer than has to be, so that the first insurances end soon after the book's end."""
UNITS: Final = ("2 幢 301 室", "5 幢 102 室", "7 幢 603 室", "9 幢 201 室")


def secure(
    staff: Staff, tale: Tale, person: Person, application: Application, answering: Sequence[Person]
) -> None:
    """What has to stand on record before an application with security can be approved."""
    now = at(tale.drawn_on - BEFORE, 10)
    if tale.kind.security == GUARANTEE:
        named = answering[tale.number % len(answering) :][:2] or answering[:2]
        for place, each in enumerate(named):
            _answers(staff, tale, application, each, tale.amount_minor // len(named), now, place)
    if tale.kind.security == MORTGAGE:
        _offers_house(staff, tale, person, application, now)


def _answers(
    staff: Staff, tale: Tale, application: Application, person: Person, amount_minor: int,
    now: datetime, place: int,
) -> Guarantor:  # fmt: skip
    said = f"{tale.number}-{place}"
    return name_guarantor(
        actor=staff.officer, application=application, signatory=person, organisation=None,
        is_spouse=False, amount_minor=amount_minor, means=Means(**MEANS, reference=f"SR-{said}-{now:%Y}"),
        consent=Consent(sha256=sha256_hex(f"demo consent {said}".encode()), on=now.date()),
        now=now, key=tale.key(person.ref, f"answers {place}"),
    )  # fmt: skip


def _offers_house(
    staff: Staff, tale: Tale, person: Person, application: Application, now: datetime
) -> None:
    """A town house of one owner, searched and valued twice."""
    day, key = now.date(), person.ref
    thing = Thing(
        kind="town_house", label=f"穗浦县望禾街 {UNITS[tale.number % len(UNITS)]}",
        certificate=f"浙(2020)穗浦0{tale.number:05d}", owners_count=1, prior_minor=0,
        searched_on=day, search_reference=f"CD-{day:%Y}-{tale.number:05d}", is_disputed=False,
        is_seized=False, is_to_be_demolished=False, is_dangerous=False,
    )  # fmt: skip
    house = name_collateral(
        actor=staff.officer, application=application, thing=thing, now=now,
        key=tale.key(key, "house"),
    )  # fmt: skip
    record_owner(
        actor=staff.officer, collateral=house, party=person.ref, name=person.name,
        consent=Consent(sha256=sha256_hex(f"demo owner {tale.number}".encode()), on=day),
        now=now, key=tale.key(key, "owner"),
    )  # fmt: skip
    for valuer, method, percent in (("陈估", "market", 230), ("林估", "cost", 210)):
        record_valuation(
            actor=staff.officer, collateral=house, value_minor=tale.amount_minor * percent // 100,
            method=method, valuer=valuer, valued_on=day, reference=f"PG-{day:%Y}-{tale.number:05d}",
            now=now, key=tale.key(key, f"value {method}"),
        )  # fmt: skip


def complete(staff: Staff, tale: Tale, application: Application) -> None:
    """What follows the drafted contract: guarantors sign, the house is registered and insured."""
    now, day = at(tale.drawn_on, 8), tale.drawn_on
    with scoped(SYSTEM):
        people = list(Guarantor.objects.filter(application=application).order_by("id"))
        things = list(Collateral.objects.filter(application=application).order_by("id"))
    for guarantor in people:
        sign_guarantee(
            actor=staff.officer, guarantor=guarantor, identity_check=f"HC-{day:%Y}-B{guarantor.pk:05d}",
            photo=f"ZP-{day:%Y}-B{guarantor.pk:05d}",
            scan_sha256=sha256_hex(f"demo guarantee {guarantor.pk}".encode()),
            now=now, key=tale.key(guarantor.ref, "signs"),
        )  # fmt: skip
    for thing in things:
        register_mortgage(
            actor=staff.officer, collateral=thing, registration=f"BDC-{day:%Y}-{thing.pk:07d}",
            registered_on=day, now=now, key=tale.key(thing.ref, "register"),
        )  # fmt: skip
        insure_collateral(
            actor=staff.officer, collateral=thing, insurer=INSURER,
            policy_number=f"BD-{thing.pk:08d}", insured_until=_insured_until(tale, now),
            now=now, key=tale.key(thing.ref, "insure"),
        )  # fmt: skip


def _insured_until(tale: Tale, now: datetime) -> date:
    return max(tale.drawn_on + INSURED, now.date() + timedelta(1))


def leave_open(book: Book, tale: Tale) -> None:
    """An application that half of the loan is answered for: a second guarantor is to be found."""
    person = book.people[tale.number]
    day = tale.drawn_on - BEFORE
    with scoped(book.staff.officer):
        application = application_of(book.staff, tale, person, book.offers[tale.kind.product], day)
        first = book.answering[0]
        _answers(book.staff, tale, application, first, tale.amount_minor // 2, at(day, 10), 0)
        seen_household(book.staff, tale, person, application, day)
