"""Accounts as the bureau wants them, read from loans and month ends a few hundred at a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from xinnong.core.asset_class import AssetClass
from xinnong.core.bureau import Account, Month, Record, notice_holds, report
from xinnong.core.bureau_check import faults
from xinnong.core.documents import canonical_bytes, plain
from xinnong.core.schedule.terms import Method
from xinnong.lending.loan_terms import terms_of
from xinnong.lending.models import (
    BureauConsent,
    BureauDelivery,
    BureauNotice,
    BureauRecord,
    Contract,
    Loan,
    LoanState,
    LoanVersion,
    MonthEnd,
)
from xinnong.lending.queries.statistics import OPERATING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from uuid import UUID

    from xinnong.accounts.models import Institution
    from xinnong.core.errors import Problem

CHUNK: Final = 500
TWO_YEARS: Final = timedelta(days=731)
SPECIAL: Final[Mapping[str, str]] = {
    "loan.extend": "extended",
    "loan.prepay": "paid_early_in_part",
    "loan.settle": "paid_early_in_full",
}
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Reported:
    """One loan for a month: the record as bytes, or every reason why it must not be sent."""

    loan: Loan
    content: bytes
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside some loans, by their number or their contract."""

    contracts: Mapping[UUID, Contract]
    versions: Mapping[int, list[LoanVersion]]
    months: Mapping[int, list[MonthEnd]]
    consents: Mapping[UUID, BureauConsent]
    notices: Mapping[int, list[date]]


def reported(institution: Institution, *, month_end: date) -> Iterator[Reported]:
    """Every account that was open in a month, by number; memory holds one chunk."""
    after = 0
    while chunk := _loans(institution.code, month_end, after):
        beside = _beside(chunk, month_end)
        for loan in chunk:
            yield _reported(loan, beside, institution, month_end)
        after = chunk[-1].pk


def _loans(institution: str, month_end: date, after: int) -> list[Loan]:
    begun = Loan.objects.filter(institution=institution, disbursed_on__lte=month_end, pk__gt=after)
    still = begun.filter(Q(closed_on=None) | Q(closed_on__gte=month_end.replace(day=1)))
    return list(still.select_related("product").order_by("pk")[:CHUNK])


def _beside(chunk: Sequence[Loan], month_end: date) -> _Beside:
    numbers = [loan.pk for loan in chunk]
    refs = [loan.contract_ref for loan in chunk]
    contracts = Contract.objects.filter(ref__in=refs).select_related("application")
    versions: dict[int, list[LoanVersion]] = defaultdict(list)
    for version in LoanVersion.objects.filter(loan__in=numbers).order_by("version"):
        versions[version.loan_id].append(version)
    months: dict[int, list[MonthEnd]] = defaultdict(list)
    kept = MonthEnd.objects.filter(
        loan__in=numbers, on__lte=month_end, on__gt=month_end - TWO_YEARS
    )
    for month in kept.order_by("on"):
        months[month.loan_id].append(month)
    notices: dict[int, list[date]] = defaultdict(list)
    for loan, told_on in BureauNotice.objects.filter(loan__in=numbers).values_list(
        "loan_id", "told_on"
    ):
        notices[loan].append(told_on)
    consents = BureauConsent.objects.filter(contract_ref__in=refs)
    return _Beside(
        {each.ref: each for each in contracts}, versions, months,
        {each.contract_ref: each for each in consents}, notices,
    )  # fmt: skip


def _reported(loan: Loan, beside: _Beside, institution: Institution, month_end: date) -> Reported:
    account = _account(loan, beside, institution, month_end)
    record, problems = report(account, month_end=month_end)
    if record is None:
        return Reported(loan, b"", problems)
    said = document(record)
    return Reported(loan, canonical_bytes(plain(said)), tuple(faults(said)))


def document(record: Record) -> dict[str, Any]:
    """A record as it is written into the file."""
    return {
        "base": dict(record.base),
        "latest": dict(record.latest),
        "months": record.months,
        "special": [dict(each) for each in record.special],
    }


