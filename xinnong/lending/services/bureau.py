"""Reporting to the credit bureau: consents, notices, and the file of a month with its corrections."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.lending.models import (
    BureauConsent,
    BureauDelivery,
    BureauKind,
    BureauNotice,
    BureauRecord,
    Loan,
    MonthEnd,
)
from xinnong.lending.queries.bureau import (
    CHUNK,
    Reported,
    newest_records,
    records_of,
    reported,
)
from xinnong.lending.services.commands import refuse_all_but_staff, take_turns
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.month_ends import mend_month_ends

SCHEMA: Final = 1
DECEMBER: Final = 12


class MonthNotKept(Refused):
    """The month has not ended for this lender, or ended before month ends were kept."""

    code: ClassVar[str] = "bureau.month_open"


class TooEarly(Refused):
    """The day lies before the loan or after today; `today` is that day."""

    code: ClassVar[str] = "bureau.day"


class RecordedAlready(Refused):
    """This consent, or a notice on this day, is on record."""

    code: ClassVar[str] = "bureau.recorded_already"


@dataclass(frozen=True, slots=True)
class BureauResult:
    """What a month's reporting came to. `withheld` counts loans by reason; `is_new`: a file was made."""

    delivery: BureauDelivery | None
    is_new: bool
    withheld: Counter[str]


def record_consent(
    *, actor: User, loan: Loan, consented_on: date, paper_sha256: str, now: datetime, today: date
) -> BureauConsent:
    """Write down that a contract's borrower agreed in writing to being reported.

    Raises NotYours, TooEarly, RecordedAlready.
    """
    refuse_all_but_staff(actor, loan.institution)
    if consented_on > today:
        raise TooEarly(today=today)
    with transaction.atomic():
        if BureauConsent.objects.filter(contract_ref=loan.contract_ref).exists():
            raise RecordedAlready
        consent = BureauConsent.objects.create(
            ref=new_ref(), institution=loan.institution, area12=loan.area12,
            household_id=loan.household_id, person=loan.person, contract_ref=loan.contract_ref,
            consented_on=consented_on, paper_sha256=paper_sha256, recorded_by=actor.ref,
            recorded_at=now,
        )  # fmt: skip
        record(
            actor=actor, action="lending.record-bureau-consent", at=now, subject=loan.ref,
            checksum=paper_sha256, concerns=actor.institution,
        )  # fmt: skip
    return consent


def record_notice(
    *, actor: User, loan: Loan, told_on: date, how: str, reference: str, now: datetime, today: date
) -> BureauNotice:
    """Write down that a borrower was told before a bad record goes out.

    Raises NotYours, TooEarly, RecordedAlready.
    """
    refuse_all_but_staff(actor, loan.institution)
    if not loan.disbursed_on <= told_on <= today:
        raise TooEarly(today=today)
    with transaction.atomic():
        if BureauNotice.objects.filter(loan=loan, told_on=told_on).exists():
            raise RecordedAlready
        notice = BureauNotice.objects.create(
            loan=loan, institution=loan.institution, told_on=told_on, how=how,
            reference=reference, recorded_by=actor.ref, recorded_at=now,
        )  # fmt: skip
        record(
            actor=actor, action="lending.record-bureau-notice", at=now, subject=loan.ref,
            concerns=actor.institution,
        )  # fmt: skip
    return notice


def month_end_of(month: date) -> date:
    """The last day of a month."""
    years, place = divmod(month.month, DECEMBER)
    return date(month.year + years, place + 1, 1) - timedelta(1)


