"""Lin's bank with an account at another bank, a borrower with a card, and files to and from there."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.factories import Sample
from tests.lending.loans import Lender, open_lender, vouched
from tests.people import LOTUS_VILLAGE, NOW, People
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.payments import Encoding, Form
from xinnong.lending.models import BankCard, Loan, PaymentFile, PaymentOrder
from xinnong.lending.result_files import results_in
from xinnong.lending.services.payment_results import ResultReport, book_results
from xinnong.lending.services.payments import (
    enter_own_account,
    open_payment_file,
    send_payments,
)
from xinnong.privacy.vault import KEY_ID, seal

OURS = "33990000123456"
CARD = "9999801234567890124"
NAME = "王大山"


@contextmanager
def hands(people: People, sample: Sample) -> Iterator[Lender]:
    """A lender whose loans are Wang Dashan's."""
    with vouched():
        lender = open_lender(people=people)
        lender.terms = replace(lender.terms, person=sample.people[NAME].ref)
        enter_own_account(
            actor=SYSTEM_ACTOR, institution=lender.bank, bank="测试银行", number=OURS, now=NOW
        )
        yield lender


def card(lender: Lender, number: str = CARD) -> UUID:
    """A bound card of the borrower."""
    person = lender.terms.person
    with scoped(SYSTEM):
        made = BankCard.objects.create(
            ref=uuid4(), institution=lender.bank.code, area12=LOTUS_VILLAGE, household_id=1,
            person=person, number_hash=hash(number) % 2**40, last4=number[-4:], bank="测试银行",
            number_sealed=seal({"number": number}, person=person), number_key=KEY_ID,
            verified_how="counter", bound_by=UUID(int=1), bound_at=NOW,
        )  # fmt: skip
    return made.ref


def order_of(loan: Loan) -> PaymentOrder:
    with scoped(SYSTEM):
        return PaymentOrder.objects.get(loan=loan, kind="draw")


def send(lender: Lender, **said: Any) -> tuple[PaymentFile, bytes]:
    """Make a file and fetch it."""
    asked = {"form": Form.CSV, "encoding": Encoding.UTF8, "key": lender.key(), **said}
    made = send_payments(actor=SYSTEM_ACTOR, institution=lender.bank, now=NOW, **asked)
    return open_payment_file(actor=SYSTEM_ACTOR, institution=lender.bank, ref=made.ref, now=NOW)


def written(path: Path, *rows: tuple[object, ...], encoding: str = "utf-8") -> Path:
    """A CSV file of rows."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


HEADINGS = ("支付编号", "处理结果", "金额", "原因")


def answer(lender: Lender, tmp_path: Path, *rows: tuple[object, ...]) -> ResultReport:
    """What the bank says in a file."""
    path = written(tmp_path / "results.csv", HEADINGS, *rows, encoding="gb18030")
    return book_results(
        actor=SYSTEM_ACTOR, institution=lender.bank, said=list(results_in(path)), now=NOW
    )
