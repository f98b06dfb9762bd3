"""Loans and sums handed out as files; each time is written to the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, Final

from django.db import transaction

from xinnong.audit.services import record
from xinnong.core.errors import Refused
from xinnong.core.money import FEN_PER_YUAN
from xinnong.ledger.exports import as_csv, as_xlsx
from xinnong.ledger.services.exporting import MEDIA_TYPES, BookFile
from xinnong.lending.queries.loan_list import LoanFilters, loans_page
from xinnong.lending.queries.portfolio import sums_on
from xinnong.privacy.services import record_listing
from xinnong.web.paging import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from xinnong.accounts.models import User
    from xinnong.ledger.exports import Row

MOST_LOANS: Final = 20_000
LOAN_COLUMNS: Final = (
    "loan", "area12", "product", "state", "disbursed_on", "matures_on", "principal_yuan",
    "balance_yuan", "days_past_due", "asset_class",
)  # fmt: skip
SUM_COLUMNS: Final = ("dimension", "value", "loans", "borrowers", "balance_yuan")


class TooManyLoans(Refused):
    """More loans than one file takes; `limit` is how many it does."""

    code: ClassVar[str] = "book.too_many_loans"


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Who exports, for which lender, when, as what."""

    actor: User
    institution: str
    now: datetime
    form: str


def export_loans(
    *, actor: User, institution: str, filters: LoanFilters, purpose: str, form: str, now: datetime
) -> BookFile:
    """The loans of a filtered list without names, within the actor's scope.

    Raises TooManyLoans, PurposeMissing; nothing is handed out then.
    """
    with transaction.atomic():
        found = loans_page(institution, filters, turn=Turn(), limit=MOST_LOANS + 1)
        if len(found) > MOST_LOANS:
            raise TooManyLoans(limit=MOST_LOANS)
        record_listing(
            actor=actor, at=now, asked="export", purpose=purpose,
            households=[each.household_id for each in found if each.household_id],
        )  # fmt: skip
        rows: list[Row] = [
            (
                str(each.ref), each.area12, each.product, each.state, each.disbursed_on,
                each.matures_on, _yuan(each.principal_minor), _yuan(each.balance_minor),
                "" if each.days_past_due is None else each.days_past_due, each.asset_class or "",
            )
            for each in found
        ]  # fmt: skip
        wanted = _Wanted(actor, institution, now, form)
        return _file(wanted, "loans", LOAN_COLUMNS, rows)


def export_portfolio(
    *, actor: User, institution: str, on: date | None, form: str, now: datetime
) -> BookFile:
    """The sums of the book by every dimension, within the actor's scope; no person is in it."""
    with transaction.atomic():
        rows: list[Row] = [
            (dimension, value, each.loans, each.borrowers, _yuan(each.balance_minor))
            for (dimension, value), each in sorted(sums_on(institution, on).items())
        ]
        wanted = _Wanted(actor, institution, now, form)
        return _file(wanted, "portfolio", SUM_COLUMNS, rows)


def _file(wanted: _Wanted, what: str, columns: Sequence[str], rows: Sequence[Row]) -> BookFile:
    write = as_csv if wanted.form == "csv" else as_xlsx
    content = write(columns, rows)
    entry = record(
        actor=wanted.actor,
        action=f"lending.export-{what}",
        at=wanted.now,
        counts={"rows": len(rows)},
        concerns=wanted.actor.institution,
    )
    name = f"{wanted.institution}-{what}-{entry.ref}.{wanted.form}"
    return BookFile(name, content, MEDIA_TYPES["csv" if wanted.form == "csv" else "xlsx"])


def _yuan(minor: int | None) -> Decimal | str:
    return "" if minor is None else Decimal(minor) / FEN_PER_YUAN
