"""Kill what ends days and what moves money, again and again, and see that nothing is lost or doubled.

    .venv/bin/python benchmarks/end_of_day_crashes.py [--kills 200] [--seed 1]

One process ends day after day, and pays something on each, for ever. Every kill is a SIGKILL at a
random moment: of that process, of the server's process that serves it, or of the whole server, in
turn; then the work is taken up again with the same keys. Then every loan is held against the
reference day by day, and the ledger against itself. One JSON object; exit code 1 where they differ.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.lending_bank import (  # noqa: E402 - the repository is on the path now
    BANK,
    NOW,
    lend,
    open_lender,
)
from xinnong.config import postgres  # noqa: E402

if TYPE_CHECKING:
    from xinnong.accounts.models import Institution
    from xinnong.lending.models import Loan

DRAWN = date(2025, 1, 5)
LOANS = 40
PAUSE_SECONDS = 0.05
GIVE_UP_SECONDS = 60
YEARS_LATER = date(2040, 1, 1)
WRONG = (
    "lost",
    "doubled",
    "days_differ",
    "trial_difference_minor",
    "balances_differ",
    "ledger_differs_minor",
)


def main() -> int:
    """Kill, then look."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--live", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.live:
        notes, refs = options.live
        _live(Path(notes), [UUID(ref) for ref in refs.split(",")])
        return 0
    started = time.monotonic()
    with open_lender() as (bank, server):
        refs = lend(bank, LOANS, on=DRAWN, months=3)
        done = _kill_while_living(server, refs, options.kills, random.Random(options.seed))  # noqa: S311
        paid = set(done.pop("paid"))
        found = done | {"payments": len(paid)} | _audit(bank, paid)
    found["seconds"] = round(time.monotonic() - started)
    print(json.dumps(found))
    return 1 if any(found[name] for name in WRONG) else 0


# ---------------------------------------------------------------- who works


def _live(notes: Path, refs: list[UUID]) -> None:
    """Pay something on the open day and end it, for ever; begin where the books say."""
    import django

    django.setup()
    from django.db import DatabaseError, connection

    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            _one_day(refs, notes)
        except DatabaseError:
            connection.close()
            if time.monotonic() > give_up_at:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            give_up_at = time.monotonic() + GIVE_UP_SECONDS


def _note(notes: Path, what: str) -> None:
    with notes.open("a") as noted:
        noted.write(f"{what}\n")


def _noted(notes: Path, what: str) -> list[str]:
    """What was answered of a kind: days, or payments."""
    return [line for line in notes.read_text().splitlines() if line.startswith(what)]


def _one_day(refs: list[UUID], notes: Path) -> None:
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.core.errors import Refused
    from xinnong.lending.queries.loans import open_day_of
    from xinnong.lending.services import end_day, repay

    with scoped(SYSTEM):
        on = open_day_of(BANK) or DRAWN
        bank = Institution.objects.select_related("operator").get(code=BANK)
    for turn in range(3):
        ref = refs[(on.toordinal() + 7 * turn) % len(refs)]
        try:
            repay(
                actor=SYSTEM_ACTOR, institution=bank, loan_ref=ref, channel="transfer", on=on,
                amount_minor=200_000 + 37 * turn, now=NOW, key=f"{on}-{turn}",
            )  # fmt: skip
        except Refused:
            continue  # the loan is settled, or the end of the day had begun before the kill
        _note(notes, f"paid {on}-{turn}")
    end_day(institution=BANK, on=on, today=YEARS_LATER, clock=lambda: NOW)
    _note(notes, f"day {on}")


# ---------------------------------------------------------------- who kills


def _kill_while_living(
    server: postgres.Server, refs: list[UUID], kills: int, chance: random.Random
) -> dict[str, Any]:
    notes = server.home / "days-ended"
    notes.touch()
    given = [sys.executable, __file__, "--live", str(notes), ",".join(map(str, refs))]
    running = subprocess.Popen(given, cwd=ROOT)
    done = dict.fromkeys(("processes", "backends", "servers"), 0)
    try:
        for kill in range(kills):
            _wait_for(notes, len(_noted(notes, "day")) + 1)
            time.sleep(chance.uniform(0, 0.3))
            if kill % 3 == 0:
                running.kill()
                running.wait()
                running = subprocess.Popen(given, cwd=ROOT)
            elif kill % 3 == 1:
                _kill_backend(server)
            else:
                _kill_server(server)
            done[list(done)[kill % 3]] += 1
        _wait_for(notes, len(_noted(notes, "day")) + 1)
    finally:
        running.kill()
        running.wait()
    paid = {line.removeprefix("paid ") for line in _noted(notes, "paid")}
    return {"kills": kills, **done, "days": len(set(_noted(notes, "day"))), "paid": sorted(paid)}


