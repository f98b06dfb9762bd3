"""Balances, statements, trial balance, assertions, periods: figures that agree with each other."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ledger.books import DAY, Books, nothing_moves, undone
from tests.people import NOW
from xinnong.audit.models import Entry
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.ledger_refusals import AccountUnknown, PeriodClosed
from xinnong.ledger.models import Account, Assertion, ClosingBalance, CoreCode, Period, Transfer
from xinnong.ledger.queries import (
    StatementLine,
    assertions_page,
    balance_at,
    balances_now,
    closed_through,
    core_code,
    core_codes,
    journal_of,
    ledgers_of,
    open_breaks,
    reversal_of,
    statement,
    trial_balance,
)
from xinnong.ledger.services import (
    BalancesDiffer,
    BreaksOpen,
    ExplanationMissing,
    NoBreak,
    PeriodNotOver,
    PeriodOutOfOrder,
    assert_balance,
    close_period,
    explain_break,
    resum_balances,
    reverse_journal,
)

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 5), date(2026, 11, 5), date(2026, 12, 5)
NEW_YEAR = datetime(2027, 1, 2, 1, tzinfo=UTC)


def three_months(books: Books) -> None:
    books.post(books.move("bank", "capital", 1_000), on=OCTOBER)
    books.post(books.move("loan", "bank", 600), on=date(2026, 10, 31))
    books.post(books.move("interest", "income", 20), on=NOVEMBER)
    books.post(books.move("bank", "interest", 20), books.move("bank", "loan", 100), on=DECEMBER)


def close(books: Books, month: date, *, now: datetime = NEW_YEAR, key: str = "") -> Period:
    return close_period(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key or f"close-{month}",
        month=month,
        now=now,
    )


def say(books: Books, name: str, expected: int, *, on: date = NOVEMBER, key: str = "") -> Assertion:
    return assert_balance(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key or f"say-{name}-{expected}-{on}",
        account=books.number(name),
        source=Assertion.Source.BANK_STATEMENT,
        business_on=on,
        expected_minor=expected,
        now=NOW,
        reference="statement 11",
    )


def test_it_balances_at_every_date(books: Books) -> None:
    three_months(books)
    bank = books.accounts["bank"]
    days = [OCTOBER - timedelta(days=1), OCTOBER, NOVEMBER, DECEMBER]
    assert [balance_at(bank, on=day) for day in days] == [0, 1_000, 400, 520]
    assert balance_at(books.accounts["income"], on=DECEMBER) == 20


def test_it_shows_the_trial_balance(books: Books) -> None:
    three_months(books)
    found = trial_balance(books.bank, on=DECEMBER)
    shown = [
        (row.kind.code, row.product, row.debit_balance_minor, row.credit_balance_minor)
        for row in found.rows
    ]
    assert shown == [
        ("100201", "", 520, 0),
        ("113201", "puhui", 0, 0),
        ("130301", "puhui", 500, 0),
        ("400101", "", 0, 1_000),
        ("601101", "puhui", 0, 20),
    ]
    assert (found.debits_minor, found.credits_minor, found.difference_minor) == (1_020, 1_020, 0)


def test_it_pages_a_statement_with_its_running_balance(books: Books) -> None:
    three_months(books)
    bank = books.accounts["bank"]
    first = statement(bank, from_on=OCTOBER, until=DECEMBER, limit=3)
    assert [line.balance_minor for line in first.lines] == [1_000, 400, 420]
    assert first.more is not None
    second = statement(bank, from_on=OCTOBER, until=DECEMBER, after=first.more, limit=3)
    assert (second.opening_minor, [line.balance_minor for line in second.lines]) == (420, [520])
    assert second.more is None
    later = statement(bank, from_on=NOVEMBER, until=DECEMBER)
    assert (later.opening_minor, later.closing_minor) == (400, 520)


def test_it_leaves_reservations_out_of_statements(books: Books) -> None:
    books.post(books.move("bank", "wallet", 100))
    books.post(books.move("wallet", "bank", 70, pending=True))
    wallet = books.accounts["wallet"]
    assert len(statement(wallet, from_on=DAY, until=DAY).lines) == 1
    assert balances_now(wallet) == (100, 70)


def test_it_closes_a_month_and_keeps_every_figure(books: Books) -> None:
    three_months(books)
    before = trial_balance(books.bank, on=DECEMBER)
    period = close(books, OCTOBER)
    assert close(books, OCTOBER).pk == period.pk
    assert (period.transfers, len(period.checksum)) == (2, 64)
    close(books, NOVEMBER)
    assert trial_balance(books.bank, on=DECEMBER) == before
    assert closed_through(books.bank) == date(2026, 11, 30)
    assert Period.objects.filter(closed_at__isnull=True).get().first_on == date(2026, 12, 1)
    assert ClosingBalance.objects.count() == 3 + 5
    bank = books.accounts["bank"]
    assert balance_at(bank, on=date(2026, 10, 31)) == 400
    last_day = statement(bank, from_on=date(2026, 10, 31), until=DECEMBER)
    assert (last_day.opening_minor, last_day.closing_minor) == (1_000, 520)
    with nothing_moves(), pytest.raises(PeriodClosed):
        books.post(books.move("bank", "capital", 1), on=OCTOBER)


def test_it_closes_months_in_order_and_only_when_over(books: Books) -> None:
    three_months(books)
    with pytest.raises(PeriodNotOver):
        close(books, DECEMBER, now=datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    close(books, OCTOBER)
    with pytest.raises(PeriodOutOfOrder):
        close(books, DECEMBER)
    with pytest.raises(PeriodOutOfOrder):
        close(books, OCTOBER, key="another key")
    assert Period.objects.filter(closed_at__isnull=False).count() == 1


def test_it_keeps_a_month_with_a_break_open(books: Books) -> None:
    three_months(books)
    say(books, "bank", 400)
    said = say(books, "bank", 390, on=date(2026, 11, 30))
    assert (said.difference_minor, len(open_breaks(books.bank, until=DECEMBER))) == (-10, 1)
    close(books, OCTOBER)
    with pytest.raises(BreaksOpen) as refused:
        close(books, NOVEMBER)
    assert refused.value.params == {"count": 1}
    explain(books, said, "手续费未到账")
    close(books, NOVEMBER)
    assert [one.is_open for one in assertions_page(books.bank)] == [False, False]


def explain(books: Books, said: Assertion, why: str, key: str = "why") -> None:
    explain_break(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key=key,
        assertion=said.ref,
        explanation=why,
        now=NOW,
    )


def test_a_break_ends_with_the_posting_that_was_missing(books: Books) -> None:
    three_months(books)
    say(books, "bank", 450)
    books.post(books.move("bank", "wallet", 50), on=NOVEMBER)
    assert open_breaks(books.bank, until=DECEMBER) == []


def test_it_explains_a_break_once_and_in_words(books: Books) -> None:
    said = say(books, "bank", 1)
    with pytest.raises(ExplanationMissing):
        explain(books, said, "  ")
    explain(books, said, "现金在途")
    explain(books, said, "现金在途")
    with pytest.raises(NoBreak):
        explain(books, said, "别的原因", key="second")
    assert Assertion.objects.get().explanation == "现金在途"


def test_it_asserts_only_about_own_accounts(books: Books) -> None:
    with pytest.raises(AccountUnknown):
        assert_balance(
            institution=books.bank,
            actor=SYSTEM_ACTOR,
            key="k",
            account=10**9,
            source=Assertion.Source.CASH_COUNT,
            business_on=DAY,
            expected_minor=1,
            now=NOW,
        )
    assert Assertion.objects.count() == 0


def test_it_sums_again_and_finds_nothing(books: Books) -> None:
    three_months(books)
    books.post(books.move("bank", "wallet", 70, pending=True))
    found = resum_balances(institution=books.bank, actor=SYSTEM_ACTOR, now=NOW)
    assert (found.accounts, found.differences, found.astray, found.holds) == (3, (), 0, True)
    counts = Entry.objects.get(action="ledger.resum").counts
    assert counts == {"accounts": 3, "differences": 0, "astray": 0}


def test_it_names_a_balance_that_was_meddled_with_and_repairs_nothing(books: Books) -> None:
    three_months(books)
    Account.objects.filter(pk=books.number("loan")).update(posted_debits_minor=9_999)
    found = resum_balances(institution=books.bank, actor=SYSTEM_ACTOR, now=NOW)
    [difference] = found.differences
    assert difference.account == books.number("loan")
    assert (difference.kept["posted_debits_minor"], difference.summed["posted_debits_minor"]) == (
        9_999,
        600,
    )
    assert books.balance("loan") == 9_999 - 100
    with pytest.raises(BalancesDiffer):
        close(books, OCTOBER)


def test_it_shows_a_journal_and_what_reversed_it(books: Books) -> None:
    posted = books.post(books.move("bank", "capital", 5), books.move("bank", "capital", 6))
    found = journal_of(books.bank, posted.ref)
    assert found is not None
    assert [t.amount_minor for t in found.transfers.all()] == [5, 6]
    assert reversal_of(found) is None
    back = reverse_journal(
        institution=books.bank,
        actor=SYSTEM_ACTOR,
        key="back",
        business_on=DAY,
        now=NOW,
        reason="wrong",
        journal=posted.id,
    )
    undoing = reversal_of(found)
    assert undoing is not None
    assert undoing.pk == back.id


def test_it_maps_kinds_to_the_banks_own_core(books: Books) -> None:
    CoreCode.objects.create(institution=books.bank, kind="130301", core_code="13010")
    CoreCode.objects.create(
        institution=books.bank, kind="130301", product="puhui", core_code="13011"
    )
    codes = core_codes(books.bank)
    loan = books.accounts["loan"].chart_kind
    shown = [core_code(codes, loan, product) for product in ("puhui", "chanye")]
    assert [*shown, core_code({}, loan, "puhui")] == ["13011", "13010", "1303"]


def test_it_opens_a_banks_books_to_the_bank_alone(books: Books) -> None:
    people = books.people
    assert [i.code for i in ledgers_of(people.fang)][:1] == ["BANK-01"]
    assert [i.code for i in ledgers_of(people.zhao)] == ["BANK-02"]
    assert ledgers_of(people.zheng) == ledgers_of(people.mo) == []


def test_not_even_the_owner_changes_what_was_posted(as_owner: psycopg.Connection) -> None:
    for table in ("ledger_journal", "ledger_transfer", "ledger_closingbalance"):
        for change in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(psycopg.DatabaseError, match="never changed"):
                as_owner.execute(change.encode())


moves = st.tuples(
    st.sampled_from(["bank", "interest", "income", "capital"]),
    st.sampled_from(["bank", "interest", "income", "capital"]),
    st.integers(1, 1000),
    st.integers(0, 100),
).filter(lambda move: move[0] != move[1])


@pytest.mark.slow
@given(posted=st.lists(moves, max_size=12), closed=st.sampled_from([[], [10], [10, 11]]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_figure_is_the_sum_of_its_transfers(
    books: Books, posted: list[tuple[str, str, int, int]], closed: list[int]
) -> None:
    """Against the plain sum in Python, with months closed or not."""
    with undone():
        start = date(2026, 10, 1)
        for debit, credit, amount, day in posted:
            books.post(books.move(debit, credit, amount), on=start + timedelta(days=day))
        for month in closed:
            close(books, date(2026, month, 1))
        transfers = list(Transfer.objects.order_by("business_on", "id"))
        for name in ("bank", "interest", "income", "capital"):
            account = books.accounts[name]
            sign = 1 if account.normal == "d" else -1
            signed = [
                (t.business_on, sign * t.amount_minor * (1 if t.debit_id == account.pk else -1))
                for t in transfers
                if account.pk in (t.debit_id, t.credit_id)
            ]
            for day in (0, 30, 31, 60, 61, 100):
                on = start + timedelta(days=day)
                upto = [amount for when, amount in signed if when <= on]
                assert balance_at(account, on=on) == sum(upto)
            lines: list[StatementLine] = []
            page = statement(account, from_on=start, until=start + timedelta(days=99), limit=2)
            lines += page.lines
            while page.more:
                page = statement(
                    account,
                    from_on=start,
                    until=start + timedelta(days=99),
                    after=page.more,
                    limit=2,
                )
                lines += page.lines
            shown = [amount for when, amount in signed if when <= start + timedelta(days=99)]
            assert [line.balance_minor for line in lines] == [
                sum(shown[: n + 1]) for n in range(len(shown))
            ]
        assert trial_balance(books.bank, on=start + timedelta(days=100)).difference_minor == 0
