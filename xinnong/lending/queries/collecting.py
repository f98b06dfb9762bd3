"""Reads of late loans: the queue by days past due, what is owed now, contacts and promises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    DateField,
    DateTimeField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from xinnong.core.collecting import BUCKETS, Paid, Promise, PromiseState, promise_state
from xinnong.lending.models import (
    CollectionContact,
    CollectionLetter,
    ContactKind,
    OpenDue,
    Reminder,
    Repayment,
    RepaymentState,
    Standing,
)
from xinnong.registry.models import Household, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.lending.models import Loan
    from xinnong.web.paging import Turn

OWED = (
    F("fee_minor") + F("interest_minor") + F("penalty_minor") + F("compound_minor")
    + F("principal_minor")
)  # fmt: skip
PROMISES = ("", "open", "broken", "none")
MOST_FOUND = 20
MOST_EXPORTED = 5_000


@dataclass(frozen=True, slots=True)
class LateFilters:
    """What narrows the queue; a value that is not known selects nobody."""

    bucket: str = ""
    area: str = ""
    promise: str = ""
    next_by: datetime | None = None
    household: str = ""


def owed_now_minor(loan: Loan) -> int:
    """What has fallen due and is not paid."""
    found = OpenDue.objects.filter(loan=loan).aggregate(total=Sum(OWED))
    return int(found["total"] or 0)


def late_page(
    institution: str, filters: LateFilters, *, on: date, turn: Turn, limit: int
) -> list[Standing]:
    """One page of late loans and one row more: the latest first, of equal days the newest loan.

    Each row carries `owed_minor`, `last_at`, `promised_on`, `promised_minor`, `next_at`.
    """
    rows = narrowed(late_loans(institution, on), filters)
    at = late_key(turn.key)
    if at is not None:
        days, number = at
        beside = Q(days_past_due=days, loan_id__gt=number) | Q(days_past_due__gt=days)
        after = Q(days_past_due=days, loan_id__lt=number) | Q(days_past_due__lt=days)
        rows = rows.filter(beside if turn.is_back else after)
    order = ("days_past_due", "loan_id") if turn.is_back else ("-days_past_due", "-loan_id")
    return list(rows.order_by(*order)[:limit])


def late_key(key: str) -> tuple[int, int] | None:
    """Days past due and number of a loan from a page's key; None where it is none."""
    days, _dash, number = key.partition("-")
    plain = days.isascii() and number.isascii() and days.isdecimal() and number.isdecimal()
    return (int(days[:9]), int(number[:18])) if plain else None


def late_loans(institution: str, on: date) -> QuerySet[Any]:
    """Every late loan of a lender that the reader may see, with what a queue shows."""
    contacts = CollectionContact.objects.filter(loan=OuterRef("loan_id"))
    promises = contacts.filter(kind=ContactKind.PROMISE).order_by("-id")
    owed = OpenDue.objects.filter(loan=OuterRef("loan_id")).order_by().values("loan")
    paid = (
        Repayment.objects.filter(
            loan=OuterRef(OuterRef("loan_id")),
            state=RepaymentState.BOOKED,
            on__lte=OuterRef("promised_on"),
        )
        .filter(
            Q(on__gt=OuterRef("on")) | Q(on=OuterRef("on"), booked_at__gt=OuterRef("recorded_at"))
        )
        .order_by()
        .values("loan")
    )
    money = BigIntegerField()
    kept = Coalesce(
        Subquery(paid.annotate(total=Sum("amount_minor")).values("total"), output_field=money),
        Value(0, output_field=money),
    )
    rows = Standing.objects.filter(institution=institution, days_past_due__gt=0)
    rows = rows.filter(loan__isnull=False).select_related("loan__product", "loan__household")
    rows = rows.annotate(
        owed_minor=Coalesce(
            Subquery(owed.annotate(total=Sum(OWED)).values("total"), output_field=money),
            Value(0, output_field=money),
        ),
        last_at=Subquery(
            contacts.exclude(kind=ContactKind.NOTE).order_by().values("loan")
            .annotate(last=Max("at")).values("last"),
            output_field=DateTimeField(),
        ),
        next_at=Subquery(
            contacts.order_by("-id").values("next_at")[:1], output_field=DateTimeField()
        ),
        promised_on=Subquery(promises.values("promised_on")[:1], output_field=DateField()),
        promised_minor=Subquery(promises.values("promised_minor")[:1], output_field=money),
        promised_paid=Subquery(promises.annotate(paid=kept).values("paid")[:1], output_field=money),
    )  # fmt: skip
    return rows.annotate(
        promise=Case(
            When(promised_on__isnull=True, then=Value("none")),
            When(promised_paid__gte=F("promised_minor"), then=Value(PromiseState.KEPT.value)),
            When(promised_on__gte=on, then=Value(PromiseState.OPEN.value)),
            When(promised_paid__gt=0, then=Value(PromiseState.PARTLY.value)),
            default=Value(PromiseState.BROKEN.value),
        )
    )