def _account(loan: Loan, beside: _Beside, institution: Institution, month_end: date) -> Account:
    contract = beside.contracts.get(loan.contract_ref)
    versions = [v for v in beside.versions[loan.pk] if v.from_on <= month_end]
    terms = terms_of((versions or beside.versions[loan.pk])[-1].terms)
    consent = beside.consents.get(loan.contract_ref)
    ended = _ended(loan, month_end)
    kept = beside.months[loan.pk]
    last = kept[-1] if kept and (ended == "written_off" or kept[-1].on == month_end) else None
    late_since = last.overdue_since if last else None
    told = [
        day for day in beside.notices[loan.pk]
        if late_since and notice_holds(day, bad_since=late_since, month_end=month_end)
    ]  # fmt: skip
    revolving = terms.method is Method.REVOLVING
    operating = contract is not None and contract.application.purpose in OPERATING
    return Account(
        number=str(loan.ref),
        kind="draw_under_line" if revolving else "term",
        lender_kind=institution.kind,
        lender_code=institution.code,
        agreement=str(loan.contract_ref),
        business=("farming" if operating else "farm_consumption") if contract else UNKNOWN,
        method=terms.method.value,
        every=terms.every,
        unit=terms.unit.value,
        repayments=terms.number_of_repayments,
        security=contract.security if contract else UNKNOWN,
        opened_on=loan.disbursed_on,
        matures_on=loan.matures_on,
        amount_minor=loan.principal_minor,
        limit_minor=contract.limit_minor if contract else loan.principal_minor,
        is_joint=False,
        consent_on=consent.consented_on if consent else None,
        told_of_bad_on=min(told, default=None),
        balance_minor=last.balance_minor if last else 0,
        overdue_minor=last.overdue_minor if last else 0,
        overdue_principal_minor=last.overdue_principal_minor if last else 0,
        overdue_since=late_since,
        asset_class=_class(last, ended),
        months=_months(loan, kept, beside.notices[loan.pk], month_end, ended),
        special=_special(versions, month_end, last),
    )


def _ended(loan: Loan, month_end: date) -> str:
    """How an account ended in the month, in core.bureau's words; "" while it goes on."""
    if loan.closed_on is None or loan.closed_on > month_end:
        return ""
    return "written_off" if loan.state == LoanState.WRITTEN_OFF else "closed"


def _class(last: MonthEnd | None, ended: str) -> AssetClass | None:
    if ended == "written_off":
        return AssetClass.LOSS
    return AssetClass(last.asset_class) if last else None


def _months(
    loan: Loan, kept: Sequence[MonthEnd], told: Sequence[date], month_end: date, ended: str
) -> tuple[Month, ...]:
    """A month that was late and of which the borrower had not been told is sent as unknown."""
    opened = Month(loan.disbursed_on.replace(day=1), 0, 0)
    found = {opened.first_on: opened}
    for row in kept:
        since = row.overdue_since
        was_told = since is not None and any(
            notice_holds(day, bad_since=since, month_end=row.on) for day in told
        )
        first = row.on.replace(day=1)
        is_known = not row.days_past_due or was_told
        found[first] = Month(
            first, row.due_minor, row.days_past_due, row.late_within, is_known=is_known
        )
    if ended:
        first = month_end.replace(day=1)
        found[first] = Month(first, 0, 0, ended=ended)
    if opened.first_on not in {row.on.replace(day=1) for row in kept} and not ended:
        found[opened.first_on] = Month(opened.first_on, 0, 0, is_known=False)
    return tuple(found[first] for first in sorted(found))


def _special(
    versions: Sequence[LoanVersion], month_end: date, last: MonthEnd | None
) -> tuple[tuple[str, date, int], ...]:
    """What was agreed in the month beside paying as agreed."""
    balance = last.balance_minor if last else 0
    return tuple(
        (SPECIAL[version.reason], version.from_on, balance)
        for version in versions
        if version.reason in SPECIAL and version.from_on >= month_end.replace(day=1)
    )


def deliveries_of(institution: str) -> list[BureauDelivery]:
    """Files made so far, the newest first; five years of months at most."""
    return list(BureauDelivery.objects.filter(institution=institution).order_by("-id")[:60])


def delivery_by_ref(ref: UUID) -> BureauDelivery | None:
    """One file within the reader's scope."""
    return BureauDelivery.objects.filter(ref=ref).first()


def newest_records(loans: Sequence[int], month: date) -> dict[int, bytes]:
    """What was last sent of some loans about a month."""
    rows = BureauRecord.objects.filter(loan__in=loans, month=month).order_by("loan_id", "-id")
    newest = rows.distinct("loan_id").values_list("loan_id", "content")
    return {loan: bytes(content) for loan, content in newest}


def records_of(delivery: BureauDelivery) -> Iterator[tuple[str, bytes]]:
    """Kind and content of a file's records in order, streamed."""
    rows = BureauRecord.objects.filter(delivery=delivery).order_by("id")
    for kind, content in rows.values_list("kind", "content").iterator(chunk_size=CHUNK):
        yield kind, bytes(content)


def consent_of(contract_ref: UUID) -> BureauConsent | None:
    """The consent to report a contract's loans."""
    return BureauConsent.objects.filter(contract_ref=contract_ref).first()


def notices_of(loan: Loan) -> list[BureauNotice]:
    """When the borrower was told, the newest first."""
    return list(BureauNotice.objects.filter(loan=loan).order_by("-told_on"))
