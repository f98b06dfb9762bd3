"""Taking a bank statement in: each line once, money where it belongs, the end balance compared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from xinnong.accounts.models import Institution
from xinnong.accounts.permissions import Permission
from xinnong.accounts.scope import scoped
from xinnong.audit.refs import new_ref
from xinnong.audit.services import ActsFor, record
from xinnong.core.errors import Refused
from xinnong.core.payments import Outcome, rows_in
from xinnong.core.statement_matching import (
    Claim,
    Credit,
    Matcher,
    contracts_named,
    loans_named,
)
from xinnong.core.waterfall import COMPONENTS
from xinnong.ledger.models import Assertion
from xinnong.ledger.services import Move, assert_balance
from xinnong.lending.models import (
    BankStatement,
    LineState,
    Loan,
    LoanState,
    OpenDue,
    OwnAccount,
    PayChannel,
    PaymentOrder,
    PaymentState,
    Repayment,
    StatementLine,
)
from xinnong.lending.queries.borrowers import borrower_names
from xinnong.lending.services.bank_refusals import StatementLineDiffers, StatementToCome
from xinnong.lending.services.correcting import repay_by_value_date
from xinnong.lending.services.days import ALONE, lock
from xinnong.lending.services.eod_held import use_held
from xinnong.lending.services.lender_scope import of_lender
from xinnong.lending.services.loan_ledger import IN_TRANSIT, SUSPENSE
from xinnong.lending.services.payees import payer_mark
from xinnong.lending.services.payment_ledger import BankBooks
from xinnong.lending.services.payment_results import business_day, end_order
from xinnong.lending.services.payments import own_account
from xinnong.lending.services.repaying import repay
from xinnong.lending.statement_files import Line, Statement
from xinnong.privacy.vault import KEY_ID, seal

ACTION: Final = "lending.take-statement"
SUSPENSE_DEBIT: Final = "122190"
PAYER: Final = ("name", "account", "bank", "virtual", "words")


@dataclass(frozen=True, slots=True)
class StatementReport:
    """What became of a file: read = new + repeated; new = booked + payments + waiting."""

    statement: UUID
    read: int
    new: int
    repeated: int
    booked: int
    payments: int
    waiting: int
    difference_minor: int


def take_statement(
    *,
    actor: ActsFor | UUID,
    institution: Institution,
    account: str,
    said: Statement,
    now: datetime,
) -> StatementReport:
    """Take a statement of an own account in, all of it or nothing; lines that came before stay.

    A credit that names a loan is its repayment, another waits in suspense; a line that names a
    payment ends it. Raises OwnAccountUnknown, StatementLineDiffers, StatementToCome, DayClosing.
    """
    with scoped(of_lender(institution.code, actor)):
        mine = own_account(institution.code, account)
        lock(ALONE, f"lending.statement {mine.pk}")
        on = business_day(institution.code, now)
        if said.lines and said.lines[-1].on > on:
            raise StatementToCome(open_on=on)
        books = BankBooks(institution, actor, now)
        known = BankStatement.objects.filter(account=mine, sha256=said.sha256).first()
        if known is not None:
            return _again(known, said)
        fresh = _fresh(mine, said.lines)
        kept = _write(books, mine, said, len(fresh))
        matcher = matcher_for(institution.code, [credit_of(line) for line in fresh])
        states = [_Taking(books, kept, on, matcher).take(line) for line in fresh]
        use_held(institution=institution, actor=actor, on=on, now=now)
        difference = _compare(books, kept)
        return _end(books, kept, states, difference)


def _again(known: BankStatement, said: Statement) -> StatementReport:
    lines = len(said.lines)
    return StatementReport(known.ref, lines, 0, lines, 0, 0, 0, 0)


def _fresh(account: OwnAccount, lines: Sequence[Line]) -> list[Line]:
    """Lines that have not come before. Raises StatementLineDiffers."""
    marks = [line.mark for line in lines]
    found = StatementLine.objects.filter(account=account, mark__in=marks)
    before = dict(found.values_list("mark", "words"))
    for line in lines:
        if before.get(line.mark, line.sum_of_words) != line.sum_of_words:
            raise StatementLineDiffers(row=line.row)
    return [line for line in lines if line.mark not in before]


def _write(books: BankBooks, account: OwnAccount, said: Statement, new: int) -> BankStatement:
    """Keep the file; the balance before the first statement ever came from somewhere."""
    is_first = not BankStatement.objects.filter(account=account).exists()
    kept = BankStatement.objects.create(
        ref=new_ref(),
        institution=account.institution,
        account=account,
        sha256=said.sha256,
        from_on=said.lines[0].on,
        through_on=said.lines[-1].on,
        opening_minor=said.opening_minor,
        closing_minor=said.closing_minor,
        lines=new,
        repeated=len(said.lines) - new,
        came_at=books.now,
        came_by=books.actor if isinstance(books.actor, UUID) else books.actor.ref,
    )
    if is_first and said.opening_minor > 0:
        bank, suspense = books.at_bank(account), books.of_house(SUSPENSE)
        move = Move(bank, suspense, said.opening_minor, "statement.opening")
        books.post(
            key=f"opening-{account.ref}", on=kept.from_on, reason=move.reason,
            reference=str(account.ref), moves=[move],
        )  # fmt: skip
    return kept


def credit_of(line: Line) -> Credit:
    """A line as matching sees it."""
    return Credit(line.amount_minor, line.name, line.words, line.virtual)


def matcher_for(institution: str, came: Sequence[Credit]) -> Matcher:
    """The loans that some credits may be for, found by what the credits name and not by leafing."""
    rows = {row for each in came for rows in loans_named(each).values() for row in rows}
    contracts = {UUID(text) for each in came for text in contracts_named(each.words)}
    mine = Loan.objects.filter(institution=institution)
    due = _due_exactly(institution, {each.amount_minor for each in came})
    loans = [
        *mine.filter(pk__in=rows | due.keys()),
        *mine.filter(contract_ref__in=contracts),
    ]
    names = borrower_names({loan.person for loan in loans})
    return Matcher(
        Claim(
            loan=loan.pk,
            contract=loan.contract_ref.hex,
            borrower=names.get(loan.person, ""),
            due_minor=due.get(loan.pk, 0),
            is_open=loan.state == LoanState.ACTIVE,
        )
        for loan in {loan.pk: loan for loan in loans}.values()
    )


def _due_exactly(institution: str, amounts: set[int]) -> dict[int, int]:
    """Loans that owe exactly one of some amounts now."""
    owed = sum((Sum(f"{name}_minor") for name in COMPONENTS[1:]), Sum(f"{COMPONENTS[0]}_minor"))
    found = OpenDue.objects.filter(institution=institution).values("loan_id").annotate(owed=owed)
    return {
        row["loan_id"]: int(row["owed"])
        for row in found.filter(owed__in=[each for each in amounts if each > 0])
    }


@dataclass(frozen=True, slots=True)
class _Taking:
    """One statement while its lines are taken in."""

    books: BankBooks
    kept: BankStatement
    on: date
    matcher: Matcher

    def take(self, line: Line) -> LineState:
        """Book one line and keep it."""
        ref = new_ref()
        row = StatementLine(
            ref=ref,
            institution=self.kept.institution,
            account=self.kept.account,
            statement=self.kept,
            row=line.row,
            on=line.on,
            amount_minor=line.amount_minor,
            mark=line.mark,
            words=line.sum_of_words,
            said=seal({name: getattr(line, name) for name in PAYER}, person=ref),
            said_key=KEY_ID,
            payer_hash=payer_mark(line.account) if line.amount_minor > 0 else None,
            state=LineState.WAITING,
        )
        if not self._is_payment(row, line):
            self._book(row, line)
        row.save()
        return LineState(row.state)

    def _is_payment(self, row: StatementLine, line: Line) -> bool:
        """Whether a line is the end of a payment of ours, booked then on the day of the line."""
        rows = rows_in("P", line.words)
        orders = PaymentOrder.objects.select_for_update(of=("self",)).select_related(
            "loan__product", "account"
        )
        order = orders.filter(pk__in=rows, institution=self.kept.institution).first()
        if len(rows) != 1 or order is None or order.amount_minor != abs(line.amount_minor):
            return False
        outcome = Outcome.DONE if line.amount_minor < 0 else Outcome.RETURNED
        wanted = PaymentState.SENT if outcome is Outcome.DONE else PaymentState.DONE
        if order.account_id != self.kept.account_id or order.state not in {wanted, outcome.value}:
            return False
        if order.state == wanted:
            try:
                with transaction.atomic():
                    end_order(self.books, order, outcome, "", self.on, moved_on=line.on)
            except Refused:
                return False
        row.order, row.state = order, LineState.PAYMENT
        return True

    def _book(self, row: StatementLine, line: Line) -> None:
        """A repayment where a loan is found, else money that waits in suspense."""
        bank = self.books.at_bank(self.kept.account)
        if line.amount_minor < 0:
            suspense = self.books.of_house(SUSPENSE_DEBIT)
            self._post(row, Move(suspense, bank, -line.amount_minor, "statement.debit"))
            return
        match = self.matcher.match(credit_of(line))
        if match is not None and match.loan is not None and self._repaid(row, match.loan):
            kind, reason = IN_TRANSIT, "statement.matched"
        else:
            kind, reason = SUSPENSE, "statement.waiting"
        row.rule = match.rule.value if match else ""
        self._post(row, Move(bank, self.books.of_house(kind), line.amount_minor, reason))

    def _repaid(self, row: StatementLine, number: int) -> bool:
        """Take the money as a repayment; what is refused waits for a person instead."""
        loan = Loan.objects.get(pk=number)
        try:
            with transaction.atomic():
                book_repayment(self.books, row, loan, self.on, PayChannel.TRANSFER)
        except Refused:
            return False
        return True

    def _post(self, row: StatementLine, move: Move) -> None:
        self.books.post(
            key=f"line-{row.ref}", on=row.on, reason=move.reason, reference=str(row.ref),
            moves=[move],
        )  # fmt: skip


def book_repayment(
    books: BankBooks, row: StatementLine, loan: Loan, on: date, channel: str
) -> None:
    """Take the money of a line as a repayment from its own day on. In the caller's transaction."""
    key = f"line-{row.ref}-{new_ref()}"
    if row.on == on:
        receipt = repay(
            actor=books.actor, institution=books.institution, loan_ref=loan.ref, on=on, key=key,
            amount_minor=row.amount_minor, channel=channel, now=books.now, reference=str(row.ref),
        )  # fmt: skip
        row.repayment = receipt.repayment
    else:
        repay_by_value_date(
            actor=books.actor, institution=books.institution, loan_ref=loan.ref, on=on, key=key,
            amount_minor=row.amount_minor, counts_from=row.on, channel=channel, now=books.now,
            reference=str(row.ref), verb=Permission.KEEP_LEDGER,
        )  # fmt: skip
        newest = Repayment.objects.filter(loan=loan, reference=str(row.ref)).order_by("-id")
        row.repayment = newest.values_list("ref", flat=True).first()
    row.loan, row.state = loan, LineState.BOOKED