def narrowed(rows: QuerySet[Any], filters: LateFilters) -> QuerySet[Any]:
    """The rows that the filters leave; an unknown bucket or promise leaves none."""
    if filters.bucket:
        first, last = BUCKETS.get(filters.bucket, (1, 0))
        rows = rows.filter(days_past_due__gte=first)
        rows = rows if last is None else rows.filter(days_past_due__lte=last)
    if filters.area:
        rows = rows.filter(loan__area12__gte=filters.area, loan__area12__lt=filters.area + "~")
    if filters.promise:
        wanted = ("broken", "partly") if filters.promise == "broken" else (filters.promise,)
        rows = rows.filter(promise__in=wanted if filters.promise in PROMISES else ())
    if filters.next_by is not None:
        rows = rows.filter(next_at__lte=filters.next_by)
    if filters.household:
        home = Household.objects.filter(ref=filters.household).values_list("pk", flat=True).first()
        rows = rows.filter(loan__household_id=home) if home else rows.none()
    return rows


def late_by_name(institution: str, name: str, *, on: date) -> list[Standing]:
    """Late loans of people of exactly this name, inside the reader's scope."""
    people = list(Person.objects.filter(name=name).order_by().values_list("ref", flat=True)[:200])
    rows = late_loans(institution, on).filter(loan__person__in=people)
    return list(rows.order_by("-days_past_due", "-loan_id")[:MOST_FOUND])


def bucket_sums(institution: str) -> dict[str, tuple[int, int]]:
    """Late loans of each bucket that the reader may see: how many, and what they owe now."""
    owed = dict(
        OpenDue.objects.filter(institution=institution)
        .order_by().values("loan").annotate(total=Sum(OWED)).values_list("loan", "total")
    )  # fmt: skip
    late = Standing.objects.filter(institution=institution, days_past_due__gt=0)
    rows = list(late.values_list("loan_id", "days_past_due"))
    found = {}
    for name, (first, last) in BUCKETS.items():
        inside = [loan for loan, days in rows if days >= first and (last is None or days <= last)]
        found[name] = (len(inside), sum(int(owed.get(loan, 0)) for loan in inside))
    return found


def contacts_of(loan: Loan) -> list[CollectionContact]:
    """Everything ever done about a loan, the newest first."""
    found = CollectionContact.objects.filter(loan=loan).order_by("-id")
    return list(found.select_related("letter").defer("letter__document"))


def letters_of(loan: Loan) -> list[CollectionLetter]:
    """The letters about a loan, newest first."""
    return list(CollectionLetter.objects.filter(loan=loan).defer("document").order_by("-id"))


def letter_by_ref(ref: UUID) -> CollectionLetter | None:
    """One letter that the reader may see."""
    return CollectionLetter.objects.select_related("loan").filter(ref=ref).first()


def promise_states(
    loan: Loan, contacts: Iterable[CollectionContact], *, on: date
) -> Mapping[int, PromiseState]:
    """What became of each promise, by number of the contact, from the repayments that count."""
    counted = Repayment.objects.filter(loan=loan, state=RepaymentState.BOOKED)
    paid: Sequence[Paid] = [Paid(row.amount_minor, row.on, row.booked_at) for row in counted]
    return {
        each.pk: promise_state(promise_of(each), paid, on=on)
        for each in contacts
        if each.kind == ContactKind.PROMISE
    }


def promise_of(contact: CollectionContact) -> Promise:
    """A promise as the rules read it."""
    assert contact.promised_minor is not None, "a promise is whole"
    assert contact.promised_on is not None, "a promise is whole"
    return Promise(contact.promised_minor, contact.promised_on, contact.on, contact.recorded_at)


def reminders_of(loan: Loan, *, most: int = 20) -> list[Reminder]:
    """What the day's end wrote down to be told, the newest first."""
    return list(Reminder.objects.filter(loan=loan).order_by("-on", "-id")[:most])
