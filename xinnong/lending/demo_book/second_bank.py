"""A few loans of the second bank, which its own core keeps: agreed here, told by the core's file.

So the demo shows that neither bank sees the other's customers, applications or loans.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinnong.accounts.models import Institution, User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.core_book import figures_on
from xinnong.core.errors import Refused
from xinnong.core.loan_book import Late, Payment
from xinnong.core.loan_plan import plan_of
from xinnong.core.money import yuan
from xinnong.lending.demo_book.borrowing import Staff, agree, at, borrowers
from xinnong.lending.demo_book.plan import SECOND, Tale, second_tales
from xinnong.lending.models import BookOfRecord, Contract, CoreFile, Offer
from xinnong.lending.services.contract_draws import loan_terms_of
from xinnong.lending.services.core_files import take_core_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from uuid import UUID

    from xinnong.registry.models import Person

OFFICER: Final = "officer.two"
COLUMNS: Final = (
    "记录类型", "借据号", "合同编号", "日期", "金额", "本金余额", "应收利息", "逾期天数", "五级分类",
)  # fmt: skip
ASTRAY_MINOR: Final = 1_234
"""So much less interest the core tells of the first loan: one difference to look into."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A tale with its signed contract."""

    tale: Tale
    contract: Contract


def lend_at_second_bank(*, run: int, last_on: date, but: UUID | None) -> int:
    """Have the second bank's officer agree on loans and its core tell of them; answers how many.

    None where its core has told of loans before. Cut off, it goes on where it stopped.
    """
    officer = User.objects.filter(username=OFFICER, institution__code=SECOND).first()
    with scoped(SYSTEM):
        offer = _offer()
        is_done = CoreFile.objects.filter(institution=SECOND).exists()
    if officer is None or offer is None or is_done:
        return 0
    told = second_tales(last_on=last_on)
    people = borrowers(told, run=run, known=0, but=but, lender=SECOND)
    agreed = list(_agreed(Staff(officer, officer), told, people, offer))
    if agreed:
        _tell(agreed, last_on)
    return len(agreed)


def _offer() -> Offer | None:
    offers = Offer.objects.filter(
        institution=SECOND, until_on=None, product__code="inclusive",
        book_of_record=BookOfRecord.CORE,
    )  # fmt: skip
    return offers.select_related("product").first()


def _agreed(
    staff: Staff, told: Sequence[Tale], people: dict[int, Person], offer: Offer
) -> Iterator[Agreed]:
    for tale in told:
        if tale.number not in people:
            continue
        try:
            yield Agreed(tale, agree(staff, tale, people[tale.number], offer))
        except Refused:
            continue


def _tell(agreed: Sequence[Agreed], on: date) -> None:
    """The core's file of the book's last day: every loan, and what was paid for it."""
    rows: list[tuple[object, ...]] = []
    for place, each in enumerate(agreed):
        rows += _rows(each, f"J{place + 1:03}", on, astray=0 if place else ASTRAY_MINOR)
    with scoped(SYSTEM):
        bank = Institution.objects.select_related("operator").get(code=SECOND)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "core.csv"
        with path.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([COLUMNS, *rows])
        take_core_file(
            actor=SYSTEM_ACTOR, institution=bank, path=path, as_of=on, now=at(on, 23)
        )  # fmt: skip


def _rows(each: Agreed, number: str, on: date, *, astray: int) -> Iterator[tuple[object, ...]]:
    tale = each.tale
    with scoped(SYSTEM):
        terms = loan_terms_of(each.contract, on=tale.drawn_on)
    schedule = terms.schedule(tale.amount_minor, tale.drawn_on)
    plan = plan_of(schedule)
    stops = tale.stops_on or on
    paid = [
        Payment(due.on, due.principal_minor + due.interest_minor)
        for due in plan.dues
        if due.on <= min(on, stops)
    ]
    late = Late(
        terms.rate_percent, terms.late_rate_percent, plan.ends_on, terms.compounds,
        terms.principal_first_after_days,
    )  # fmt: skip
    found = figures_on(schedule, late, paid, on)
    yield (
        "贷款", number, each.contract.ref, tale.drawn_on, yuan(tale.amount_minor),
        yuan(found.principal_minor), yuan(max(0, found.interest_minor - astray)),
        found.days_past_due, found.asset_class,
    )  # fmt: skip
    for payment in paid:
        yield "还款", number, "", payment.on, yuan(payment.amount_minor)