def _wait_for(notes: Path, count: int) -> None:
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while len(_noted(notes, "day")) < count:
        if time.monotonic() > give_up_at:
            raise RuntimeError("no day ends any more")
        time.sleep(0.01)


def _kill_backend(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.ADMINISTRATOR), autocommit=True) as administrator:
        found = administrator.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'xinnong_app'"
        ).fetchall()
    for (pid,) in found[:1]:
        os.kill(pid, signal.SIGKILL)


def _kill_server(server: postgres.Server) -> None:
    pid = int((server.data / "postmaster.pid").read_text().split("\n")[0])
    os.kill(pid, signal.SIGKILL)
    while postgres.is_running(server):
        time.sleep(0.01)
    postgres.revive(server)


# ---------------------------------------------------------------- what is left


def _audit(bank: Institution, answered: set[str]) -> dict[str, Any]:
    """End the open day, then compare every loan with the reference, and the ledger with itself."""
    from django.db import connection

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.models import Journal
    from xinnong.ledger.queries import trial_balance
    from xinnong.ledger.services import resum_balances
    from xinnong.lending.models import Loan, RepaymentPart
    from xinnong.lending.queries.loans import accruals_of, open_day_of
    from xinnong.lending.services import end_day

    connection.close()
    _wait_until_it_answers()
    with scoped(SYSTEM):
        on = open_day_of(BANK)
    assert on is not None
    end_day(institution=BANK, on=on, today=YEARS_LATER, clock=lambda: NOW)
    with scoped(SYSTEM):
        differ = sum(_days_that_differ(loan, on) for loan in Loan.objects.all())
        sums = resum_balances(institution=bank, actor=SYSTEM_ACTOR, now=NOW)
        trial = trial_balance(bank, on=on)
        earned = sum(
            row.interest_minor + row.penalty_minor + row.compound_minor
            for loan in Loan.objects.all()
            for row in accruals_of(loan)
        )
        paid = sum(
            part.amount_minor
            for part in RepaymentPart.objects.exclude(component__in=["principal", "fee"])
        )
        keys = list(Journal.objects.filter(reason="loan.repay").values_list("key", flat=True))
        return {
            "loan_days": sum(len(accruals_of(loan)) for loan in Loan.objects.all()),
            "lost": len(answered - set(keys)),
            "doubled": len(keys) - len(set(keys)),
            "days_differ": differ,
            "trial_difference_minor": trial.difference_minor,
            "balances_differ": len(sums.differences) + sums.astray,
            "ledger_differs_minor": _receivable(bank) - (earned - paid),
        }


def _wait_until_it_answers() -> None:
    from django.db import OperationalError, connection

    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _days_that_differ(loan: Loan, through: date) -> int:
    from xinnong.core.loan_book import run_days
    from xinnong.core.loan_plan import plan_of
    from xinnong.lending.queries.loans import accruals_of, book_of, payments_of, terms_in_force

    terms = terms_in_force(loan)
    book = book_of(loan, terms, plan_of(terms))
    payments = [payment for _, payment in payments_of(loan)]
    booked = {
        row.on: (row.interest_minor, row.penalty_minor, row.compound_minor)
        for row in accruals_of(loan)
    }
    days = run_days(book, payments, from_on=loan.disbursed_on, through_on=through)
    return sum(
        booked.get(day.on, (0, 0, 0)) != (day.interest_minor, day.penalty_minor, day.compound_minor)
        for day in days
    )


def _receivable(bank: Institution) -> int:
    """What was earned and not paid: due, or kept beside the books of a loan that is long late."""
    from xinnong.ledger.models import Account
    from xinnong.ledger.queries import balances_now
    from xinnong.lending.services.loan_ledger import OFF_BALANCE, RECEIVABLE

    kinds = [*RECEIVABLE.values(), *OFF_BALANCE.values()]
    accounts = Account.objects.filter(institution=bank, kind__in=kinds)
    return sum(balances_now(account)[0] for account in accounts)


if __name__ == "__main__":
    raise SystemExit(main())
