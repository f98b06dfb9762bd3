"""A lender with loans on a database server of its own, for what measures or kills the day's end.

`open_lender` starts the server, migrates and ships the products; `lend` draws loans through the
service, `multiply` copies them by SQL to as many as are wanted, each with its own ledger account.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from xinnong.config import environment, postgres

if TYPE_CHECKING:
    from xinnong.accounts.models import Institution

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
BANK = "BANK-01"
AMOUNT_MINOR = 5_000_000


@contextmanager
def open_lender() -> Iterator[tuple[Institution, postgres.Server]]:
    """A bank that offers every product. Sets Django up as the application; removes the server."""
    folder = environment.open_data_folder() / f"lending-{os.getpid()}"
    os.environ["XINNONG_DATA"] = str(folder)
    os.environ["XINNONG_ROLE"] = "app"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    environment.open_data_folder()
    server = postgres.embedded()
    try:
        with postgres.running(server):
            migrate = [sys.executable, "-m", "xinnong", "migrate"]
            subprocess.run(migrate, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            yield _furnished(), server
    finally:
        postgres.stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _furnished() -> Institution:
    import django

    django.setup()
    from xinnong.accounts import services as accounts
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.services import offer_product, ship_products

    operator = accounts.set_operator(code=BANK, kind="b", name="银行", name_en="Bank")
    bank = accounts.set_institution(
        code=BANK, kind="bank", name="银行", name_en="Bank", operator=operator
    )
    with scoped(SYSTEM):
        for product in ship_products(signers=(UUID(int=1), UUID(int=2)), now=NOW):
            offer_product(
                institution=BANK, product=product, book_of_record="xinnong",
                from_on=date(2020, 1, 1),
            )  # fmt: skip
    return bank


def lend(bank: Institution, count: int, *, on: date, months: int = 12) -> list[UUID]:
    """Draw so many loans: every day count, four methods, due monthly or at the end.

    They run for `months` to less than twice as long.
    """
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.core.money import percent
    from xinnong.core.schedule.terms import DayCount, Method
    from xinnong.lending.loan_terms import LoanTerms
    from xinnong.lending.may_draw import register_draw_gate
    from xinnong.lending.models import PublishedProduct
    from xinnong.lending.services import draw

    register_draw_gate(lambda _asked: None)
    product = PublishedProduct.objects.get(code="inclusive")
    methods = (
        Method.EQUAL_INSTALLMENT, Method.EQUAL_PRINCIPAL, Method.INTEREST_FIRST,
        Method.AT_MATURITY,
    )  # fmt: skip
    counts = tuple(DayCount)
    drawn = []
    for number in range(count):
        terms = LoanTerms(
            institution=bank, contract_ref=uuid4(), product=product, person=uuid4(),
            area12="339981101201", household_id=None, limit_minor=AMOUNT_MINOR,
            rate_percent=percent("4.1"), late_rate_percent=percent("6.15"),
            method=methods[number % 4], day_count=counts[number % 5],
            number_of_repayments=months + number % months,
        )  # fmt: skip
        amount = AMOUNT_MINOR - 100 * (number % 997)
        drawn.append(
            draw(
                actor=SYSTEM_ACTOR, terms=terms, amount_minor=amount, on=on, now=NOW,
                key=f"draw-{on}-{number}",
            )
        )  # fmt: skip
    return drawn


COPY = (
    """
CREATE TEMP TABLE copied ON COMMIT DROP AS
SELECT l.id AS source, gen_random_uuid() AS new_ref,
       (SELECT max(id) FROM lending_loan) + row_number() OVER (ORDER BY g.n, l.id) AS new_id
FROM lending_loan AS l CROSS JOIN generate_series(1, %(times)s) AS g(n)
""",
    """
INSERT INTO lending_loan OVERRIDING SYSTEM VALUE
SELECT (r).* FROM (
    SELECT jsonb_populate_record(l, jsonb_build_object('id', c.new_id, 'ref', c.new_ref)) AS r
    FROM copied AS c JOIN lending_loan AS l ON l.id = c.source) AS rows
""",
    """
INSERT INTO ledger_account (institution_id, ref, kind, product, holder, object_ref, normal,
    no_negative_balance, debits_must_not_exceed_credits, posted_debits_minor, posted_credits_minor,
    pending_debits_minor, pending_credits_minor, opened_at)
SELECT a.institution_id, gen_random_uuid(), a.kind, a.product, a.holder, c.new_ref, a.normal,
    a.no_negative_balance, a.debits_must_not_exceed_credits, a.posted_debits_minor,
    a.posted_credits_minor, 0, 0, a.opened_at
FROM copied AS c JOIN lending_loan AS l ON l.id = c.source
JOIN ledger_account AS a ON a.object_ref = l.ref AND a.kind = '130301'
""",
)
OF_LOAN = ("loandue", "loanstretch", "opendue", "standing")


def multiply(times: int) -> None:
    """Copy every loan so many times more, with its schedule, standing and account."""
    from django.db import connection

    from xinnong.accounts.scope import SYSTEM, scoped

    if times <= 0:
        return
    with scoped(SYSTEM), connection.cursor() as cursor:
        for statement in COPY:
            cursor.execute(statement, {"times": times} if "%(" in statement else None)
        for name in OF_LOAN:
            cursor.execute(
                "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
                " WHERE table_name = %s AND column_name NOT IN ('id', 'loan_id')",
                [f"lending_{name}"],
            )
            [columns] = cursor.fetchone() or [""]
            cursor.execute(
                f"INSERT INTO lending_{name} (loan_id, {columns})"
                f" SELECT c.new_id, {columns} FROM copied AS c JOIN lending_{name} AS t"
                " ON t.loan_id = c.source"
            )


def as_administrator(server: postgres.Server, statement: str) -> None:
    """One statement that only the administrator may give, such as VACUUM."""
    import psycopg

    address = server.url(postgres.ADMINISTRATOR, "xinnong")
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute(statement.encode())