def _compare(books: BankBooks, kept: BankStatement) -> int:
    """Assert the balance that the bank says the account has at the end of its last day."""
    said = assert_balance(
        institution=books.institution,
        actor=books.actor,
        key=f"statement-{kept.ref}",
        account=books.at_bank(kept.account),
        source=Assertion.Source.BANK_STATEMENT,
        business_on=kept.through_on,
        expected_minor=kept.closing_minor,
        now=books.now,
        reference=re.sub(r"-", "", str(kept.ref)),
    )
    return said.difference_minor


def _end(
    books: BankBooks, kept: BankStatement, states: Sequence[LineState], difference: int
) -> StatementReport:
    report = StatementReport(
        statement=kept.ref,
        read=kept.lines + kept.repeated,
        new=kept.lines,
        repeated=kept.repeated,
        booked=states.count(LineState.BOOKED),
        payments=states.count(LineState.PAYMENT),
        waiting=states.count(LineState.WAITING),
        difference_minor=difference,
    )
    BankStatement.objects.filter(pk=kept.pk).update(
        matched=report.booked + report.payments, waiting=report.waiting
    )
    record(
        actor=books.actor, action=ACTION, at=books.now, subject=kept.ref,
        counts={"lines": report.new, "waiting": report.waiting}, concerns=books.institution,
    )  # fmt: skip
    return report
