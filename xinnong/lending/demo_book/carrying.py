"""The bank's side of the book: it takes the lender's payment files and answers the day after.

The first payments it answers by a statement, the later ones by result files; two of the last ones
it could not pay, and at the end it says some things that somebody has to look into.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db.models import Sum

from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.core.money import yuan
from xinnong.core.payments import Encoding, Form, number_of
from xinnong.lending.demo_book.borrowing import at
from xinnong.lending.demo_book.plan import LENDER, Tale
from xinnong.lending.demo_checks import DEMO_BANK
from xinnong.lending.models import (
    BankStatement,
    LoanState,
    OpenDue,
    OwnAccount,
    PaymentOrder,
    PaymentState,
)
from xinnong.lending.result_files import results_in
from xinnong.lending.services.payment_results import book_results
from xinnong.lending.services.payments import (
    enter_own_account,
    send_payments,
    take_payment_file,
)
from xinnong.lending.services.statements import take_statement
from xinnong.lending.statement_files import statement_in

if TYPE_CHECKING:
    from xinnong.lending.demo_book.book import Book

Row = tuple[str, ...]
ACCOUNT: Final = "9999700000000000014"
OPENING_MINOR: Final = 800_000_000
"""What the lender's account holds before the first loan: eight million yuan."""
RESULT_HEAD: Final = ("支付编号", "处理结果", "金额", "失败原因")
STATEMENT_HEAD: Final = ("交易日期", "流水号", "收入", "支出", "余额", "对方户名", "附言")
FAILING: Final = 2
RECENT: Final = timedelta(21)
FAILURE: Final = "收款账户状态异常，款项已退回贵行账户"
CHARGE_MINOR: Final = 1_500
UNNAMED: Final = ((300_000, "林某", "还款"), (52_000, "", "往来款"))
"""Money that came with too few words to say for which loan."""


def carrying(book: Book, day: date) -> Iterator[Callable[[], object]]:
    """What passes between lender and bank on a day, after the day's drawings."""
    if day == book.told[0].drawn_on:
        yield lambda: enter_own_account(
            actor=book.accountant, institution=book.bank, bank=DEMO_BANK, number=ACCOUNT,
            now=at(day, 9),
        )  # fmt: skip
    yield lambda: _answer(book, day)
    if day != book.last_on:  # what is drawn on the last day still waits to be sent
        yield lambda: _send(book, day)
    else:
        yield lambda: _state(book, day, _odd_lines(book, day))


def failing(told: Sequence[Tale], last_on: date) -> frozenset[int]:
    """Tales whose payment the bank cannot make: the last ones that it has answered by the end."""
    answered = [
        tale for tale in told if last_on - RECENT < tale.drawn_on < last_on and not tale.settles_on
    ]
    return frozenset(tale.number for tale in answered[-FAILING:])


def _send(book: Book, day: date) -> None:
    with scoped(SYSTEM):
        waits = PaymentOrder.objects.filter(institution=LENDER, state=PaymentState.TO_SEND).exists()
    if not waits:
        return
    made = send_payments(
        actor=book.accountant, institution=book.bank, form=Form.CSV, encoding=Encoding.GB18030,
        now=at(day, 17), key=f"demo-book-{day}", account=ACCOUNT,
    )  # fmt: skip
    take_payment_file(actor=book.accountant, institution=book.bank, ref=made.ref, now=at(day, 18))


def _answer(book: Book, day: date) -> None:
    """The answers to what was sent on an earlier day; the very first ones come as a statement."""
    with scoped(SYSTEM):
        sent = PaymentOrder.objects.filter(
            institution=LENDER, state=PaymentState.SENT, file__made_at__lt=at(day, 0)
        )
        waiting = list(sent.select_related("loan").order_by("id"))
        stated = BankStatement.objects.filter(institution=LENDER).exists()
    if waiting and not stated:
        lines = [(0, each.amount_minor, "", each.number) for each in waiting]
        _state(book, day, lines)
        return
    rows = [_row(book, each) for each in waiting]
    if day == book.last_on:
        rows.append(_odd_row())
    if rows:
        with _file(RESULT_HEAD, rows) as path:
            book_results(
                actor=book.accountant, institution=book.bank, said=list(results_in(path)),
                now=at(day, 16),
            )  # fmt: skip


def _row(book: Book, order: PaymentOrder) -> Row:
    assert order.loan is not None, "only drawings are paid in the book"
    fails = book.tale_of(order.loan.ref) in book.unpaid
    outcome, reason = ("失败", FAILURE) if fails else ("成功", "")
    return order.number, outcome, yuan(order.amount_minor), reason


def _odd_row() -> Row:
    """An answer about a payment that nobody ordered."""
    return number_of("P", 999_001), "成功", "1200.00", ""


def _odd_lines(book: Book, day: date) -> list[tuple[int, int, str, str]]:
    """The last statement: part of a repayment that names its loan, money without a name, and a charge."""
    refs = list(book.loans.values())
    with scoped(SYSTEM):
        late = OpenDue.objects.filter(loan__ref__in=refs, loan__state=LoanState.ACTIVE, on__lt=day)
        row = late.select_related("loan").order_by("-on", "loan_id").first()
    lines = [(amount, 0, name, words) for amount, name, words in UNNAMED]
    if row is not None:
        part = (row.interest_minor + row.principal_minor) // 2
        lines.insert(0, (part, 0, "", f"还贷款 {number_of('L', row.loan.pk)}"))
    return [*lines, (0, CHARGE_MINOR, "", "账户管理费")]


def _state(book: Book, day: date, lines: Sequence[tuple[int, int, str, str]]) -> None:
    """A statement of the account whose balances run on from what the bank paid before."""
    with scoped(SYSTEM):
        paid = PaymentOrder.objects.filter(institution=LENDER, state=PaymentState.DONE)
        balance = OPENING_MINOR - int(paid.aggregate(total=Sum("amount_minor"))["total"] or 0)
        account = OwnAccount.objects.get(institution=LENDER, number=ACCOUNT)
        if BankStatement.objects.filter(account=account, through_on=day).exists():
            return
    rows: list[Row] = []
    for number, (came, went, who, words) in enumerate(lines, start=1):
        balance += came - went
        rows.append((
            day.isoformat(), f"{day:%Y%m%d}{number:04d}", yuan(came) if came else "",
            yuan(went) if went else "", yuan(balance), who, words,
        ))  # fmt: skip
    with _file(STATEMENT_HEAD, rows) as path:
        take_statement(
            actor=book.accountant, institution=book.bank, account=ACCOUNT,
            said=statement_in(path), now=at(day, 16),
        )  # fmt: skip


@contextmanager
def _file(head: Row, rows: Sequence[Row]) -> Iterator[Path]:
    """What the bank gives, as a file that lies for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bank.csv")
        with path.open("w", encoding="gb18030", newline="") as out:
            csv.writer(out).writerows([head, *rows])
        yield path
