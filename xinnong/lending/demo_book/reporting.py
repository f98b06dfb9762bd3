"""Months of the book: consents and notices on record, the bureau's file, a correction, closed accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from xinnong.accounts.scope import scoped
from xinnong.core.documents import sha256_hex
from xinnong.ledger.services import close_period
from xinnong.lending.demo_book.borrowing import at
from xinnong.lending.demo_book.plan import LENDER
from xinnong.lending.models import BureauNotice, Loan, LoanState, PayChannel, Standing
from xinnong.lending.queries.collecting import owed_now_minor
from xinnong.lending.services.bureau import record_consent, record_notice, report_month
from xinnong.lending.services.correcting import repay_by_value_date

if TYPE_CHECKING:
    from xinnong.lending.demo_book.book import Book
    from xinnong.lending.demo_book.plan import Tale

UNASKED: Final = 12
"""Every so many borrowers gave no consent: the loan is left out of the file and named on the page."""
TOLD_AFTER: Final = 5
FILE_DAY: Final = 4
"""The file of a month is made on this day of the next one, and once more after corrections."""
CLOSING_DAY: Final = 12
"""The accountant closes a month on this day of the next one; the newest is left for whoever tries it."""
MENDED_DAY: Final = 10
MENDED: Final = 6
"""So many loans of the last month get a payment that had been booked nowhere."""


def reporting(book: Book, day: date) -> Iterator[Callable[[], object]]:
    """What is done for the bureau on a day, after its payments."""
    for tale in book.told:
        if tale.drawn_on == day and tale.number in book.loans and tale.number % UNASKED:
            yield _consent(book, tale, day)
    yield lambda: _tell(book, day)
    if day.day == FILE_DAY:
        yield lambda: _report(book, day)
    if day.day == CLOSING_DAY and book.told[0].drawn_on < day.replace(day=1) < _this_month(book):
        yield lambda: _close(book, day)
    if day == _last_mending(book.last_on):
        yield lambda: _mend(book, day)
        yield lambda: _report(book, day)


def _this_month(book: Book) -> date:
    return book.last_on.replace(day=1)


def _close(book: Book, day: date) -> None:
    month = day.replace(day=1) - timedelta(1)
    with scoped(book.accountant):
        close_period(
            institution=book.bank, actor=book.accountant, key=f"demo-close-{month}", month=month,
            now=at(day, 18),
        )  # fmt: skip


def _last_mending(last_on: date) -> date:
    """The newest day of corrections within the book."""
    this = last_on.replace(day=MENDED_DAY)
    return this if this <= last_on else (this.replace(day=1) - timedelta(1)).replace(day=MENDED_DAY)


def _consent(book: Book, tale: Tale, day: date) -> Callable[[], object]:
    def act() -> object:
        with scoped(book.staff.officer):
            loan = Loan.objects.get(ref=book.loans[tale.number])
            return record_consent(
                actor=book.staff.officer, loan=loan, consented_on=day,
                paper_sha256=sha256_hex(f"demo bureau consent {tale.number}".encode()),
                now=at(day, 11), today=day,
            )  # fmt: skip

    return act


def _tell(book: Book, day: date) -> None:
    """Whoever is some days late is told before it is reported, once for each time of being late."""
    with scoped(book.staff.officer):
        late = Standing.objects.filter(institution=LENDER, days_past_due=TOLD_AFTER)
        for standing in late.select_related("loan").order_by("loan_id"):
            loan = standing.loan
            if BureauNotice.objects.filter(loan=loan, told_on=day).exists():
                continue
            record_notice(
                actor=book.staff.officer, loan=loan, told_on=day, how="letter",
                reference=f"GH{day:%Y%m%d}{loan.pk:05d}", now=at(day, 15), today=day,
            )  # fmt: skip


def _report(book: Book, day: date) -> None:
    month = (day.replace(day=1) - timedelta(1)).replace(day=1)
    report_month(actor=book.staff.second, institution=book.bank, month=month, now=at(day, 17))


def _mend(book: Book, day: date) -> None:
    """Payments that came in last month to a wrong account count from the day they came."""
    came_on = day.replace(day=1) - timedelta(6)
    with scoped(book.staff.second):
        late = Standing.objects.filter(
            institution=LENDER, days_past_due__gt=day.day + TOLD_AFTER,
            loan__state=LoanState.ACTIVE, loan__disbursed_on__lt=came_on,
        )  # fmt: skip
        for standing in late.select_related("loan").order_by("days_past_due")[:MENDED]:
            loan = standing.loan
            repay_by_value_date(
                actor=book.staff.second, institution=book.bank, loan_ref=loan.ref,
                amount_minor=owed_now_minor(loan) // 4, counts_from=came_on, on=day,
                now=at(day, 16), key=f"demo-mend-{loan.ref}-{day}", channel=PayChannel.TRANSFER,
                reference=f"BZ{day:%Y%m%d}{loan.pk:05d}",
            )  # fmt: skip
