"""Making the demo's book: every loan through the commands that everybody uses, day after day.

A day's borrowing and paying is done before the day is ended; every command has a key made of the
tale, the person and the step. Cut off anywhere, the same job goes on where it stopped: what was
done answers as it did, and a day that is ended is not ended again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import link_person
from xinnong.core.errors import Refused
from xinnong.core.schedule.terms import Method
from xinnong.lending.demo_book.book import Book
from xinnong.lending.demo_book.borrowing import (
    Security,
    Staff,
    at,
    borrow,
    borrowers,
    others_at_home,
)
from xinnong.lending.demo_book.carrying import carrying, failing
from xinnong.lending.demo_book.coops import coop_of, heads_of_coops
from xinnong.lending.demo_book.plan import A_MONTH_LATE, LENDER, RENEW, Tale, all_tales, is_paid
from xinnong.lending.demo_book.renewing import renew_one
from xinnong.lending.demo_book.reporting import reporting
from xinnong.lending.demo_book.securing import RATE_PERCENT, complete, leave_open, secure
from xinnong.lending.demo_book.tending import tending
from xinnong.lending.models import Difficulty, Loan, LoanState, Offer, OpenDue, PayChannel
from xinnong.lending.queries.loans import open_day_of, settlement_quote
from xinnong.lending.services.end_of_day import end_day
from xinnong.lending.services.judging import judge
from xinnong.lending.services.losses import recover, write_off
from xinnong.lending.services.proposing import propose_restructuring, propose_write_off
from xinnong.lending.services.repaying import repay
from xinnong.lending.services.restructuring import restructure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

logger = structlog.get_logger("xinnong.lending")
CHANNELS = (PayChannel.CARD, PayChannel.TRANSFER, PayChannel.CASH)
NEARLY_LOST_PERCENT = 95
ANSWERING = 12
BORROWING_FARMER = "farmer.two"
EASED_MONTHS = 18
EASED_PERCENT = Decimal("4.0")


def make_book(
    *, run: int, last_on: date, known: int, but: UUID | None, told: list[Tale] | None = None
) -> int:
    """Lend and collect day by day up to and with `last_on`; answers how many loans there are.

    Raises nothing for a tale that a rule refuses: it is left out and said in the log.
    """
    book = _prepared(run, last_on, known, but, told)
    if not book.told:
        return 0
    _give_a_farmer_a_loan(book)
    first_on = _open_on() or book.told[0].drawn_on
    for tale in book.told:
        if tale.drawn_on < first_on:
            _draw(book, tale)
    _follow(book)
    for ahead in range((last_on - first_on).days + 1):
        live(book, first_on + timedelta(ahead))
    return len(book.loans)


def _follow(book: Book) -> None:
    """A loan that another one took the place of before the book was cut off goes on as that one."""
    with scoped(SYSTEM):
        later = dict(Loan.objects.exclude(renews=None).values_list("renews", "ref"))
    for number, ref in book.loans.items():
        book.loans[number] = later.get(ref, ref)


def _give_a_farmer_a_loan(book: Book) -> None:
    """Tie the demo's second farmer to a borrower who is some weeks late, to see what is owed and why."""
    farmer = User.objects.filter(username=BORROWING_FARMER, person_ref=None).first()
    late = next((each for each in book.told if each.habit == A_MONTH_LATE), None)
    if farmer is not None and late is not None:
        link_person(user=farmer, person_ref=book.people[late.number].ref)


def live(book: Book, day: date) -> None:
    """One business day: who borrows, who pays, what the bank does, and the end of the day."""
    for tale in book.told:
        if tale.drawn_on == day:
            _draw(book, tale)
    for act in (*_payments(book, day), *_events(book, day)):
        _try(act)
    for steps in (carrying, tending, reporting):
        for act in steps(book, day):
            _try(act)
    for tale in book.told:
        if day == book.last_on < tale.drawn_on:
            _try(partial(leave_open, book, tale))
    if _open_on() == day:
        end_day(institution=LENDER, on=day, today=day, clock=lambda: at(day, 23))


def _prepared(
    run: int, last_on: date, known: int, but: UUID | None, told: list[Tale] | None
) -> Book:
    with scoped(SYSTEM):
        offered = Offer.objects.filter(institution=LENDER, until_on=None)
        offers = {each.product.code: each for each in offered.select_related("product")}
        staff = Staff(*(User.objects.get(username=name) for name in ("officer", "manager.two")))
        staff.second.second_factor_passed = True  # nobody is at a keyboard to be asked for one
        bank = Institution.objects.select_related("operator").get(code=LENDER)
        first_on = max((each.from_on for each in offers.values()), default=last_on)
        accountant = User.objects.get(username="accountant")
        accountant.second_factor_passed = True
    wanted = all_tales(first_on=first_on, last_on=last_on) if told is None else told
    people = borrowers(
        [each for each in wanted if not each.for_coop], run=run, known=known, but=but
    )
    people |= heads_of_coops(
        [each for each in wanted if each.for_coop], taken=people.values(), but=but
    )
    possible = [each for each in wanted if each.number in people and each.kind.product in offers]
    with scoped(SYSTEM):
        answering = others_at_home(people.values(), most=ANSWERING)
    return Book(
        staff, accountant, bank, last_on, offers, people, possible,
        unpaid=failing(possible, last_on), answering=answering,
    )  # fmt: skip


def _open_on() -> date | None:
    with scoped(SYSTEM):
        return open_day_of(LENDER)


def _draw(book: Book, tale: Tale) -> None:
    def act() -> None:
        person, offer = book.people[tale.number], book.offers[tale.kind.product]
        security = _security(book, tale) if tale.kind.security != "credit" else None
        coop = coop_of(person) if tale.for_coop else None
        book.loans[tale.number] = borrow(book.staff, tale, person, offer, security, coop)

    _try(act)


