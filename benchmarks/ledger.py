"""Postings a second with every check, against pgbench's TPC-B on the same server in the same run.

    .venv/bin/python benchmarks/ledger.py [--seconds 8] [--clients 8]

One posting is a journal of one transfer onto a random one of 1,000 customers' accounts that may not
fall below zero: key, period, accounts, limit, running balance, row-level security, audit entry, one
transaction. Measured: pgbench TPC-B at scale 10; pgbench calling the posting function (the server's
own share); psycopg clients calling it; Django processes calling the service, which posts by itself
and within a transaction that a caller opened. Asked: psycopg and Django by itself each at least half
of TPC-B. Durations are per measurement. Exit code 1 on a miss.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ledger_bank import DAY, NOW, SYSTEM_SCOPE, Bank, Poster, open_bank  # noqa: E402
from xinnong.config import databases, postgres, programs  # noqa: E402

CUSTOMERS = 1_000
SCALE = 10
ASKED = 0.5
Post = Callable[[int, int], None]
TPS = re.compile(r"tps = ([\d.]+) \(without initial")


def main() -> int:
    """Measure one after the other, print, answer for misses."""
    options = _options()
    if options.work:
        kind, text = options.work
        print(_work(kind, options.seconds, Bank.of(text)))
        return 0
    with open_bank(CUSTOMERS) as (bank, server):
        _fill_tpcb(server)
        clients = options.clients
        _clients("psycopg", options, bank)  # a server that runs has rows, and statistics of them
        _analyze(server)
        rates = {
            "pgbench TPC-B": _pgbench(server, options, "xinnong_owner", "tpcb"),
            "pgbench, posting function": _function(server, options, bank),
            f"psycopg, {clients} clients": _clients("psycopg", options, bank),
            f"Django service, {clients} processes": _clients("django", options, bank),
        }
        inside = _clients("within", options, bank)
        _look(bank)
    return _report(rates, inside)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _report(rates: dict[str, float], inside: float) -> int:
    yardstick, _share, *asked = rates.values()
    shown = {**rates, "the same within a transaction": inside}
    for name, rate in shown.items():
        print(f"{name:36} {rate:8,.0f} /s   {rate / yardstick:5.2f} of TPC-B")
    missed = [rate for rate in asked if rate < ASKED * yardstick]
    print(f"asked: at least {ASKED} by psycopg and by Django: {'missed' if missed else 'met'}")
    return 1 if missed else 0


# ---------------------------------------------------------------- pgbench


def _analyze(server: postgres.Server) -> None:
    with psycopg.connect(server.url("xinnong_owner"), autocommit=True) as owner:
        owner.execute("ANALYZE")


def _fill_tpcb(server: postgres.Server) -> None:
    with psycopg.connect(server.url(postgres.ADMINISTRATOR), autocommit=True) as administrator:
        databases.create_database(administrator, "tpcb")
    _run(server, "xinnong_owner", "--initialize", "--quiet", f"--scale={SCALE}", "tpcb")


def _pgbench(
    server: postgres.Server, options: argparse.Namespace, role: str, *arguments: str
) -> float:
    """Transactions a second."""
    load = [f"--client={options.clients}", "--jobs=2", f"--time={options.seconds}"]
    found = TPS.search(_run(server, role, *load, *arguments))
    assert found is not None
    return float(found[1])


def _run(server: postgres.Server, role: str, *arguments: str) -> str:
    program = programs.folder(server.home.parent) / "pgbench"
    if not program.exists():
        program = Path("/usr/lib/postgresql/15/bin/pgbench")
    done = subprocess.run(
        [program, f"--host={server.socket}", f"--username={role}", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _function(server: postgres.Server, options: argparse.Namespace, bank: Bank) -> float:
    first, last = bank.wallets[0], bank.wallets[-1]
    assert last - first == CUSTOMERS - 1
    script = server.home / "post.sql"
    script.write_text(
        f"\\set wallet random({first}, {last})\n\\set amount random(1, 5000)\n"
        f"SELECT * FROM ledger.post({bank.institution}, '{UUID(int=0)}', now(), 'pgbench',"
        " ARRAY[gen_random_uuid()], ARRAY[gen_random_uuid()::text],"
        f" ARRAY['{DAY}']::date[], ARRAY['bench'], ARRAY[''], ARRAY[NULL]::bigint[], ARRAY[1],"
        f" ARRAY[{bank.cash}]::bigint[], ARRAY[:wallet]::bigint[], ARRAY[:amount]::bigint[],"
        " ARRAY['bench'], ARRAY['posted'], ARRAY[NULL]::bigint[], gen_random_uuid(),"
        f" 'ledger.post', 'b', 'BANK-01', NULL, false, '{SYSTEM_SCOPE}');\n"
    )
    return _pgbench(
        server, options, "xinnong_app", "--no-vacuum", f"--file={script}", databases.NAME
    )


# ---------------------------------------------------------------- our own clients


def _clients(kind: str, options: argparse.Namespace, bank: Bank) -> float:
    """Postings a second of so many processes that begin together, once all are warm."""
    given = ["--seconds", str(options.seconds), "--work", kind, bank.text()]
    working = [
        subprocess.Popen(
            [sys.executable, __file__, *given],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(options.clients)
    ]
    for process in working:
        assert process.stdout is not None
        process.stdout.readline()
    for process in working:
        assert process.stdin is not None
        process.stdin.write(f"{time.time() + 1}\n")
        process.stdin.flush()
    answers = [process.communicate()[0] for process in working]
    total: int = sum(int(answer) for answer in answers)
    return total / float(options.seconds)


def _work(kind: str, seconds: int, bank: Bank) -> int:
    """Postings of one process, after it is warm."""
    post = _psycopg_post(bank) if kind == "psycopg" else _django_post(bank, kind)
    for _ in range(20):
        post(random.choice(bank.wallets), 1)  # noqa: S311 - a load
    print("ready", flush=True)
    begin_at = float(sys.stdin.readline())
    time.sleep(max(0.0, begin_at - time.time()))
    done, end_at = 0, begin_at + seconds
    while time.time() < end_at:
        post(random.choice(bank.wallets), 100)  # noqa: S311 - a load
        done += 1
    return done


def _psycopg_post(bank: Bank) -> Post:
    poster = Poster(bank)

    def post(wallet: int, amount: int) -> None:
        poster.post(str(uuid4()), [(bank.cash, wallet, amount)])

    return post


def _django_post(bank: Bank, kind: str) -> Post:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinnong.config.settings")
    import django

    django.setup()
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, Scope, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.services import Move, post_journal

    owner = Institution.objects.select_related("operator").get(pk=bank.institution)

    def post(wallet: int, amount: int, scope: Scope | None = SYSTEM) -> None:
        post_journal(
            institution=owner,
            actor=SYSTEM_ACTOR,
            key=str(uuid4()),
            business_on=DAY,
            now=NOW,
            reason="bench",
            reference="",
            moves=[Move(bank.cash, wallet, amount, "bench")],
            scope=scope,
        )

    def post_within(wallet: int, amount: int) -> None:
        with scoped(SYSTEM):
            post(wallet, amount, scope=None)

    return post_within if kind == "within" else post


def _look(bank: Bank) -> None:
    """Say how many journals there are, and that they balance."""
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.models import Journal
    from xinnong.ledger.queries import trial_balance
    from xinnong.ledger.services import resum_balances

    with scoped(SYSTEM):
        owner = Institution.objects.get(pk=bank.institution)
        sums = resum_balances(institution=owner, actor=SYSTEM_ACTOR, now=NOW)
        trial = trial_balance(owner, on=DAY)
        found = {
            "journals": Journal.objects.count(),
            "balances_differ": len(sums.differences),
            "trial_difference_minor": trial.difference_minor,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    raise SystemExit(main())
