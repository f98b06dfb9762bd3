"""The hourly look for borrowed names over many loans: everything, and only what was touched since.

    .venv/bin/python benchmarks/alerts.py [--loans 50000] [--touched 200]

Three of five borrowers draw twice; each has a card, a phone and a number, some of them shared, and one
of forty hands paid out. Prints one JSON object: seconds of the first look (which raises every alert),
of the same look again at everything, of an hourly look after nothing happened, and of one after so
many new drawings.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

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
    from collections.abc import Callable

    from xinnong.config import postgres

DRAWN = date(2026, 11, 1)
TEMPLATES = 100
ROUNDS = 5
SPREAD = (
    # three of five borrowers twice; drawn over the year; a card each
    """
UPDATE lending_loan SET household_id = NULL, contract_ref = gen_random_uuid(),
    person = lpad(to_hex(1000000 + (id % ({loans} * 3 / 5))), 32, '0')::uuid,
    payee = lpad(to_hex(2000000 + (id % ({loans} * 3 / 5))), 32, '0')::uuid,
    disbursed_on = DATE '2026-11-01' - (id % 300)::int
WHERE id > {after}
""",
    """
INSERT INTO lending_bankcard (ref, institution, area12, household_id, person, number_hash,
    number_key, last4, bank, verified_how, bound_by, bound_at, removed_at)
SELECT DISTINCT ON (l.payee) l.payee, l.institution, l.area12, 1, l.person,
    CASE WHEN l.id % 500 = 0 THEN 7 ELSE l.id + 1000 END, '', '0000', 'b', 'counter',
    l.person, now(), now()
FROM lending_loan AS l
WHERE l.id > {after}
    AND NOT EXISTS (SELECT 1 FROM lending_bankcard AS c WHERE c.ref = l.payee)
ORDER BY l.payee
""",
    """
INSERT INTO lending_paymenthold (ref, institution, area12, household_id, person, kind, mark,
    seen_at, held_until, called_how)
SELECT gen_random_uuid(), p.institution, p.area12, 1, p.person, k.kind,
    CASE WHEN p.id % 200 = 0 THEN p.id / 1000 ELSE p.id + 100000 END, now(), now(), ''
FROM (SELECT DISTINCT ON (person) * FROM lending_loan WHERE id > {after} ORDER BY person) AS p
CROSS JOIN (VALUES ('device'), ('number')) AS k (kind)
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO lending_loanversion (loan_id, version, from_on, reason, terms, made_at, made_by)
SELECT id, 1, disbursed_on, 'loan.draw', '', now(), lpad(to_hex(3000000 + id % 40), 32, '0')::uuid
FROM lending_loan WHERE id > {after} ON CONFLICT DO NOTHING
""",
)


def main() -> int:
    """Measure the looks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--loans", type=int, default=50_000)
    parser.add_argument("--touched", type=int, default=200)
    options = parser.parse_args()
    with open_lender() as (bank, server):
        lend(bank, TEMPLATES, on=DRAWN)
        multiply(options.loans // TEMPLATES - 1)
        _spread(server, 0, options.loans)
        as_administrator(server, "VACUUM ANALYZE")
        found = {
            "loans": options.loans,
            "first": _look(),
            "whole": _median(lambda: _look(whole=True)),
            "idle": _median(_look),
            "touched": options.touched,
            "after_touch": _median(lambda: _touch(server, options)),
        }
    found["whole_to_touched"] = round(found["whole"] / found["after_touch"], 1)
    print(json.dumps(found), flush=True)
    return 0


def multiply_some(count: int) -> None:
    """So many drawings more, each a copy of another loan."""
    from django.db import connection

    from xinnong.accounts.scope import SYSTEM, scoped

    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO lending_loan OVERRIDING SYSTEM VALUE SELECT (r).* FROM ("
            " SELECT jsonb_populate_record(l, jsonb_build_object('id', l.id + m.top,"
            " 'ref', gen_random_uuid())) AS r FROM lending_loan AS l,"
            " (SELECT max(id) AS top FROM lending_loan) AS m WHERE l.id <= %s) AS rows",
            [count],
        )


def _newest() -> int:
    from xinnong.accounts.scope import SYSTEM, scoped
    from xinnong.lending.models import Loan

    with scoped(SYSTEM):
        return int(Loan.objects.order_by("-id").values_list("id", flat=True)[0])


def _spread(server: postgres.Server, after: int, loans: int) -> None:
    for statement in SPREAD:
        as_administrator(server, statement.format(after=after, loans=loans))


def _median(look: Callable[[], float]) -> float:
    """The middle of some looks, in seconds."""
    return sorted(look() for _ in range(ROUNDS))[ROUNDS // 2]


def _touch(server: postgres.Server, options: argparse.Namespace) -> float:
    """The look after some more drawings."""
    newest = _newest()
    multiply_some(options.touched)
    _spread(server, newest, options.loans)
    return _look()


def _look(*, whole: bool = False) -> float:
    from xinnong.lending.services.alert_looks import look_for_alerts

    began = time.perf_counter()
    look_for_alerts(institution=BANK, on=DRAWN + timedelta(1), now=NOW, whole=whole)
    return round(time.perf_counter() - began, 3)


if __name__ == "__main__":
    sys.exit(main())
