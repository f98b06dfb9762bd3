"""Kill what posts, again and again, and see that the books balance with nothing lost or doubled.

    .venv/bin/python benchmarks/ledger_crashes.py [--kills 200] [--seed 1]

Four processes post on one bank, each with keys in order, and write a key down when its answer came.
Every kill is a SIGKILL: of one of them, of the server's process that serves one, or of the whole
server, in turn, at a random moment. Whoever lost its answer asks again with the same key, as a
client must. Then: every key that was answered stands once, none stands twice, debits are credits,
and every running balance is the sum of its transfers. One JSON object; exit code 1 where not.
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
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ledger_bank import NOW, Bank, Leg, Poster, open_bank  # noqa: E402
from xinnong.config import postgres  # noqa: E402 - the repository is on the path now

WRITERS = 4
CUSTOMERS = 8
PAUSE_SECONDS = 0.05
GIVE_UP_SECONDS = 60


def main() -> int:
    """Kill, then look."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        name, notes, text = options.write
        _write(name, Path(notes), Bank.of(text))
        return 0
    started = time.monotonic()
    with open_bank(CUSTOMERS) as (bank, server):
        found = _kill_while_posting(bank, server, options.kills, random.Random(options.seed))  # noqa: S311
    found["seconds"] = round(time.monotonic() - started)
    print(json.dumps(found))
    return 0 if _holds(found) else 1


def _holds(found: dict[str, int]) -> bool:
    wrong = ("lost", "doubled", "trial_difference_minor", "balances_differ")
    return not any(found[name] for name in wrong)


# ---------------------------------------------------------------- who posts


def _legs(bank: Bank, number: int) -> list[Leg]:
    """A deposit, interest due and, every third time, a payment out of what was deposited."""
    which = number % CUSTOMERS
    legs = [
        (bank.cash, bank.wallets[which], 100 + number % 7),
        (bank.interest[which], bank.income, 3),
    ]
    if number % 3 == 0:
        legs.append((bank.wallets[which], bank.cash, 50))
    return legs


def _write(name: str, notes: Path, bank: Bank) -> None:
    """Post for ever; begin at the key after the last one noted."""
    number = len(notes.read_text().splitlines())
    with notes.open("a") as noted:
        while True:
            _post_surely(bank, f"{name}-{number}", _legs(bank, number))
            noted.write(f"{name}-{number}\n")
            noted.flush()
            number += 1


_poster: list[Poster] = []


def _post_surely(bank: Bank, key: str, legs: list[Leg]) -> None:
    """Ask until there is an answer, over new connections where the old one died."""
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            if not _poster:
                _poster.append(Poster(bank))
            _poster[0].post(key, legs)
        except psycopg.Error:
            _poster.clear()
            if time.monotonic() > give_up_at:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


# ---------------------------------------------------------------- who kills


@dataclass
class Writers:
    """The posting processes and the keys they noted."""

    bank: Bank
    folder: Path
    running: list[subprocess.Popen[bytes]]

    def start(self, number: int) -> subprocess.Popen[bytes]:
        """One process; it goes on where its predecessor stopped."""
        notes = self.folder / f"noted-{number}"
        notes.touch()
        given = [str(number), str(notes), self.bank.text()]
        return subprocess.Popen([sys.executable, __file__, "--write", *given], cwd=ROOT)

    def noted(self) -> list[str]:
        """Every key that was answered."""
        texts = (path.read_text() for path in sorted(self.folder.glob("noted-*")))
        return [key for text in texts for key in text.splitlines()]


def _kill_while_posting(
    bank: Bank, server: postgres.Server, kills: int, chance: random.Random
) -> dict[str, int]:
    writers = Writers(bank, server.home, [])
    writers.running = [writers.start(number) for number in range(WRITERS)]
    ways = (_kill_client, _kill_backend, _kill_server)
    done = dict.fromkeys(("clients", "backends", "servers"), 0)
    try:
        _wait_for(writers, WRITERS)
        for kill in range(kills):
            time.sleep(chance.uniform(0, 0.2))
            ways[kill % 3](writers, server, chance)
            done[list(done)[kill % 3]] += 1
            _wait_for(writers, len(writers.noted()) + 1)
    finally:
        for process in writers.running:
            process.kill()
            process.wait()
    _wait_until_it_answers(bank)
    return {"kills": kills, **done, **_audit(bank, writers.noted())}


def _wait_until_it_answers(bank: Bank) -> None:
    """After the last kill the server may still be recovering."""
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            psycopg.connect(bank.address).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _wait_for(writers: Writers, count: int) -> None:
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while len(writers.noted()) < count:
        if time.monotonic() > give_up_at:
            raise RuntimeError("nothing is posted any more")
        time.sleep(0.01)


def _kill_client(writers: Writers, _server: postgres.Server, chance: random.Random) -> None:
    number = chance.randrange(WRITERS)
    writers.running[number].kill()
    writers.running[number].wait()
    writers.running[number] = writers.start(number)


def _kill_backend(_writers: Writers, server: postgres.Server, chance: random.Random) -> None:
    with psycopg.connect(server.url(postgres.ADMINISTRATOR), autocommit=True) as administrator:
        found = administrator.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'xinnong_app'"
        ).fetchall()
        if found:
            os.kill(chance.choice(found)[0], signal.SIGKILL)


def _kill_server(_writers: Writers, server: postgres.Server, _chance: random.Random) -> None:
    pid = int((server.data / "postmaster.pid").read_text().split("\n")[0])
    os.kill(pid, signal.SIGKILL)
    while postgres.is_running(server):
        time.sleep(0.01)
    postgres.revive(server)


# ---------------------------------------------------------------- what is left


def _audit(bank: Bank, noted: list[str]) -> dict[str, int]:
    """Compare what was answered with what stands in the books."""
    from xinnong.accounts.models import Institution
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services import SYSTEM_ACTOR
    from xinnong.ledger.models import Journal, Transfer
    from xinnong.ledger.queries import trial_balance
    from xinnong.ledger.services import resum_balances

    with scoped(SYSTEM):
        owner = Institution.objects.get(pk=bank.institution)
        keys = list(Journal.objects.values_list("key", flat=True))
        wanted = sum(len(_legs(bank, int(key.split("-")[1]))) for key in keys)
        sums = resum_balances(institution=owner, actor=SYSTEM_ACTOR, now=NOW)
        trial = trial_balance(owner, on=NOW.date())
        return {
            "answered": len(noted),
            "journals": len(keys),
            "lost": len(set(noted) - set(keys)),
            "doubled": len(keys) - len(set(keys)) + abs(Transfer.objects.count() - wanted),
            "trial_difference_minor": trial.difference_minor,
            "balances_differ": len(sums.differences) + sums.astray,
        }


if __name__ == "__main__":
    raise SystemExit(main())
