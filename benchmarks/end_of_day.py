"""The end of a day: 1,000 loans over 700 missed days, many loans over one, and a month of many folded.

    .venv/bin/python benchmarks/end_of_day.py [--loans 100000] [--days 700]

The one night of many loans is held against the least that could write the same rows: one bare UPDATE
of every loan's standing and one INSERT … SELECT of every loan's accrual, in the same run on the same
server. Asked: at most four times as long. Folding compares the room a month takes before and after,
indexes included. Prints one JSON object a measurement.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.lending_bank import (  # noqa: E402 - the repository is on the path now
    BANK,
    NOW,
    as_administrator,
    lend,
    multiply,
    open_lender,
)

if TYPE_CHECKING:
    from xinnong.accounts.models import Institution
    from xinnong.config import postgres

DRAWN = date(2025, 1, 5)
TEMPLATES = 120
SPREAD_DAYS = 30
NIGHT = DRAWN + timedelta(SPREAD_DAYS + 4)
"""Loans are drawn over thirty days and nobody pays, so that on this night a thirtieth of them falls
due, another is late for the first day, and those of the days before are late already."""
ASKED_RATIO = 4
MOST_CAUGHT_UP = 1_000
"""So many loans, or fewer where `--loans` is less, are caught up with over the missed days."""
UPDATE = """
UPDATE lending_standing SET special_minor = special_minor + 1 WHERE institution = 'BANK-01'
"""
INSERT = """
INSERT INTO lending_eodaccrual (loan_id, "on", institution, product_id, interest_minor,
                                penalty_minor, compound_minor)
SELECT loan_id, '2024-01-01', institution, product_id, balance_minor % 1000, 0, 0
FROM lending_standing WHERE institution = 'BANK-01'
"""
MONTH = """
INSERT INTO lending_eodaccrual (loan_id, "on", institution, product_id, interest_minor,
                                penalty_minor, compound_minor)
SELECT loan, '2025-01-01'::date + day, 'BANK-01', 1, 570 + (loan + day) %% 2,
       CASE WHEN loan %% 12 = 0 THEN 12 + day %% 2 ELSE 0 END,
       CASE WHEN loan %% 12 = 0 THEN day %% 2 ELSE 0 END
FROM generate_series(0, 30) AS day CROSS JOIN generate_series(1, %(loans)s) AS loan
"""


def main() -> int:
    """Measure both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=700)
    parser.add_argument("--part", choices=("catch-up", "night", "fold"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part is None:
        # each on a server of its own, which a process has once
        parts = ["catch-up", "night", "fold"] if options.days else ["night", "fold"]
        asked = ["--loans", str(options.loans), "--days", str(options.days)]
        given = [sys.executable, __file__, *asked, "--part"]
        return max(subprocess.run([*given, part], check=False).returncode for part in parts)
    with open_lender() as (bank, server):
        if options.part == "catch-up":
            lend(bank, min(options.loans, MOST_CAUGHT_UP), on=DRAWN)
            found = _catch_up(options.days)
        elif options.part == "fold":
            found = _fold(server, options.loans)
        else:
            _draw_over_a_month(bank)
            found = _one_night(server, options.loans)
    print(json.dumps(found), flush=True)
    return 0 if found.get("ratio", 0) <= ASKED_RATIO else 1


def _end(through: date) -> list[Any]:
    from xinnong.lending.services import end_days

    return list(
        end_days(institution=BANK, through_on=through, today=date(2030, 1, 1), clock=lambda: NOW)
    )


def _catch_up(days: int) -> dict[str, Any]:
    """Nobody pays: every day more is late."""
    began = time.perf_counter()
    reports = _end(DRAWN + timedelta(days - 1))
    seconds = time.perf_counter() - began
    return {
        "measured": "catch-up",
        "loans": reports[0].loans,
        "days": len(reports),
        "seconds": round(seconds, 1),
        "loan_days_per_second": round(reports[0].loans * len(reports) / seconds),
        "reclassified": sum(report.reclassified for report in reports),
        "ledger_difference_minor": sum(abs(r.ledger_difference_minor) for r in reports),
    }


def _draw_over_a_month(bank: Institution) -> None:
    """Templates drawn day after day, each day ended before the next."""
    for ahead in range(SPREAD_DAYS):
        on = DRAWN + timedelta(ahead)
        lend(bank, TEMPLATES // SPREAD_DAYS, on=on, months=3)
        _end(on)
    _end(NIGHT - timedelta(2))


def _one_night(server: postgres.Server, loans: int) -> dict[str, Any]:
    """The same rows written barely, then by the day's end."""
    multiply(loans // TEMPLATES - 1)
    _end(NIGHT - timedelta(1))
    as_administrator(server, "VACUUM ANALYZE")
    update, insert = _bare(UPDATE), _bare(INSERT)
    as_administrator(server, "VACUUM ANALYZE")
    began = time.perf_counter()
    [report] = _end(NIGHT)
    seconds = time.perf_counter() - began
    return {
        "measured": "one night",
        "loans": report.loans,
        "seconds": round(seconds, 2),
        "bare_seconds": round(update + insert, 2),
        "ratio": round(seconds / (update + insert), 2),
        "asked_ratio": ASKED_RATIO,
        "loans_per_second": round(report.loans / seconds),
        "reclassified": report.reclassified,
        "dunned": report.dunned,
        "ledger_difference_minor": report.ledger_difference_minor,
    }


def _fold(server: postgres.Server, loans: int) -> dict[str, Any]:
    """A month of so many loans' days, one in twelve late, written barely and folded."""
    from django.db import connection

    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.models import BusinessDay
    from xinnong.lending.services.eod_folding import fold_months

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(MONTH, {"loans": loans})
        BusinessDay.objects.create(institution=BANK, open_on=date(2025, 2, 1))
    rows_bytes = _room(server, "lending_eodaccrual")
    began = time.perf_counter()
    fold_months(BANK)
    seconds = time.perf_counter() - began
    month_bytes = _room(server, "lending_accrualmonth")
    return {
        "measured": "month folded",
        "loans": loans,
        "seconds": round(seconds, 1),
        "loan_days_per_second": round(31 * loans / seconds),
        "rows_mb": round(rows_bytes / 2**20, 1),
        "months_mb": round(month_bytes / 2**20, 1),
        "times_less": round(rows_bytes / month_bytes, 1),
    }


def _room(server: postgres.Server, table: str) -> int:
    """Bytes of a table with its indexes."""
    import psycopg

    address = server.url("postgres", "xinnong")
    with psycopg.connect(address) as administrator:
        row = administrator.execute("SELECT pg_total_relation_size(%s)", [table]).fetchone()
    assert row is not None
    return int(row[0])


class _Undone(Exception):
    """Ends a transaction that was only measured."""


def _bare(statement: str) -> float:
    """Seconds of one statement, undone afterwards."""
    from django.db import connection

    from xinnong.accounts.scope import SYSTEM, scoped

    seconds = 0.0
    with suppress(_Undone), scoped(SYSTEM), connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute(statement)
        seconds = time.perf_counter() - began
        raise _Undone
    return seconds


if __name__ == "__main__":
    raise SystemExit(main())
