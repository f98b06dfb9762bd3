"""Postings a second with every check, against pgbench's TPC-B on the same server in the same run.

    .venv/bin/python benchmarks/ledger.py [--seconds 8] [--clients 8]

One posting is a journal of one transfer onto a random one of 1,000 customers' accounts that may not
fall below zero: key, period, accounts, limit, running balance, row-level security, audit entry, one
transaction. Measured: pgbench TPC-B at scale 10; pgbench calling the posting function (the server's
own share); psycopg clients calling it; Django processes calling the service, which posts by itself
and within a transaction that a caller opened. Asked: the function called by pgbench, as TPC-B is, at
least half of TPC-B; the others are stated. Processor time of server and clients together stands
beside the rates, because it hardly depends on what else the machine does. Durations are per
measurement. With --fresh nothing is posted or analysed beforehand. Exit code 1 on a miss.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
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
SETTLE_SECONDS = 0.5
Post = Callable[[int, int], None]
TPS = re.compile(r"tps = ([\d.]+) \(without initial")


def main() -> int:
    """Measure one after the other, print, answer for misses."""
    options = _options()
    if options.work:
        kind, text = options.work
        print(*_work(kind, options.seconds, Bank.of(text)))
        return 0
    with open_bank(CUSTOMERS) as (bank, server):
        _fill_tpcb(server)
        clients = options.clients
        if not options.fresh:
            _clients(server, "psycopg", options, bank)  # a server that runs has statistics
            _analyze(server)
        found = {
            "pgbench TPC-B": _pgbench(server, options, "xinnong_owner", "tpcb"),
            "pgbench, posting function": _function(server, options, bank),
            f"psycopg, {clients} clients": _clients(server, "psycopg", options, bank),
            f"Django service, {clients} processes": _clients(server, "django", options, bank),
            "the same within a transaction": _clients(server, "within", options, bank),
        }
        _look(bank)
    return _report(found)


@dataclass(frozen=True)
class Measured:
    """Postings a second by the clock, and microseconds of all processors that each took."""

    rate: float
    micros: float


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--fresh", action="store_true", help="a server without statistics")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def _report(found: dict[str, Measured]) -> int:
    yardstick, asked, *_stated = found.values()
    for name, each in found.items():
        by_clock, by_work = each.rate / yardstick.rate, yardstick.micros / each.micros
        print(
            f"{name:34} {each.rate:7,.0f} /s {by_clock:5.2f} of TPC-B"
            f" {each.micros:7,.0f} µs of processors {by_work:5.2f}"
        )
    load, _later, _last = os.getloadavg()
    is_met = asked.rate >= ASKED * yardstick.rate
    print(f"asked of the function: {ASKED}: {'met' if is_met else 'missed'}; load {load:.1f}")
    return 0 if is_met else 1


def _server_seconds(server: postgres.Server) -> float:
    """Processor time of the server's processes that have ended."""
    time.sleep(SETTLE_SECONDS)
    pid = (server.data / "postmaster.pid").read_text().split("\n")[0]
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Processor time of our children that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


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
) -> Measured:
    load = [f"--client={options.clients}", "--jobs=2", f"--time={options.seconds}"]
    before = _server_seconds(server) + _own_seconds()
    found = TPS.search(_run(server, role, *load, *arguments))
    assert found is not None
    rate = float(found[1])
    spent = _server_seconds(server) + _own_seconds() - before
    return Measured(rate, spent / rate / options.seconds * 1e6)


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


def _function(server: postgres.Server, options: argparse.Namespace, bank: Bank) -> Measured:
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


def _clients(
    server: postgres.Server, kind: str, options: argparse.Namespace, bank: Bank
) -> Measured:
    """What so many processes post that begin together, once all are warm."""
    before = _server_seconds(server)
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
    answers = [process.communicate()[0].split() for process in working]
    total = sum(int(done) for done, _ in answers)
    spent = sum(float(seconds) for _, seconds in answers) + _server_seconds(server) - before
    return Measured(total / float(options.seconds), spent / total * 1e6)


def _work(kind: str, seconds: int, bank: Bank) -> tuple[int, float]:
    """Postings of one process and its processor time, after it is warm."""
    post = _psycopg_post(bank) if kind == "psycopg" else _django_post(bank, kind)
    for _ in range(20):
        post(random.choice(bank.wallets), 1)  # noqa: S311 - a load
    print("ready", flush=True)
    begin_at = float(sys.stdin.readline())
    time.sleep(max(0.0, begin_at - time.time()))
    done, end_at, before = 0, begin_at + seconds, time.process_time()
    while time.time() < end_at:
        post(random.choice(bank.wallets), 100)  # noqa: S311 - a load
        done += 1
    return done, time.process_time() - before


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
