"""The only writer of contacts about late loans and of letters. Nothing of it is changed later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from xinnong.accounts.models import Actor, Institution, User
from xinnong.audit.refs import new_ref
from xinnong.audit.services import record
from xinnong.core.collecting import LIVE, Attempt, contact_problems
from xinnong.core.documents import sha256_hex
from xinnong.core.errors import Problem
from xinnong.lending.collection_papers import set_letter
from xinnong.lending.models import (
    CollectionContact,
    CollectionLetter,
    ContactKind,
    LetterKind,
    NextStep,
    OpenDue,
)
from xinnong.lending.queries.collecting import owed_now_minor
from xinnong.lending.queries.loans import figures_day
from xinnong.lending.queries.published_rules import contact_rules_on
from xinnong.lending.services.aftercare_refusals import ContactNotAllowed, NotLate
from xinnong.lending.services.commands import (
    claim,
    refuse_all_but_staff,
    refuse_own_household,
    take_turns,
)

if TYPE_CHECKING:
    from xinnong.lending.models import Loan


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody puts on record about a contact."""

    kind: str
    party: str
    at: datetime
    said: str
    promised_minor: int | None = None
    promised_on: date | None = None
    next_step: str = ""
    next_at: datetime | None = None


def record_contact(
    *, actor: Actor, loan: Loan, said: Said, now: datetime, key: UUID
) -> CollectionContact:
    """Put a call, visit, promise or note about a late loan on record, once per key.

    Raises NotYours, OwnHousehold, NotLate, ContactNotAllowed with everything that forbids it: third
    parties, hours of rest, too often, threats, numbers in the text, a promise nobody can keep.
    """
    _check_actor(actor, loan)
    body = {
        "loan": str(loan.ref), "kind": said.kind, "party": said.party, "at": said.at.isoformat(),
        "said": said.said, "promised": said.promised_minor, "promised_on": said.promised_on,
        "next_step": said.next_step, "next_at": said.next_at and said.next_at.isoformat(),
    }  # fmt: skip
    with transaction.atomic():
        claimed = claim(
            actor=actor, institution=loan.institution, route="record-contact", key=key, body=body,
            now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return CollectionContact.objects.get(ref=claimed.subject)
        take_turns(loan.institution, loan.household_id or loan.pk)
        return _write(actor, loan, said, now, claimed.subject)


def send_letter(
    *, actor: User, loan: Loan, kind: str, pay_by: date, now: datetime, key: UUID
) -> CollectionLetter:
    """Set a letter to the borrower as a PDF and put it on record as a contact, once per key.

    Raises NotYours, OwnHousehold, NotLate, ContactNotAllowed, TypesettingFailed.
    """
    _check_actor(actor, loan)
    with transaction.atomic():
        claimed = claim(
            actor=actor, institution=loan.institution, route="send-letter", key=key, now=now,
            body={"loan": str(loan.ref), "kind": kind, "pay_by": pay_by},
        )  # fmt: skip
        if not claimed.is_new:
            return CollectionLetter.objects.get(ref=claimed.subject)
        if kind not in LetterKind.values or pay_by <= timezone.localdate(now):
            raise ContactNotAllowed(problems=(Problem("collection.letter_day", "pay_by"),))
        said = Said(kind=ContactKind.LETTER, party="borrower", at=now, said=pay_by.isoformat())
        contact = _write(actor, loan, said, now, new_ref())
        document = set_letter(loan, kind=kind, pay_by=pay_by, number=str(claimed.subject), now=now)
        return CollectionLetter.objects.create(
            ref=claimed.subject,
            loan=loan,
            institution=loan.institution,
            contact=contact,
            kind=kind,
            document=document,
            sha256=sha256_hex(document),
            made_at=now,
        )


def _check_actor(actor: Actor, loan: Loan) -> None:
    refuse_all_but_staff(actor, loan.institution)
    if loan.household_id is not None:
        refuse_own_household(actor, loan.household_id)


def _write(actor: Actor, loan: Loan, said: Said, now: datetime, ref: UUID) -> CollectionContact:
    on = figures_day(loan.institution, timezone.localdate(now))
    owed = owed_now_minor(loan)
    if not owed:
        raise NotLate
    problems = _problems(loan, said, now, owed)
    if problems:
        raise ContactNotAllowed(problems=problems)
    contact = CollectionContact.objects.create(
        ref=ref,
        loan=loan,
        institution=loan.institution,
        on=on,
        kind=said.kind,
        party=said.party,
        at=said.at,
        said=said.said.strip(),
        promised_minor=said.promised_minor,
        promised_on=said.promised_on,
        next_step=said.next_step,
        next_at=said.next_at,
        owed_minor=owed,
        days_past_due=_days_past_due(loan, on),
        by=actor.ref,
        recorded_at=now,
    )
    record(
        actor=actor,
        action="lending.record-contact",
        at=now,
        subject=loan.ref,
        concerns=Institution.objects.select_related("operator").get(code=loan.institution),
    )
    return contact


def _problems(loan: Loan, said: Said, now: datetime, owed_minor: int) -> tuple[Problem, ...]:
    at = timezone.localtime(said.at)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    spoken = CollectionContact.objects.filter(
        loan__person=loan.person, institution=loan.institution, kind__in=LIVE,
        at__gte=midnight, at__lt=midnight + timedelta(1),
    )  # fmt: skip
    attempt = Attempt(said.kind, said.party, at, said.said, said.promised_minor, said.promised_on)
    found = contact_problems(
        attempt, contact_rules_on(at.date()), now=timezone.localtime(now),
        spoken_today=spoken.count(), owed_minor=owed_minor,
    )  # fmt: skip
    known = said.kind in ContactKind.values and said.next_step in {"", *NextStep.values}
    if not known:
        found = (*found, Problem("collection.unknown", "kind"))
    if said.next_step and (said.next_at is None or said.next_at <= now):
        found = (*found, Problem("collection.next_step", "next_at"))
    return found


def _days_past_due(loan: Loan, on: date) -> int:
    oldest = OpenDue.objects.filter(loan=loan).order_by("on").first()
    return 0 if oldest is None else max(0, (on - oldest.on).days)
