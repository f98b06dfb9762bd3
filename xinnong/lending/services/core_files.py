"""A core's nightly file comes in: its figures are kept, ours are worked out, breaks are listed.

Nothing is posted. Rows pass in batches; the comparison is one statement over all loans of the lender.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from xinnong.accounts.models import Institution
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.asset_class import AssetClass
from xinnong.core.core_book import Figures, figures_on
from xinnong.core.errors import Refused
from xinnong.core.loan_book import Payment
from xinnong.lending.core_files import CoreBad, CoreLoan, CorePayment, CoreRow, core_rows
from xinnong.lending.models import (
    BookOfRecord,
    BreakState,
    Contract,
    CoreAside,
    CoreBreak,
    CoreFigure,
    CoreFile,
    Loan,
    Offer,
    PayChannel,
    Repayment,
)
from xinnong.lending.queries.loans import late_of, original_terms
from xinnong.lending.services.bank_refusals import (
    BreakNotOpen,
    CoreDayOver,
    ExplanationMissing,
    NoCoreHere,
)
from xinnong.lending.services.contract_draws import loan_terms_of
from xinnong.lending.services.core_compare import compare
from xinnong.lending.services.days import ALONE, lock
from xinnong.lending.services.drawing import begin_loan
from xinnong.lending.services.lender_scope import of_lender

ACTION: Final = "lending.take-core-file"
BATCH: Final = 1_000
NOTE_LENGTH: Final = 200
FIGURES: Final = (
    "number", "as_of", "principal_minor", "interest_minor", "days_past_due", "asset_class",
)  # fmt: skip
OURS: Final = (
    "our_principal_minor", "our_interest_minor", "our_days_past_due", "our_asset_class",
)  # fmt: skip
Item = TypeVar("Item")


def take_core_file(
    *, actor: ActsFor | UUID, institution: Institution, path: Path, as_of: date, now: datetime
) -> CoreFile:
    """Take a file in, all of it or nothing: read = matched + broken + aside; the same file once.

    Raises NoCoreHere (no product of the lender is kept by a core), CoreDayOver (a later day came
    before), and what `read_rows` raises.
    """
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    with scoped(of_lender(institution.code, actor)):
        lock(ALONE, f"lending.core-file {institution.code}")
        known = CoreFile.objects.filter(institution=institution.code, as_of=as_of, sha256=sha256)
        before = known.first()
        if before is not None:
            return before
        _check_day(institution, as_of)
        file = CoreFile.objects.create(
            ref=new_ref(), institution=institution.code, as_of=as_of, sha256=sha256, came_at=now,
            came_by=actor if isinstance(actor, UUID) else actor.ref,
        )  # fmt: skip
        taking = _Taking(file, actor, now)
        for rows in batches(core_rows(path), BATCH):
            taking.take(rows)
        _work_out(institution.code, as_of)
        broken, file.missing = compare(institution.code, as_of)
        _count(file, taking, broken)
        record(
            actor=actor, action=ACTION, at=now, subject=file.ref, checksum=sha256,
            counts={"read": file.read, "broken": file.broken, "aside": file.aside},
            concerns=institution,
        )  # fmt: skip
    return file


def _check_day(institution: Institution, as_of: date) -> None:
    core = Offer.objects.filter(institution=institution.code, book_of_record=BookOfRecord.CORE)
    if not core.exists():
        raise NoCoreHere
    last = CoreFile.objects.filter(institution=institution.code).order_by("-as_of").first()
    if last is not None and last.as_of > as_of:
        raise CoreDayOver(last_on=last.as_of)


def batches(rows: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Rows in lists of a size, one in hand at a time."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


class _Taking:
    """One file while its rows pass."""

    def __init__(self, file: CoreFile, actor: ActsFor | UUID, now: datetime) -> None:
        self.file = file
        self.actor = actor
        self.now = now
        self.read = 0
        self.aside = 0
        self.seen: Counter[str] = Counter()
        self.same: Counter[tuple[str, date, int]] = Counter()

    def take(self, rows: Sequence[CoreRow]) -> None:
        """Keep a batch: loans first, because its payments may speak of them."""
        self.read += len(rows)
        self._put_aside([row for row in rows if isinstance(row, CoreBad)])
        loans = [row for row in rows if isinstance(row, CoreLoan)]
        payments = [row for row in rows if isinstance(row, CorePayment)]
        numbers = [row.number for row in loans] + [row.number for row in payments]
        known = self._known(numbers)
        kept: dict[int, CoreFigure] = {}
        for row in loans:
            figure = self._loan(row, known)
            if isinstance(figure, CoreBad):
                self._put_aside([figure])
            else:
                kept[figure.loan_id] = figure
        CoreFigure.objects.bulk_create(
            kept.values(), update_conflicts=True, unique_fields=["loan"],
            update_fields=list(FIGURES),
        )  # fmt: skip
        self._keep_payments(payments, known)

    def _known(self, numbers: Sequence[str]) -> dict[str, Loan]:
        found = CoreFigure.objects.filter(
            institution=self.file.institution, number__in=numbers
        ).select_related("loan")
        return {each.number: each.loan for each in found}

    def _loan(self, row: CoreLoan, known: dict[str, Loan]) -> CoreFigure | CoreBad:
        """A loan's figures; one never seen begins here, on its contract's terms."""
        self.seen[row.number] += 1
        if self.seen[row.number] > 1:
            return CoreBad(row.row, "number", "core.twice")
        if row.drawn_on > self.file.as_of:
            return CoreBad(row.row, "on", "core.day_to_come")
        loan = known.get(row.number)
        if loan is None:
            begun = self._begin(row)
            if isinstance(begun, CoreBad):
                return begun
            loan = known[row.number] = begun
        elif (loan.contract_ref, loan.principal_minor, loan.disbursed_on) != (
            row.contract, row.drawn_minor, row.drawn_on,
        ):  # fmt: skip
            return CoreBad(row.row, "contract", "core.other_loan")
        figures = {name: getattr(row, name) for name in FIGURES if name != "as_of"}
        return CoreFigure(
            loan=loan, institution=self.file.institution, as_of=self.file.as_of, **figures
        )

    def _begin(self, row: CoreLoan) -> Loan | CoreBad:
        contract = (
            Contract.objects.filter(ref=row.contract, institution=self.file.institution)
            .select_related("application__offer__product")
            .first()
        )
        if contract is None:
            return CoreBad(row.row, "contract", "core.contract_unknown")
        if contract.application.offer.book_of_record != BookOfRecord.CORE:
            return CoreBad(row.row, "contract", "core.our_book")
        try:
            terms = loan_terms_of(contract, on=row.drawn_on)
            return begin_loan(
                terms, row.drawn_minor, row.drawn_on, self.now, self.actor,
                book=BookOfRecord.CORE,
            )  # fmt: skip
        except Refused:
            return CoreBad(row.row, "on", "core.terms")

    def _keep_payments(self, rows: Sequence[CorePayment], known: Mapping[str, Loan]) -> None:
        """Payments of known loans, each once: the same sum of a day twice in a file is two."""
        for row in rows:
            loan = known.get(row.number)
            if loan is None or not loan.disbursed_on <= row.on <= self.file.as_of:
                code = "core.loan_unknown" if loan is None else "core.day_to_come"
                self._put_aside([CoreBad(row.row, "number" if loan is None else "on", code)])
                continue
            same = (row.number, row.on, row.amount_minor)
            self.same[same] += 1
            reference = f"core {self.same[same]}"
            Repayment.objects.get_or_create(
                loan=loan, on=row.on, amount_minor=row.amount_minor, reference=reference,
                defaults={
                    "ref": new_ref(), "institution": self.file.institution,
                    "channel": PayChannel.TRANSFER, "booked_on": self.file.as_of,
                    "booked_at": self.now,
                    "booked_by": self.actor if isinstance(self.actor, UUID) else self.actor.ref,
                },
            )  # fmt: skip

    def _put_aside(self, rows: Sequence[CoreBad]) -> None:
        self.aside += len(rows)
        CoreAside.objects.bulk_create(
            CoreAside(
                institution=self.file.institution, file=self.file, row=row.row, field=row.field,
                code=row.code,
            )
            for row in rows
        )  # fmt: skip


def _work_out(institution: str, as_of: date) -> None:
    """Our figures of every loan that the file named, some loans in hand at a time."""
    named = CoreFigure.objects.filter(institution=institution, as_of=as_of)
    rows = named.select_related("loan__product").order_by("pk").iterator(chunk_size=BATCH)
    for figures in batches(rows, BATCH):
        paid: dict[int, list[Payment]] = {}
        counted = Repayment.objects.filter(loan__in=[each.loan_id for each in figures])
        for loan, on, amount in counted.values_list("loan_id", "on", "amount_minor"):
            paid.setdefault(loan, []).append(Payment(on, amount))
        for each in figures:
            ours = _figures(each.loan, paid.get(each.loan_id, []), as_of)
            each.our_principal_minor, each.our_interest_minor = (
                ours.principal_minor, ours.interest_minor,
            )  # fmt: skip
            each.our_days_past_due, each.our_asset_class = ours.days_past_due, ours.asset_class
        CoreFigure.objects.bulk_update(figures, OURS)


def _figures(loan: Loan, paid: Sequence[Payment], as_of: date) -> Figures:
    """Our figures; payments that the terms cannot take leave nothing, and so a break."""
    try:
        terms = original_terms(loan)
        return figures_on(terms, late_of(loan, terms), paid, as_of)
    except Refused:
        return Figures(0, 0, 0, int(AssetClass.NORMAL))


def _count(file: CoreFile, taking: _Taking, broken: int) -> None:
    file.read, file.aside, file.broken = taking.read, taking.aside, broken
    file.matched = file.read - file.aside - file.broken
    file.save(update_fields=["read", "aside", "broken", "matched", "missing"])


def explain_core_break(
    *, actor: ActsFor, institution: Institution, ref: UUID, explanation: str, now: datetime
) -> CoreBreak:
    """Say why the core and we differ; it is listed until it is gone. Raises BreakNotOpen."""
    if not 0 < len(explanation.strip()) <= NOTE_LENGTH:
        raise ExplanationMissing(limit=NOTE_LENGTH)
    with scoped(of_lender(institution.code, actor)):
        held = CoreBreak.objects.select_for_update(of=("self",))
        found = held.filter(ref=ref, institution=institution.code, state=BreakState.OPEN).first()
        if found is None:
            raise BreakNotOpen
        found.state, found.explanation = BreakState.EXPLAINED, explanation.strip()
        found.explained_by, found.explained_at = actor.ref, now
        found.save(update_fields=["state", "explanation", "explained_by", "explained_at"])
        record(
            actor=actor, action="lending.explain-core-break", at=now, subject=ref,
            concerns=institution,
        )  # fmt: skip
    return found
