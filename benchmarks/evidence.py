"""How fast entries get their numbers, the whole log is verified and an entry is proved.

    .venv/bin/python benchmarks/evidence.py [--entries 1000000] [--commands 3000]

On a database server of its own: so many commands that each insert one entry in a transaction of its own, and so many
entries inserted at once; both are numbered in passes of ten thousand. The ratio is entries numbered a second
over commands a second: above 1 the log keeps up with one writer. Then `verify_log` over everything, and
proofs of a hundred entries spread over the log. One JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.ledger_bank import Bank, open_bank  # noqa: E402 - the repository is on the path now

ONE = (
    "INSERT INTO audit_entry (ref, at, actor, owner_kind, institution, action, subject, counts, checksum)"
    " VALUES (gen_random_uuid(), now(), %s, '', '', 'bench.command', gen_random_uuid(), '{\"rows\": 3}', '')"
)
MANY = (
    "INSERT INTO audit_entry (ref, at, actor, owner_kind, institution, action, subject, counts, checksum)"
    " SELECT gen_random_uuid(), now(), %s, '', '', 'bench.command', gen_random_uuid(), '{\"rows\": 3}', ''"
    " FROM generate_series(1, %s)"
)
NOBODY = UUID(int=0)
AT_ONCE = 100_000
PROOFS = 100


def main() -> int:
    """Write, number, verify, prove."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--commands", type=int, default=3_000)
    options = parser.parse_args()
    with open_bank(1) as (bank, _server):
        found = _measured(bank, options.entries, options.commands)
    print(json.dumps(found))
    return 0


def _measured(bank: Bank, entries: int, commands: int) -> dict[str, Any]:
    plain, marked = _commands(bank, commands)
    bulk = _timed(lambda: _insert(bank, entries))
    size, numbering, passes = _number()
    verifying = _timed(_verify)
    proofs = _proofs(size)
    per_second = size / numbering
    return {
        "entries": size,
        "commands_per_second": round(commands / marked),
        "commands_per_second_without_mark": round(commands / plain),
        "bulk_inserted_per_second": round(entries / bulk),
        "numbered_per_second": round(per_second),
        "ratio_to_commands": round(per_second * marked / commands, 2),
        "ratio_to_bulk": round(per_second * bulk / entries, 2),
        "longest_pass_seconds": round(max(passes), 3),
        "verified_per_second": round(size / verifying),
        "proof_ms_median": round(statistics.median(proofs) * 1_000, 2),
        "proof_ms_p99": round(sorted(proofs)[-2] * 1_000, 2),
    }


def _timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


def _scoped(bank: Bank) -> psycopg.Connection:
    from xinnong.accounts.scope import SYSTEM

    link = psycopg.connect(bank.address, autocommit=True)
    link.execute("SELECT set_config('xinnong.scope', %s, false)", [SYSTEM.document()])
    return link


def _commands(bank: Bank, count: int) -> tuple[float, float]:
    """Seconds for so many inserts by the application, without and with the mark."""
    owner = psycopg.connect(bank.address.replace("xinnong_app", "xinnong_owner"), autocommit=True)
    with owner, _scoped(bank) as link:
        link.execute(ONE.encode(), [NOBODY])
        owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER marked")
        plain = _timed(lambda: [link.execute(ONE.encode(), [NOBODY]) for _ in range(count)])
        owner.execute("ALTER TABLE audit_entry ENABLE TRIGGER marked")
        marked = _timed(lambda: [link.execute(ONE.encode(), [NOBODY]) for _ in range(count)])
    return plain, marked


def _insert(bank: Bank, entries: int) -> None:
    with _scoped(bank) as link:
        for start in range(0, entries, AT_ONCE):
            link.execute(MANY.encode(), [NOBODY, min(AT_ONCE, entries - start)])


def _number() -> tuple[int, float, list[float]]:
    """Leaves, seconds in all and of each pass."""
    from django.utils import timezone

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.services.sequencing import sequence_entries
    from xinnong.config.log_keeper import log_key

    passes, size = [], 0
    while True:
        started = time.monotonic()
        with scoped(SYSTEM):
            done = sequence_entries(key=log_key(), now=timezone.now())
        assert done is not None
        if not done.entries:
            break
        passes.append(time.monotonic() - started)
        size = done.size
    with scoped(SYSTEM):  # whatever is left is signed for
        sequence_entries(key=log_key(), now=timezone.now() + timedelta(minutes=1))
    return size, sum(passes), passes


def _verify() -> None:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.audit.queries.verifying import verify_log

    with scoped(SYSTEM):
        found = verify_log()
    assert {each.what for each in found.problems} <= {"row_put_in"}  # those without a mark


def _proofs(size: int) -> list[float]:
    from xinnong.audit.models import Leaf
    from xinnong.audit.queries.log import newest_checkpoint, proof_of

    newest = newest_checkpoint()
    assert newest is not None
    chosen = random.Random(1).sample(range(min(size, newest.size)), PROOFS)  # noqa: S311
    entries = [Leaf.objects.get(index=index).entry for index in chosen]
    return [_timed(lambda e=entry: proof_of(e, checkpoint=newest)) for entry in entries]  # type: ignore[misc]


if __name__ == "__main__":
    raise SystemExit(main())
