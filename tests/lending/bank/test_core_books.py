"""A bank whose core keeps the book: its nightly file, our figures, and what differs."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import LENDER, signed_in
from tests.lending.bank.hands import written
from tests.lending.loans import nothing_moves
from tests.lending.origination.story import Story, told
from tests.people import NOW, People
from xinnong.accounts.models import Institution
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.core_book import Figures, figures_on
from xinnong.core.errors import Refused
from xinnong.core.loan_book import Book, Late, Open, Payment, live_days
from xinnong.core.loan_plan import plan_of
from xinnong.core.schedule.terms import DayCount, Method, Terms
from xinnong.lending.core_files import core_rows
from xinnong.lending.models import (
    Contract,
    CoreAside,
    CoreBreak,
    CoreFigure,
    CoreFile,
    Loan,
    Offer,
    Standing,
)
from xinnong.lending.services.core_files import explain_core_break, take_core_file
from xinnong.lending.services.end_of_day import end_days
from xinnong.lending.services.repaying import repay

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COLUMNS = (
    "记录类型", "借据号", "合同编号", "日期", "金额", "本金余额", "应收利息", "逾期天数", "五级分类",
)  # fmt: skip
DRAWN = NOW.date()


@pytest.fixture
def story(county: tuple[People, Any], db: None) -> Iterator[Story]:
    with told(*county) as made:
        yield made


@pytest.fixture
def contract(story: Story) -> Contract:
    """In force, of a product whose book the core keeps."""
    made = story.in_force()
    with scoped(SYSTEM):
        Offer.objects.filter(institution=LENDER).update(book_of_record="core")
        return Contract.objects.get(pk=made.pk)


def bank() -> Institution:
    return Institution.objects.select_related("operator").get(code=LENDER)


def take(path: Path, as_of: date) -> CoreFile:
    return take_core_file(actor=SYSTEM_ACTOR, institution=bank(), path=path, as_of=as_of, now=NOW)


def loan_row(under: Contract, number: str = "J1", **said: object) -> tuple[object, ...]:
    row: dict[str, object] = {
        "record": "贷款", "number": number, "contract": under.ref, "on": DRAWN,
        "amount": "30000.00", "principal": "30000.00", "interest": "0", "late": 0, "class": "正常",
    }  # fmt: skip
    return tuple((row | said).values())


def paid(on: date, amount: str, number: str = "J1") -> tuple[object, ...]:
    return ("还款", number, "", on, amount)


def core(tmp_path: Path, *rows: tuple[object, ...]) -> Path:
    return written(tmp_path / f"{uuid4()}.csv", COLUMNS, *rows, encoding="gb18030")


def breaks() -> list[tuple[str, int, int, str]]:
    with scoped(SYSTEM):
        found = CoreBreak.objects.order_by("id")
        return list(found.values_list("kind", "ours", "theirs", "state"))


def test_a_loan_of_the_core_begins_with_its_file_and_nothing_is_ever_posted(
    contract: Contract, tmp_path: Path
) -> None:
    with nothing_booked():
        file = take(core(tmp_path, loan_row(contract, interest="3.33")), DRAWN)
        assert (file.read, file.matched, file.broken, file.aside) == (1, 1, 0, 0)
        with scoped(SYSTEM):
            loan = Loan.objects.get()
            assert (loan.book, loan.principal_minor) == ("core", 3_000_000)
            assert not Standing.objects.exists()
        [report] = end_days(institution=LENDER, through_on=DRAWN, today=DRAWN, clock=lambda: NOW)
        assert (report.loans, report.transfers) == (0, 0)
        with pytest.raises(Refused):
            repay(
                actor=SYSTEM_ACTOR, institution=bank(), loan_ref=loan.ref, amount_minor=1,
                channel="cash", on=DRAWN, now=NOW, key="k",
            )  # fmt: skip
    assert breaks() == []
    again = take(core(tmp_path, loan_row(contract, interest="3.33")), DRAWN)
    assert again.pk == file.pk


def nothing_booked() -> Any:
    from contextlib import contextmanager

    from xinnong.ledger.models import Transfer

    @contextmanager
    def watched() -> Iterator[None]:
        yield
        with scoped(SYSTEM):
            assert not Transfer.objects.exists()

    return watched()


def test_a_break_is_listed_explained_and_goes(contract: Contract, tmp_path: Path) -> None:
    file = take(core(tmp_path, loan_row(contract, principal="29000", interest="3.33")), DRAWN)
    assert (file.matched, file.broken) == (0, 1)
    assert breaks() == [("principal", 3_000_000, 2_900_000, "open")]
    with scoped(SYSTEM):
        found = CoreBreak.objects.get()
    fang_says: dict[str, Any] = {"institution": bank(), "ref": found.ref, "now": NOW}
    for words, code in (("", "core.explanation_missing"), ("改账", "")):
        if code:
            with pytest.raises(Refused) as refused:
                explain_core_break(actor=who(), explanation=words, **fang_says)
            assert refused.value.code == code
        else:
            explain_core_break(actor=who(), explanation=words, **fang_says)
    with pytest.raises(Refused):
        explain_core_break(actor=who(), explanation="再说", **fang_says)
    next_on = DRAWN + timedelta(1)
    take(core(tmp_path, loan_row(contract, principal="28000", interest="6.67")), next_on)
    with scoped(SYSTEM):
        found.refresh_from_db()
    assert (found.state, found.since_on, found.seen_on) == ("explained", DRAWN, next_on)
    assert found.theirs == 2_800_000
    last_on = next_on + timedelta(1)
    take(core(tmp_path, loan_row(contract, interest="10.00")), last_on)
    assert [state for *_rest, state in breaks()] == ["gone"]
    take(core(tmp_path, ("还款", "J9", "", DRAWN, "1")), last_on + timedelta(1))
    assert breaks()[-1][0] == "missing"
    with pytest.raises(Refused) as over:
        take(core(tmp_path, loan_row(contract)), DRAWN)
    assert over.value.code == "core.day_over"


def who() -> Any:
    from xinnong.accounts.models import User

    return User.objects.get(username="fang")


def test_every_row_is_matched_broken_or_put_aside(contract: Contract, tmp_path: Path) -> None:
    path = core(
        tmp_path,
        loan_row(contract, interest="3.33"),
        loan_row(contract, interest="3.33"),
        loan_row(contract, "J2", principal="三万"),
        loan_row(contract, "J3", contract=uuid4()),
        loan_row(contract, "J4", on="昨天"),
        loan_row(contract, "J5", on=DRAWN + timedelta(9)),
        loan_row(contract, "J6", late="-1"),
        loan_row(contract, "J7", **{"class": "好"}),
        loan_row(contract, "", interest="1"),
        ("别的", "J1", "", DRAWN, "1"),
        paid(DRAWN, "0"),
        paid(DRAWN, "1", "nobody"),
        paid(DRAWN - timedelta(1), "1"),
        paid(DRAWN, "0.00001"),
    )
    file = take(path, DRAWN)
    assert (file.read, file.matched, file.broken, file.aside) == (14, 1, 0, 13)
    with scoped(SYSTEM):
        told_of = list(CoreAside.objects.order_by("row").values_list("row", "field", "code"))
    assert [row for row, _f, _c in told_of] == list(range(3, 16))
    assert {code for _r, _f, code in told_of} == {
        "core.unreadable", "core.twice", "core.contract_unknown", "core.day_to_come",
        "core.loan_unknown",
    }  # fmt: skip


def test_a_lender_without_a_core_is_told_so(story: Story, tmp_path: Path) -> None:
    contract = story.in_force()
    with nothing_moves(), pytest.raises(Refused) as refused:
        take(core(tmp_path, loan_row(contract)), DRAWN)
    assert refused.value.code == "core.none_here"


def test_payments_of_the_core_count_once(contract: Contract, tmp_path: Path) -> None:
    take(core(tmp_path, loan_row(contract, interest="3.33")), DRAWN)
    on = DRAWN + timedelta(10)
    row = loan_row(contract, principal="20000", interest="36.45")
    path = core(tmp_path, row, paid(on, "10000.00"))
    file = take(path, on)
    with scoped(SYSTEM):
        figure = CoreFigure.objects.get()
    assert (figure.our_principal_minor, file.read) == (2_000_000, 2)
    later = on + timedelta(1)
    take(core(tmp_path, row, paid(on, "10000.00")), later)
    with scoped(SYSTEM):
        assert CoreFigure.objects.get().our_principal_minor == 2_000_000


def test_the_pages_show_the_cores_figure_and_the_break(
    story: Story, contract: Contract, tmp_path: Path
) -> None:
    fang, lin = signed_in(story.people.fang), signed_in(story.people.lin)
    text = core(tmp_path, loan_row(contract, principal="29000", interest="3.33")).read_bytes()
    upload = {"as_of": DRAWN, "file": SimpleUploadedFile("core.csv", text)}
    page = reverse("lending:core_breaks")
    assert lin.post(page, {"as_of": DRAWN}).status_code == 403
    assert fang.post(page, {"as_of": DRAWN}).status_code == 422
    assert fang.post(page, upload).status_code == 302
    assert "29,000.00" in lin.get(page).content.decode()
    with scoped(SYSTEM):
        found, loan = CoreBreak.objects.get(), Loan.objects.get()
    where = reverse("lending:core_break", args=[found.ref])
    assert lin.post(where, {"explanation": "x"}).status_code == 403
    assert fang.post(where, {"explanation": ""}).status_code == 422
    shown = lin.get(reverse("lending:loan", args=[loan.ref])).content.decode()
    assert "29,000.00" in shown
    assert "本系统算的是 30,000.00" in shown
    assert "登记收款" not in shown
    assert fang.post(where, {"explanation": "核心晚记一天"}).status_code == 302
    assert "核心晚记一天" in lin.get(page).content.decode()
    assert signed_in(story.people.zhao).get(where).status_code == 404


def test_a_large_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    rows = (("还款", f"J{n}", "", DRAWN, "1.00") for n in range(100_000))
    path = written(tmp_path / "large.csv", COLUMNS, *rows)
    tracemalloc.start()
    count = sum(1 for _row in core_rows(path))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, peak < 2_000_000) == (100_000, True)


def slowly(terms: Terms, late: Late, as_of: date) -> Figures:
    """Without payments: interest and lateness added up day by day."""
    plan = plan_of(terms)
    book = Book(plan.stretches, plan.dues, late, terms.day_count, terms.rounding.interest)
    opened: list[Open] = []
    interest, past_due = 0, 0
    for day in live_days(book, [], opened, from_on=terms.disbursed_on, through_on=as_of):
        interest += day.interest_minor + day.penalty_minor + day.compound_minor
        past_due = day.days_past_due
    classes = [(361, 5), (271, 4), (91, 3), (1, 2)]
    asset_class = next((each for days, each in classes if past_due >= days), 1)
    return Figures(terms.principal_minor, interest, past_due, asset_class)


@settings(max_examples=150, deadline=None)
@given(
    principal=st.integers(100_000, 5_000_000), count=st.integers(1, 12),
    method=st.sampled_from([Method.EQUAL_INSTALLMENT, Method.AT_MATURITY, Method.INTEREST_FIRST]),
    days=st.integers(0, 500),
    payments=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 3_000_000)), max_size=4),
)  # fmt: skip
def test_what_is_paid_is_never_owed_and_never_lost(
    principal: int, count: int, method: Method, days: int, payments: list[tuple[int, int]]
) -> None:
    terms = Terms(
        method=method, principal_minor=principal, annual_rate_percent=Decimal("4.1"),
        number_of_repayments=count, disbursed_on=DRAWN, day_count=DayCount.ACTUAL_360,
    )  # fmt: skip
    late = Late(Decimal("4.1"), Decimal("6.15"), plan_of(terms).ends_on, compounds=True)
    as_of = DRAWN + timedelta(days)
    assert figures_on(terms, late, [], as_of) == slowly(terms, late, as_of)
    came = [Payment(DRAWN + timedelta(ahead), amount) for ahead, amount in payments]
    found = figures_on(terms, late, came, as_of)
    counted = sum(each.amount_minor for each in came if each.on <= as_of)
    assert 0 <= found.principal_minor <= principal
    assert principal - found.principal_minor <= counted
    assert figures_on(replace(terms), late, came[::-1], as_of).principal_minor >= 0
