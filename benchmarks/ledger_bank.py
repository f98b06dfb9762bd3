"""A bank on a database server of its own, for what measures or kills the ledger.

`open_bank` starts the server in a folder beside the installation's data, migrates, opens accounts
and removes everything afterwards. `Poster` posts through the database function with psycopg alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from xinnong.config import environment, postgres

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
DAY = date(2026, 11, 20)
SYSTEM_SCOPE = json.dumps(
    {"actor": str(UUID(int=0)), "kinds": ["b"], "institutions": ["*"], "books": True}
)
POST = (
    "SELECT journal_id, replayed FROM ledger.post(%s, %s, %s, %s, %s::uuid[], %s::text[],"
    " %s::date[], %s::text[], %s::text[], %s::bigint[], %s::integer[], %s::bigint[], %s::bigint[],"
    " %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s, 'ledger.post', 'b', 'BANK-01', NULL,"
    " false, %s)"
)
Leg = tuple[int, int, int]
"""Debit, credit, amount in fen."""


@dataclass(frozen=True)
class Bank:
    """Where to post: the server's address for the application, and account numbers."""

    address: str
    institution: int
    cash: int
    income: int
    wallets: list[int]
    interest: list[int]

    def text(self) -> str:
        """For a process started on it."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Bank:
        """The bank that `text` wrote down."""
        return cls(**json.loads(text))


class Poster:
    """One connection that posts journals with their audit entries, each by one statement."""

    def __init__(self, bank: Bank) -> None:
        """Connect as the application."""
        self.bank = bank
        self.connection = psycopg.connect(bank.address, autocommit=True)
        self.cursor = psycopg.Cursor(self.connection)

    def post(self, key: str, legs: Sequence[Leg]) -> tuple[int, bool]:
        """The journal's id, and whether the key had been used before."""
        count = len(legs)
        debits, credits_, amounts = zip(*legs, strict=True)
        given: list[object] = [self.bank.institution, UUID(int=0), NOW, "bench"]
        arrays: list[Sequence[object]] = [[uuid4()], [key], [DAY], ["bench"], ['""'], ["NULL"]]
        arrays += [[1] * count, debits, credits_, amounts, ["bench"] * count]
        arrays += [["posted"] * count, ["NULL"] * count]
        given += [_array(values) for values in arrays]
        given += [uuid4(), SYSTEM_SCOPE]
        row = self.cursor.execute(POST, given, prepare=True).fetchone()
        assert row is not None
        return row[0], row[1]


def _array(values: Any) -> str:
    """As PostgreSQL writes an array; the values need no quotes."""
    return "{" + ",".join(map(str, values)) + "}"


@contextmanager
def open_bank(customers: int) -> Iterator[tuple[Bank, postgres.Server]]:
    """A bank with so many customers, each with a wallet and interest due. Sets Django up."""
    folder = environment.open_data_folder() / f"ledger-{os.getpid()}"
    os.environ["XINNONG_DATA"] = str(folder)
    os.environ["XINNONG_ROLE"] = "app"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    environment.open_data_folder()
    server = postgres.embedded()
    try:
        with postgres.running(server):
            subprocess.run(
                [sys.executable, "-m", "xinnong", "migrate"],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            yield _furnished(server, customers), server
    finally:
        postgres.stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _furnished(server: postgres.Server, customers: int) -> Bank:
    import django

    django.setup()
    from django.db import connection

    from xinnong.accounts import services as accounts
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.services import Opening, open_accounts

    operator = accounts.set_operator(code="BANK-01", kind="b", name="银行", name_en="Bank")
    bank = accounts.set_institution(
        code="BANK-01", kind="bank", name="银行", name_en="Bank", operator=operator
    )
    people = [uuid4() for _ in range(customers)]
    wanted = [Opening("100201", object_ref=UUID(int=1)), Opening("601101", product="puhui")]
    wanted += [Opening("224101", object_ref=person, holder=person) for person in people]
    wanted += [Opening("113201", "puhui", person, person) for person in people]
    with scoped(SYSTEM):
        opened = open_accounts(institution=bank, actor=SYSTEM_ACTOR, now=NOW, openings=wanted)
    connection.close()
    numbers = [account.pk for account in opened]
    return Bank(
        server.url("xinnong_app"),
        bank.pk,
        numbers[0],
        numbers[1],
        numbers[2 : 2 + customers],
        numbers[2 + customers :],
    )