def report_month(
    *, actor: ActsFor | UUID, institution: Institution, month: date, now: datetime
) -> BureauResult:
    """Make the file of a month: what was not sent yet, and corrections of what changed since.

    Nothing new leaves the last file as it is. The file covers the whole lender, whoever asks.
    Raises MonthNotKept, NotYours.
    """
    month_end = month_end_of(month)
    if isinstance(actor, User):
        refuse_all_but_staff(actor, institution.code)
    with scoped(of_lender(institution.code, actor)):
        take_turns(f"bureau:{institution.code}", month.toordinal())
        if not MonthEnd.objects.filter(institution=institution.code, on=month_end).exists():
            raise MonthNotKept(month=f"{month:%Y-%m}")
        mend_month_ends(institution=institution, actor=actor, now=now)
        former = BureauDelivery.objects.filter(institution=institution.code, month=month)
        last = former.order_by("-number").first()
        draft = BureauDelivery.objects.create(
            ref=new_ref(), institution=institution.code, month=month,
            number=last.number + 1 if last else 1, records=0, corrections=0, withheld=0,
            sha256="", made_by=actor if isinstance(actor, UUID) else actor.ref, made_at=now,
        )  # fmt: skip
        withheld = _fill(draft, institution, month_end)
        if not draft.records:
            draft.delete()
            return BureauResult(last, is_new=False, withheld=withheld)
        draft.sha256 = _checksum(draft)
        draft.save()
        record(
            actor=actor, action="lending.report-to-bureau", at=now, subject=draft.ref,
            counts={"records": draft.records, "corrections": draft.corrections,
                    "withheld": draft.withheld},
            checksum=draft.sha256, concerns=institution,
        )  # fmt: skip
    return BureauResult(draft, is_new=True, withheld=withheld)


def _fill(draft: BureauDelivery, institution: Institution, month_end: date) -> Counter[str]:
    """Write the records of a file, a chunk at a time; answers why loans were left out."""
    withheld: Counter[str] = Counter()
    found = reported(institution, month_end=month_end)
    while chunk := list(islice(found, CHUNK)):
        sent = newest_records([each.loan.pk for each in chunk], draft.month)
        rows = []
        for each in chunk:
            if each.problems:
                withheld.update({problem.code for problem in each.problems})
                draft.withheld += 1
            elif sent.get(each.loan.pk) != each.content:
                rows.append(_row(draft, each, is_correction=each.loan.pk in sent))
        BureauRecord.objects.bulk_create(rows)
        draft.records += len(rows)
        draft.corrections += sum(row.kind == BureauKind.CORRECTION for row in rows)
    return withheld


def _row(draft: BureauDelivery, each: Reported, *, is_correction: bool) -> BureauRecord:
    loan, month_end = each.loan, month_end_of(draft.month)
    if is_correction:
        kind = BureauKind.CORRECTION
    elif loan.closed_on is not None and loan.closed_on <= month_end:
        kind = BureauKind.CLOSED
    else:
        is_opening = loan.disbursed_on >= draft.month
        kind = BureauKind.OPENED if is_opening else BureauKind.MONTHLY
    return BureauRecord(
        delivery=draft, loan=loan, institution=draft.institution, month=draft.month, kind=kind,
        content=each.content,
    )  # fmt: skip


def _checksum(delivery: BureauDelivery) -> str:
    digest = hashlib.sha256()
    for line in _record_lines(delivery):
        digest.update(line)
    return digest.hexdigest()


def _record_lines(delivery: BureauDelivery) -> Iterator[bytes]:
    for kind, content in records_of(delivery):
        yield b'{"kind":"' + kind.encode() + b'","record":' + content + b"}\n"


def file_lines(delivery: BureauDelivery) -> Iterator[bytes]:
    """A file line by line, the same bytes every time: a head, the records, an end with the checksum."""
    yield _line(
        schema=SCHEMA, institution=delivery.institution, month=f"{delivery.month:%Y-%m}",
        number=delivery.number,
    )  # fmt: skip
    yield from _record_lines(delivery)
    yield _line(records=delivery.records, corrections=delivery.corrections, sha256=delivery.sha256)


def note_download(*, actor: User, delivery: BureauDelivery, now: datetime) -> None:
    """Write down that somebody took a file out."""
    record(
        actor=actor, action="lending.download-bureau-file", at=now, subject=delivery.ref,
        counts={"records": delivery.records}, checksum=delivery.sha256,
        concerns=actor.institution,
    )  # fmt: skip


def file_name(delivery: BureauDelivery) -> str:
    """What the file is called."""
    return f"{delivery.institution}-bureau-{delivery.month:%Y%m}-{delivery.number}.jsonl"


def withheld_of(institution: Institution, month: date, *, limit: int) -> Sequence[Reported]:
    """The first loans that would be left out of a month's file, with every reason."""
    found: list[Reported] = []
    for each in reported(institution, month_end=month_end_of(month)):
        if each.problems:
            found.append(each)
            if len(found) == limit:
                break
    return found


def _line(**said: str | int) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"
