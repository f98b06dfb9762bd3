"""A bank's statement comes in: each line once, repayments where they belong, the rest waits."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lending.bank.hands import NAME, answer, card, order_of, send, written
from tests.lending.loans import Lender, loan_of, nothing_moves, owed_now, unbalanced
from tests.people import NOW
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.accounts.services import set_user
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.errors import Refused
from xinnong.core.payments import number_of, rows_in
from xinnong.core.statement_matching import (
    Claim,
    Credit,
    Match,
    Matcher,
    Rule,
    contracts_named,
)
from xinnong.lending.models import LoanProposal, PaymentOrder, StatementLine
from xinnong.lending.queries.loans import dues_in_force
from xinnong.lending.services import undo_repayment
from xinnong.lending.services.loan_refusals import ProposalOpen
from xinnong.lending.services.statement_lines import (
    assign_line,
    book_bank_fee,
    confirm_line,
    reject_line,
    send_line_back,
    unbook_line,
)
from xinnong.lending.services.statements import StatementReport, take_statement
from xinnong.lending.statement_files import statement_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COLUMNS = ("交易日期", "流水号", "收入", "支出", "余额", "对方户名", "对方账号", "附言")
DUE = date(2026, 4, 1)


def file_of(tmp_path: Path, *lines: tuple[object, ...], opening: str = "1000.00") -> Path:
    """A statement under a title, its balances running on from an opening one."""
    balance, rows = round(float(opening) * 100), []
    for on, mark, amount, name, account, words in lines:
        minor = round(float(str(amount)) * 100)
        balance += minor
        came, went = (f"{minor / 100:.2f}", "") if minor > 0 else ("", f"{-minor / 100:.2f}")
        rows.append((on, mark, came, went, f"{balance / 100:,.2f}", name, account, words))
    return written(tmp_path / f"{uuid4()}.csv", ("账户明细",), COLUMNS, *rows, encoding="gb18030")


def take(lender: Lender, path: Path) -> StatementReport:
    return take_statement(
        actor=SYSTEM_ACTOR, institution=lender.bank, account="", said=statement_in(path), now=NOW
    )


def lines(state: str) -> list[StatementLine]:
    with scoped(SYSTEM):
        return list(StatementLine.objects.filter(state=state).select_related("loan").order_by("id"))


@pytest.fixture
def fang(lender: Lender) -> User:
    return lender.people.fang


@pytest.fixture
def tang(lender: Lender) -> User:
    """A second accountant."""
    return set_user(
        username="peng", name="彭会计", roles=["accountant"], institution=lender.bank, areas=[],
        password=None, now=NOW,
    )  # fmt: skip


def said(lender: Lender, actor: User, line: StatementLine) -> dict[str, Any]:
    return {"actor": actor, "institution": lender.bank, "line": line.ref, "now": NOW}


def test_a_credit_is_recognised_by_number_contract_and_name_and_the_rest_waits(
    lender: Lender, tmp_path: Path
) -> None:
    loans = [
        lender.draw(1_000_000, contract_ref=UUID(int=0xC1 + n), number_of_repayments=12)
        for n in range(3)
    ]
    lender.end(date(2026, 3, 31))
    with scoped(SYSTEM):
        due = dues_in_force(loans[0])[0]
    owed = (due.principal_minor + due.interest_minor) / 100
    path = file_of(
        tmp_path,
        (DUE, "a1", owed, "某人", "6222", f"还款{number_of('L', loans[0].pk)}"),
        (DUE, "a2", owed, "某人", "6222", f"合同 {loans[1].contract_ref} 四月"),
        (DUE, "a3", owed, "李四", "6222", "还款"),
        (DUE, "a4", owed, NAME, "6222", "还款"),
        (DUE, "a5", "12.34", NAME, "6222", "不知道是什么"),
        (DUE, "a6", "-5.00", "", "", "手续费"),
    )
    report = take(lender, path)
    # two of Wang's three loans were paid in the same file, but all three owed the same when it came
    assert (report.read, report.new, report.booked, report.waiting) == (6, 6, 2, 4)
    assert report.difference_minor == 0
    assert [line.rule for line in lines("booked")] == ["number", "contract"]
    assert owed_now(loans[0]) == owed_now(loans[1]) == {}
    assert owed_now(loans[2]) != {}
    assert lender.balance("224190") == 100_000 + round(owed * 200) + 1_234
    assert lender.balance("122190") == 500
    assert lender.balance("101201") == -3_000_000
    assert unbalanced() == 0
    with nothing_moves():
        again = take(lender, path)
    assert (again.read, again.repeated, again.new) == (6, 6, 0)


def test_one_name_with_one_debt_of_that_sum_is_enough(lender: Lender, tmp_path: Path) -> None:
    loan = lender.draw(1_000_000)
    lender.end(date(2026, 3, 31))
    with scoped(SYSTEM):
        due = dues_in_force(loan)[0]
    owed = (due.principal_minor + due.interest_minor) / 100
    take(lender, file_of(tmp_path, (DUE, "b", owed, NAME, "6222", "")))
    [line] = lines("booked")
    assert (line.rule, line.loan, owed_now(loan)) == ("name_amount", loan, {})


def test_a_longer_file_brings_only_its_new_lines(lender: Lender, tmp_path: Path) -> None:
    lender.draw(1_000_000)
    first = (DRAWN_ON, "", "10.00", "甲", "1", "x")
    take(lender, file_of(tmp_path, first))
    longer = take(lender, file_of(tmp_path, first, (DRAWN_ON, "", "10.00", "甲", "1", "x")))
    assert (longer.read, longer.repeated, longer.new) == (2, 1, 1)
    assert longer.difference_minor == 0
    assert lender.balance("100201") == 102_000


DRAWN_ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.csv", "", "bank_file.empty"),
        ("a.csv", "交易日期,收入,支出,余额\n", "bank_file.empty"),
        ("a.csv", "日子,钱\n1,2\n", "bank_file.heading"),
        ("a.csv", "交易日期,收入,支出,余额\n昨天,1,,1\n", "bank_file.value"),
        ("a.csv", "交易日期,收入,支出,余额\n2026-03-01,一块,,1\n", "bank_file.value"),
        ("a.csv", "交易日期,金额,借贷标志,余额\n2026-03-01,1,甲,1\n", "bank_file.value"),
        ("a.csv", "交易日期,收入,支出,余额\n20260301,1,,1\n20260301,1,,3\n", "statement.balance"),
        ("a.csv", "交易日期,收入,支出,余额\n20260401,1,,1\n", "statement.to_come"),
        ("a.xlsx", "PK\x03\x04 no workbook", "bank_file.unreadable"),
        ("a.jsonl", '{"date": "2026-03-01"', "bank_file.unreadable"),
        ("a.jsonl", '{"date": "2026-03-01", "amount": [1], "balance": "1"}', "bank_file.value"),
    ],
)
def test_what_is_no_statement_is_refused_whole(
    lender: Lender, tmp_path: Path, name: str, text: str, code: str
) -> None:
    lender.draw(1_000_000)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with nothing_moves(), pytest.raises(Refused) as refused:
        take(lender, path)
    assert refused.value.code == code
    if code in {"bank_file.value", "statement.balance"}:
        assert refused.value.params["row"] in {1, 2, 3}


def test_the_banks_own_number_with_other_words_is_refused(lender: Lender, tmp_path: Path) -> None:
    lender.draw(1_000_000)
    take(lender, file_of(tmp_path, (DRAWN_ON, "n1", "10.00", "甲", "1", "x")))
    with nothing_moves(), pytest.raises(Refused) as refused:
        take(lender, file_of(tmp_path, (DRAWN_ON, "n1", "11.00", "甲", "1", "x")))
    assert refused.value.code == "statement.line_differs"


def test_the_newest_line_may_come_first(lender: Lender, tmp_path: Path) -> None:
    lender.draw(1_000_000)
    path = written(
        tmp_path / "down.csv", ("date", "amount", "balance"), ("2026/3/1", "-2", "11"),
        ("2026/3/1", "3", "13"), ("2026/3/1", "10", "10"),
    )  # fmt: skip
    report = take(lender, path)
    assert (report.new, report.difference_minor) == (3, 0)
    assert lender.balance("100201") == 1_100


def test_a_statement_ends_payments_and_sees_them_come_back(lender: Lender, tmp_path: Path) -> None:
    loan = lender.draw(1_000_000, payee=card(lender))
    send(lender)
    number = order_of(loan).number
    report = take(
        lender, file_of(tmp_path, (DRAWN_ON, "p1", "-10000", NAME, "1", number), opening="20000"),
    )  # fmt: skip
    assert (report.payments, report.difference_minor) == (1, 0)
    assert (order_of(loan).state, lender.balance("101201")) == ("done", 0)
    with nothing_moves():
        assert answer(lender, tmp_path, (number, "成功", "10000", "")).repeated == 1
    back = take(
        lender, file_of(tmp_path, (DRAWN_ON, "p2", "10000", "", "", f"退汇 {number}"),
                        opening="10000"),
    )  # fmt: skip
    assert (back.payments, back.difference_minor) == (1, 0)
    assert (order_of(loan).state, loan_of(loan.ref).state) == ("returned", "unpaid")


def test_small_money_is_assigned_by_one_and_large_by_two(
    lender: Lender, tmp_path: Path, fang: User, tang: User
) -> None:
    loan = lender.draw()
    lender.end(date(2026, 3, 31))
    take(
        lender,
        file_of(
            tmp_path, (DUE, "1", "100.00", "甲", "1", "x"), (DUE, "2", "60000.00", "甲", "1", "x")
        ),
    )
    small, large = lines("waiting")
    number = number_of("L", loan.pk)
    with nothing_moves(), pytest.raises(Refused) as refused:
        assign_line(**said(lender, fang, small), loan_number="L0000000000017")
    assert refused.value.code == "statement.loan_number_unknown"
    assert assign_line(**said(lender, fang, small), loan_number=number).state == "booked"
    assert assign_line(**said(lender, fang, large), loan_number=number).state == "proposed"
    with nothing_moves(), pytest.raises(Refused) as own:
        confirm_line(**said(lender, fang, large))
    assert own.value.code == "statement.second_needed"
    assert reject_line(**said(lender, tang, large)).state == "waiting"
    assign_line(**said(lender, fang, large), loan_number=number)
    assert confirm_line(**said(lender, tang, large)).state == "booked"
    assert lender.balance("224190") == 100_000
    for deed in (confirm_line, reject_line, send_line_back, book_bank_fee):
        with nothing_moves(), pytest.raises(Refused) as over:
            deed(**said(lender, tang, large))
        assert over.value.code == "statement.line_not_waiting"
    assert unbalanced() == 0


def test_money_on_the_wrong_loan_is_taken_off_and_counts_on_the_right_one(
    lender: Lender, tmp_path: Path, fang: User
) -> None:
    wrong, right = (lender.draw(1_000_000, contract_ref=UUID(int=n)) for n in (0xA1, 0xA2))
    lender.end(date(2026, 4, 5))
    take(lender, file_of(tmp_path, (DUE, "1", "500.00", "甲", "1", number_of("L", wrong.pk))))
    [line] = lines("booked")
    before = owed_now(right)
    with nothing_moves():
        assert unbook_line(**said(lender, fang, line)).state == "booked"
    with pytest.raises(ProposalOpen):
        unbook_line(**said(lender, fang, line))
    with scoped(SYSTEM):
        proposal = LoanProposal.objects.get(loan=wrong)
    asked: dict[str, Any] = {
        "loan_ref": wrong.ref,
        "proposal_ref": proposal.ref,
        "on": date(2026, 4, 6),
    }
    lender.people.chen.second_factor_passed = True
    undo_repayment(
        actor=lender.people.chen, institution=lender.bank, now=NOW, key=lender.key(), **asked
    )
    [line] = lines("waiting")
    assert lender.balance("224190") == 150_000
    assign_line(**said(lender, fang, line), loan_number=number_of("L", right.pk))
    assert lender.balance("224190") == 100_000
    assert owed_now(right) != before
    assert unbalanced() == 0


def test_money_is_sent_back_to_whoever_sent_it_and_waits_again_when_that_fails(
    lender: Lender, tmp_path: Path, fang: User
) -> None:
    lender.draw(1_000_000)
    take(
        lender,
        file_of(
            tmp_path, (DRAWN_ON, "1", "30.00", "丙", "622200001", "x"),
            (DRAWN_ON, "2", "40.00", "", "", "x"), (DRAWN_ON, "3", "-2.00", "", "", "工本费"),
        ),
    )  # fmt: skip
    line, nameless, fee = lines("waiting")
    with nothing_moves(), pytest.raises(Refused) as refused:
        send_line_back(**said(lender, fang, nameless))
    assert refused.value.code == "statement.payer_unknown"
    assert book_bank_fee(**said(lender, fang, fee)).state == "fee"
    assert (lender.balance("642101"), lender.balance("122190")) == (200, 0)
    assert send_line_back(**said(lender, fang, line)).state == "sent_back"
    _made, data = send(lender)
    assert "622200001" in data.decode()
    with scoped(SYSTEM):
        order = PaymentOrder.objects.get(kind="return")
    answer(lender, tmp_path, (order.number, "失败", "30", "销户"))
    assert [each.ref for each in lines("waiting")] == [line.ref, nameless.ref]
    assert lender.balance("224190") == 100_000 + 3_000 + 4_000
    assert unbalanced() == 0


def test_money_that_came_too_early_pays_what_falls_due(lender: Lender, tmp_path: Path) -> None:
    loan = lender.draw(1_000_000)
    number = number_of("L", loan.pk)
    take(lender, file_of(tmp_path, (DRAWN_ON, "1", "900.00", "甲", "1", number)))
    assert lender.balance("224101") == 90_000
    lender.end(date(2026, 3, 31))
    take(lender, file_of(tmp_path, (DUE, "2", "1.00", "甲", "1", "x"), opening="1900"))
    assert owed_now(loan) == {}
    assert 0 < lender.balance("224101") < 90_000


def by_looking_at_every_loan(credit: Credit, claims: list[Claim]) -> Match | None:
    """The rules said slowly."""
    open_ones = {claim.loan for claim in claims if claim.is_open}
    virtual = "L" + "".join(c for c in credit.virtual if c.isdigit())[-13:]
    for rule, rows in (
        (Rule.VIRTUAL, rows_in("L", virtual)), (Rule.NUMBER, rows_in("L", credit.words)),
    ):  # fmt: skip
        if len(rows) == 1:
            return Match(rule, rows[0] if rows[0] in open_ones else None)
        if rows:
            return Match(rule, None)
    named = contracts_named(credit.words)
    if named:
        found = [c.loan for c in claims if c.is_open and c.contract in named]
        return Match(Rule.CONTRACT, found[0] if len(found) == 1 else None)
    found = [
        c.loan for c in claims
        if c.is_open and c.borrower and c.borrower == credit.payer.strip()
        and c.due_minor == credit.amount_minor > 0
    ]  # fmt: skip
    return Match(Rule.NAME_AMOUNT, found[0] if len(found) == 1 else None) if found else None


claims_made = st.lists(
    st.builds(
        Claim, loan=st.integers(1, 6),
        contract=st.sampled_from([UUID(int=n).hex for n in range(1, 4)]),
        borrower=st.sampled_from(["甲", "乙", ""]), due_minor=st.integers(0, 3),
        is_open=st.booleans(),
    ),
    max_size=6, unique_by=lambda claim: claim.loan,
)  # fmt: skip
texts = st.lists(
    st.sampled_from(
        [number_of("L", n) for n in (1, 2, 9)] + [str(UUID(int=n)) for n in (1, 2, 9)] + ["还款"]
    ),
    max_size=2,
).map(" ".join)
credits_made = st.builds(
    Credit, amount_minor=st.integers(1, 3), payer=st.sampled_from(["甲", " 乙", ""]), words=texts,
    virtual=st.sampled_from(["", "8888" + number_of("L", 1)[1:], "8888", number_of("L", 9)]),
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(credit=credits_made, claims=claims_made)
def test_the_matcher_agrees_with_looking_at_every_loan(credit: Credit, claims: list[Claim]) -> None:
    assert Matcher(claims).match(credit) == by_looking_at_every_loan(credit, claims)