def _security(book: Book, tale: Tale) -> Security:
    return Security(
        before=lambda application: secure(
            book.staff, tale, book.people[tale.number], application, book.answering
        ),
        after=lambda application: complete(book.staff, tale, application),
        rate_percent=RATE_PERCENT,
    )


def _payments(book: Book, day: date) -> Iterator[Callable[[], object]]:
    """What comes in on a day: what fell due, as each borrower pays; and settlements."""
    by_loan = {ref: tale for tale in book.told if (ref := book.loans.get(tale.number))}
    with scoped(SYSTEM):
        rows = list(
            OpenDue.objects.filter(institution=LENDER, loan__ref__in=by_loan)
            .select_related("loan")
            .order_by("loan_id", "n")
        )
        settling = [ref for ref, tale in by_loan.items() if tale.settles_on == day]
        quotes = {
            loan.ref: settlement_quote(loan, on=day).total_minor
            for loan in Loan.objects.filter(ref__in=settling, state=LoanState.ACTIVE)
        }
    due: dict[UUID, int] = {}
    for row in rows:
        due.setdefault(row.loan.ref, 0)
        due[row.loan.ref] += _brought(by_loan[row.loan.ref], row, day)
    for ref, amount in due.items():
        if amount and ref not in quotes:
            yield _paying(book, by_loan[ref], amount, day)
    for ref, amount in quotes.items():
        yield _paying(book, by_loan[ref], amount, day, settles=True)


def _brought(tale: Tale, row: OpenDue, day: date) -> int:
    """How much of one due the borrower pays on a day."""
    if not is_paid(tale, n=row.n, due_on=row.on, on=day):
        return 0
    owed = (row.fee_minor + row.interest_minor + row.penalty_minor + row.compound_minor
            + row.principal_minor)  # fmt: skip
    if tale.habit.half:
        return owed // 2 if row.on == day else 0
    return owed


def _paying(
    book: Book, tale: Tale, amount: int, day: date, *, settles: bool = False
) -> Callable[[], object]:
    return lambda: repay(
        actor=book.staff.officer, institution=book.bank, loan_ref=book.loans[tale.number],
        amount_minor=amount, channel=CHANNELS[tale.number % len(CHANNELS)].value, on=day,
        now=at(day, 15), key=_key(book, tale, f"pay {day}"), settles=settles,
        reference=f"{day:%Y%m%d}{tale.number:04d}",
    )  # fmt: skip


def _events(book: Book, day: date) -> Iterator[Callable[[], object]]:
    """What the bank does with the loans that went wrong."""
    for tale in book.told:
        ref, on = book.loans.get(tale.number), tale.event_on
        if ref is None or on is None:
            continue
        said = {
            "actor": book.staff.second, "institution": book.bank, "loan_ref": ref, "on": day,
            "now": at(day, 16),
        }  # fmt: skip
        if tale.habit.event == "restructure" and day == on:
            yield _easing(book, tale, said)
        elif tale.habit.event == RENEW and day >= on:
            yield partial(renew_one, book, tale, day)
        elif tale.habit.event == "write_off":
            yield from _losing(book, tale, day - on, said)


def _easing(book: Book, tale: Tale, said: Mapping[str, Any]) -> Callable[[], object]:
    return lambda: _ease(book, tale, said)


def _ease(book: Book, tale: Tale, said: Mapping[str, Any]) -> None:
    """A harvest failed: an officer proposes easier terms, the second manager agrees."""
    wish = {name: said[name] for name in ("institution", "loan_ref", "now")}
    proposal = propose_restructuring(
        **wish, **_why(book, Difficulty.HARVEST, _key(book, tale, "ease")),
        method=Method.EQUAL_INSTALLMENT.value, months=EASED_MONTHS, rate_percent=EASED_PERCENT,
    )  # fmt: skip
    key = _key(book, tale, "eased")
    book.loans[tale.number] = restructure(**said, proposal_ref=proposal, key=key)


def _why(book: Book, difficulty: Difficulty, key: str) -> dict[str, Any]:
    return {
        "actor": book.staff.officer, "difficulty": difficulty.value, "evidence": "XC-2026-0001",
        "key": key,
    }  # fmt: skip


def _losing(
    book: Book, tale: Tale, since: timedelta, said: dict[str, object]
) -> Iterator[Callable[[], object]]:
    """Judged a loss, written off the day after, and a week later a little comes back."""
    if since == timedelta(-1):
        percent = {"expected_loss_percent": NEARLY_LOST_PERCENT}
        yield _later(judge, said | percent | {"key": _key(book, tale, "judge")})
        wish = {name: said[name] for name in ("institution", "loan_ref", "now")}
        yield _later(
            propose_write_off,
            wish | _why(book, Difficulty.UNRECOVERABLE, _key(book, tale, "give up")),
        )
    elif since == timedelta(0):
        yield _later(write_off, said | {"key": _key(book, tale, "write off")})
    elif since == timedelta(7):
        back = {"amount_minor": 50_000, "channel": "cash", "key": _key(book, tale, "recover")}
        yield _later(recover, said | back)


def _later(command: Callable[..., object], said: dict[str, object]) -> Callable[[], object]:
    return lambda: command(**said)


def _key(book: Book, tale: Tale, step: str) -> str:
    return str(tale.key(book.people[tale.number].ref, step))


def _try(act: Callable[[], object]) -> None:
    """Do one thing; what a rule refuses is left out of the book."""
    try:
        act()
    except Refused as refused:
        logger.info("demo-book-without", code=refused.code)
