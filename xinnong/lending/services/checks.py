"""The only writer of visits and of askings of the credit report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from xinnong.core.credit_report import InvalidReport, Report, read_report
from xinnong.core.documents import sha256_hex
from xinnong.core.origination import PURPOSES, need_minor
from xinnong.lending.models import CreditReportQuery, Finding, Investigation, ReportPurpose
from xinnong.lending.queries.norms import norm_minor_of
from xinnong.lending.services.commands import (
    claim,
    note,
    owned_by,
    refuse_all_but_staff,
    refuse_own_household,
    same_owner,
)
from xinnong.lending.services.evidence import checked_sum
from xinnong.lending.services.refusals import (
    EvidenceMissing,
    NotYours,
    ReportInvalid,
    SamePerson,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from xinnong.accounts.models import User
    from xinnong.lending.models import Application
    from xinnong.registry.models import Person


def record_investigation(
    *,
    actor: User,
    application: Application,
    companion: User,
    visited_on: date,
    photos: Sequence[str],
    purpose: str,
    crop: str,
    scale_hundredths: int,
    finding: str,
    now: datetime,
    key: UUID,
) -> Investigation:
    """Put a visit by two people on record; `photos` are SHA-256 sums of the pictures.

    The need is the scale (hundredths of a mu) times the crop's norm. Raises NotYours,
    OwnHousehold, SamePerson, EvidenceMissing, CommandKeyReused.
    """
    _refuse_visitors(actor, companion, application)
    sums = [checked_sum(photo, "photos") for photo in photos]
    known = (
        purpose in PURPOSES and finding in Finding.values and visited_on <= timezone.localdate(now)
    )
    if not sums or not known or scale_hundredths < 0:
        raise EvidenceMissing(field="photos, purpose, finding, visited_on")
    norm = norm_minor_of(crop)
    with transaction.atomic():
        body = {
            "application": str(application.ref), "companion": str(companion.ref),
            "visited_on": visited_on, "photos": sums, "purpose": purpose, "crop": crop,
            "scale_hundredths": scale_hundredths, "finding": finding,
        }  # fmt: skip
        claimed = claim(
            actor=actor, institution=application.institution, route="record-investigation",
            key=key, body=body, now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return Investigation.objects.get(ref=claimed.subject)
        visit = Investigation.objects.create(
            **(same_owner(application) | {"ref": claimed.subject}),
            application=application,
            first_by=actor.ref,
            second_by=companion.ref,
            visited_on=visited_on,
            photos=sums,
            purpose=purpose,
            crop=crop,
            scale_hundredths=scale_hundredths,
            norm_minor=norm,
            need_minor=need_minor(scale_hundredths, norm),
            finding=finding,
            recorded_at=now,
        )
        note(actor, "record-investigation", visit, now, photos=len(sums))
    return visit


def _refuse_visitors(actor: User, companion: User, application: Application) -> None:
    """Two different people of the lender, neither of the borrower's household."""
    for each in (actor, companion):
        refuse_all_but_staff(each, application.institution)
        refuse_own_household(each, application.household_id)
    if actor.ref == companion.ref:
        raise SamePerson


def ask_credit_report(
    *,
    actor: User,
    person: Person,
    institution: str,
    purpose: str,
    authorisation_sha256: str,
    authorised_on: date,
    now: datetime,
    key: UUID,
) -> CreditReportQuery:
    """Put the asking of a credit report on record under the person's written authorisation.

    Nothing is sent from here: the answer comes as a file (`file_credit_report`). Raises NotYours,
    OwnHousehold, EvidenceMissing, CommandKeyReused.
    """
    refuse_all_but_staff(actor, institution)
    if person.household is None:
        raise NotYours
    refuse_own_household(actor, person.household.pk)
    signed = checked_sum(authorisation_sha256, "authorisation_sha256")
    if purpose not in ReportPurpose.values or authorised_on > timezone.localdate(now):
        raise EvidenceMissing(field="purpose, authorised_on")
    with transaction.atomic():
        body = {
            "person": str(person.ref), "purpose": purpose, "authorisation": signed,
            "authorised_on": authorised_on,
        }  # fmt: skip
        claimed = claim(
            actor=actor, institution=institution, route="ask-credit-report", key=key, body=body,
            now=now,
        )  # fmt: skip
        if not claimed.is_new:
            return CreditReportQuery.objects.get(ref=claimed.subject)
        asked = CreditReportQuery.objects.create(
            **(owned_by(institution, person) | {"ref": claimed.subject}),
            purpose=purpose,
            authorisation_sha256=signed,
            authorised_on=authorised_on,
            asked_by=actor.ref,
            asked_at=now,
        )
        note(actor, "ask-credit-report", asked, now)
    return asked


def file_credit_report(
    *, actor: User, query: CreditReportQuery, data: bytes, now: datetime
) -> CreditReportQuery:
    """Take in the answer to an asking from a file; the same file again changes nothing.

    Raises NotYours, ReportInvalid where the file answers another asking, or a second answer differs.
    """
    refuse_all_but_staff(actor, query.institution)
    with transaction.atomic():
        mine = CreditReportQuery.objects.select_for_update(of=("self",)).get(pk=query.pk)
        found = _read(data, mine)
        checksum = sha256_hex(data)
        if mine.answered_at is not None:
            if mine.report_sha256 != checksum:
                raise ReportInvalid
            return mine
        mine.answered_at, mine.report_sha256 = now, checksum
        mine.reported_on, mine.open_loans = found.reported_on, found.open_loans
        mine.overdue_loans, mine.lines_minor = found.overdue_loans, found.lines_minor
        mine.owed_minor = found.owed_minor
        mine.save(
            update_fields=[
                "answered_at", "report_sha256", "reported_on", "open_loans", "overdue_loans",
                "lines_minor", "owed_minor",
            ]
        )  # fmt: skip
        note(actor, "file-credit-report", mine, now, checksum=checksum)
    return mine


def _read(data: bytes, query: CreditReportQuery) -> Report:
    try:
        found = read_report(data)
    except InvalidReport as refusal:
        raise ReportInvalid from refusal
    if found.query != str(query.ref):
        raise ReportInvalid
    return found
