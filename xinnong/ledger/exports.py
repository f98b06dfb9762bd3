"""The books as files: CSV and XLSX tables, and Beancount text that another program can check.

Amounts are yuan with two decimals. A text that a spreadsheet would take for a formula gets an
apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

import xlsxwriter

from xinnong.accounts.models import Institution
from xinnong.core.money import yuan
from xinnong.ledger.chart import Nature, kind_of
from xinnong.ledger.models import Account, Transfer
from xinnong.ledger.queries import (
    Statement,
    TrialBalance,
    core_code,
    core_codes,
    first_posting_on,
)
from xinnong.ledger.reasons import reason_in_both

Value = str | int | date | Decimal
Row = Sequence[Value]

TRIAL_COLUMNS: Final = (
    "code",
    "name_zh",
    "name_en",
    "core_code",
    "product",
    "accounts",
    "debits_yuan",
    "credits_yuan",
    "debit_balance_yuan",
    "credit_balance_yuan",
)
STATEMENT_COLUMNS: Final = (
    "business_on",
    "booked_at",
    "journal",
    "reason",
    "reason_zh",
    "reason_en",
    "reference",
    "debit_yuan",
    "credit_yuan",
    "balance_yuan",
)
ROOTS: Final[Mapping[Nature, str]] = {
    Nature.ASSET: "Assets",
    Nature.LIABILITY: "Liabilities",
    Nature.EQUITY: "Equity",
    Nature.INCOME: "Income",
    Nature.EXPENSE: "Expenses",
    Nature.MEMORANDUM: "Equity:Memorandum",
}
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
FETCH_ROWS: Final = 2_000
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9-]+")


def trial_rows(institution: Institution, found: TrialBalance) -> Iterator[Row]:
    """One row a code and product, and a last one with the sums."""
    codes = core_codes(institution)
    for row in found.rows:
        yield (
            row.kind.code,
            row.kind.zh,
            row.kind.en,
            core_code(codes, row.kind, row.product),
            row.product,
            row.accounts,
            money(row.debits_minor),
            money(row.credits_minor),
            money(row.debit_balance_minor),
            money(row.credit_balance_minor),
        )
    debits = sum(row.debits_minor for row in found.rows)
    credits_ = sum(row.credits_minor for row in found.rows)
    accounts = sum(row.accounts for row in found.rows)
    sums = map(money, (debits, credits_, found.debits_minor, found.credits_minor))
    yield ("", "合计", "Total", "", "", accounts, *sums)


def statement_rows(pages: Iterable[Statement]) -> Iterator[Row]:
    """One row a movement."""
    words = cache(reason_in_both)
    for page in pages:
        for line in page.lines:
            yield (
                line.business_on,
                line.booked_at.isoformat(),
                str(line.journal),
                line.reason,
                *words(line.reason),
                line.reference,
                money(line.debit_minor),
                money(line.credit_minor),
                money(line.balance_minor),
            )


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A CSV in UTF-8 with a mark, so that spreadsheets read Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """One sheet; amounts are numbers with two decimals."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.write_row(0, 0, columns)
        for at, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    sheet.write_number(at, column, float(value), money)
                else:
                    sheet.write(at, column, str(value) if isinstance(value, date) else value)
    return out.getvalue()


def as_beancount(institution: Institution, *, until: date) -> Iterator[str]:
    """All money that moved until a day, and what every account then has, as Beancount text."""
    yield f'option "title" "{_quoted(institution.code)}"\noption "operating_currency" "CNY"\n\n'
    first = first_posting_on(institution)
    if first is None:
        return
    accounts = {a.pk: _beancount_name(a) for a in Account.objects.filter(institution=institution)}
    for name in accounts.values():
        yield f"{first} open {name} CNY\n"
    balances = dict.fromkeys(accounts, 0)
    journal = 0
    for transfer in _moved(institution, until):
        balances[transfer.debit_id] += transfer.amount_minor
        balances[transfer.credit_id] -= transfer.amount_minor
        if transfer.journal_id != journal:
            journal = transfer.journal_id
            yield _beancount_head(transfer)
        amount = yuan(transfer.amount_minor)
        yield f"  {accounts[transfer.debit_id]}  {amount} CNY\n"
        yield f"  {accounts[transfer.credit_id]}  -{amount} CNY\n"
    yield "\n"
    following = until + timedelta(days=1)
    for number, name in accounts.items():
        yield f"{following} balance {name} {yuan(balances[number])} CNY\n"


def _moved(institution: Institution, until: date) -> Iterator[Transfer]:
    found = Transfer.objects.filter(
        institution=institution,
        business_on__lte=until,
        state__in=[Transfer.State.POSTED, Transfer.State.POSTED_PENDING],
    )
    ordered = found.select_related("journal").order_by("business_on", "journal_id", "id")
    return ordered.iterator(chunk_size=FETCH_ROWS)


def _beancount_head(transfer: Transfer) -> str:
    journal = transfer.journal
    return (
        f'\n{transfer.business_on} * "{_quoted(journal.reference)}" "{_quoted(journal.reason)}"\n'
        f'  journal: "{journal.ref}"\n'
    )


def _beancount_name(account: Account) -> str:
    """Assets:C130301:Puhui:A12; parts begin with a capital or a digit, as Beancount wants."""
    kind = kind_of(account.kind)
    product = _NOT_IN_A_NAME.sub("-", account.product).strip("-")
    parts = [ROOTS[kind.nature], f"C{kind.code}"]
    parts += [product[0].upper() + product[1:]] if product else []
    return ":".join([*parts, f"A{account.pk}"])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def money(minor: int) -> Decimal:
    """Fen as yuan with two decimals, as the files carry them."""
    return Decimal(minor).scaleb(-2).quantize(Decimal("0.01"))


def _harmless(value: Value) -> Value:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
