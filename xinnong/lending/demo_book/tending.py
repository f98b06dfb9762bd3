"""What follows a payout in the book: checks at the farm, late borrowers spoken to, patterns found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from xinnong.accounts.scope import scoped
from xinnong.core.documents import sha256_hex
from xinnong.lending.demo_book.borrowing import at
from xinnong.lending.demo_book.plan import LENDER
from xinnong.lending.models import (
    ContactKind,
    ContactParty,
    LetterKind,
    Loan,
    LoanCheck,
    NextStep,
    Standing,
    UseFound,
)
from xinnong.lending.queries.collecting import owed_now_minor
from xinnong.lending.services.aftercare import do_check, make_checks
from xinnong.lending.services.alerts import find_alerts
from xinnong.lending.services.collecting import Said, record_contact, send_letter

if TYPE_CHECKING:
    from xinnong.lending.demo_book.book import Book

CHECKS_EVERY: Final = 7
LEFT_UNDONE: Final = timedelta(9)
"""Checks that fell due in the last days of the book are still to be done."""
UNCLEAR: Final = 17
SPOKEN_BACK: Final = (64, 50, 38, 30, 24, 17, 12, 9, 6, 4, 2, 1)
"""So many days before the book's end somebody works through the late loans."""
SPOKEN_A_DAY: Final = 5
PROMISED_DAYS: Final = 12
LETTER_DAYS: Final = 10
LATE: Final = 3
VERY_LATE: Final = 90


@dataclass(frozen=True, slots=True)
class Talk:
    """One thing that somebody does about a late loan."""

    kind: ContactKind
    said: str
    next_step: str = ""
    next_days: int = 0


TALKS: Final = (
    Talk(
        ContactKind.CALL, "已提醒到期未还的金额，借款人说等卖了茶叶就还。", NextStep.CALL.value, 5
    ),
    Talk(ContactKind.PROMISE, "借款人答应卖出这批菜后先还一部分。"),
    Talk(
        ContactKind.VISIT, "到家里看过，大棚受台风影响，正在补种。", NextStep.RESTRUCTURE.value, 7
    ),
    Talk(ContactKind.CALL, "电话没有接，改天再打。", NextStep.VISIT.value, 3),
    Talk(ContactKind.NOTE, "村里说这户人在外地打工，月底回来。", NextStep.VISIT.value, 9),
)


def tending(book: Book, day: date) -> Iterator[Callable[[], object]]:
    """What is done on a day about loans that run, after its payments."""
    back = (book.last_on - day).days
    if back % CHECKS_EVERY == 0:
        yield lambda: _check(book, day)
    if back in SPOKEN_BACK:
        for place, loan in enumerate(_late(book, day)):
            yield _speaking(book, loan, day, SPOKEN_BACK.index(back) + place)
    if back == 0:
        yield lambda: find_alerts(institution=LENDER, on=day, now=at(day, 19))


def _check(book: Book, day: date) -> None:
    """Put the checks of the week on the list and do those that are due, but for the last ones."""
    make_checks(institution=LENDER, on=day, now=at(day, 18))
    if day > book.last_on - LEFT_UNDONE:
        return
    with scoped(book.staff.officer):
        due = LoanCheck.objects.filter(institution=LENDER, done_at=None, due_on__lte=day)
        for check in due.select_related("loan").order_by("id"):
            is_plain = check.pk % UNCLEAR > 0
            do_check(
                actor=book.staff.officer, check=check, now=at(day, 18), key=_key("check", check.ref),
                found=(UseFound.AS_STATED if is_plain else UseFound.UNCLEAR).value,
                said="现场看过，钱用在申请时说的地方。" if is_plain else "家里没人，下次再看。",
                photos=[sha256_hex(f"demo check {check.pk}".encode())] if is_plain else [],
            )  # fmt: skip


def _late(book: Book, day: date) -> Sequence[Loan]:
    """Some of the late loans, other ones each time."""
    with scoped(book.staff.officer):
        late = Standing.objects.filter(institution=LENDER, days_past_due__gte=LATE)
        loans = [each.loan for each in late.select_related("loan").order_by("loan_id")]
    start = day.toordinal() % max(len(loans), 1)
    return [*loans[start:], *loans[:start]][:SPOKEN_A_DAY]


def _speaking(book: Book, loan: Loan, day: date, turn: int) -> Callable[[], object]:
    def act() -> object:
        with scoped(book.staff.officer):
            standing = Standing.objects.get(loan=loan)
            if standing.days_past_due > VERY_LATE and turn % 2:
                return send_letter(
                    actor=book.staff.officer, loan=loan, kind=LetterKind.FINAL.value,
                    pay_by=day + timedelta(LETTER_DAYS), now=at(day, 14),
                    key=_key(f"letter {day}", loan.ref),
                )  # fmt: skip
            return record_contact(
                actor=book.staff.officer, loan=loan, said=_said(loan, day, turn), now=at(day, 15),
                key=_key(f"contact {day}", loan.ref),
            )  # fmt: skip

    return act


def _said(loan: Loan, day: date, turn: int) -> Said:
    talk = TALKS[turn % len(TALKS)]
    promises = talk.kind == ContactKind.PROMISE
    return Said(
        kind=talk.kind.value, party=ContactParty.BORROWER.value, at=at(day, 10 + turn % 4),
        said=talk.said, next_step=talk.next_step,
        next_at=at(day + timedelta(talk.next_days), 9) if talk.next_step else None,
        promised_minor=_part(owed_now_minor(loan)) if promises else None,
        promised_on=day + timedelta(PROMISED_DAYS) if promises else None,
    )  # fmt: skip


def _part(owed_minor: int) -> int:
    """About half in whole yuan, all of it where that would be nothing."""
    return owed_minor // 200 * 100 or owed_minor


def _key(step: str, ref: UUID) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:xinnong:demo-book:{step}:{ref}")
