"""Row-level security keeps its indexes: the plans of the search, read as the application role."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.db.models import Q
from pytest_django import DjangoDbBlocker

from tests import database
from tests.factories import empty_tables
from xinnong.accounts.scope import Scope, scoped
from xinnong.accounts.visibility import AFTER_LAST_DIGIT
from xinnong.journeys.queries.finding import Filters, find
from xinnong.journeys.search_terms import Term, TermKind
from xinnong.registry.models import Run
from xinnong.web.paging import Turn

HOUSEHOLDS = 10_000
FILL = """
INSERT INTO registry_run (ref, as_of, known_at, state, batches, households, persons, card_sha256,
    policy_sha256, input_sha256, started_at, fault)
  VALUES (gen_random_uuid(), '2026-10-31', now(), 'current', 0, 0, 0, '', '', '', now(), '');
INSERT INTO registry_household (id, ref, area12, head_name, members_count, workers_count, state,
    first_run_id, last_run_id)
  SELECT n, 'H' || lpad(n::text, 13, '0'), '339981' || (101 + n % 23)::text
    || (201 + n / 23 % 38)::text, '户' || n, 4, 2, 'active', r.id, r.id
  FROM generate_series(1, {households}) n, registry_run r;
INSERT INTO registry_person (ref, key, household_id, relation, evidence, name, initials, sex, area12,
    state, is_head)
  SELECT gen_random_uuid(), gen_random_uuid(), h.id, '', 'hukou',
    chr((19968 + (h.id * 37 + m * 101) % 300)::int) || chr((20100 + (h.id * 13 + m) % 2000)::int),
    chr((97 + (h.id + m) % 26)::int) || chr((97 + (h.id * 3 + m) % 26)::int),
    '', h.area12, 'alive', m = 0
  FROM registry_household h, generate_series(0, 3) m;
INSERT INTO registry_identity (person_id, area12, key_id, sealed, content_hash, rid_hash,
    rid_tail4_hash, rid_tail5_hash, rid_tail6_hash, phone_hash, phone_tail4_hash, phone_tail5_hash,
    phone_tail6_hash)
  SELECT p.id, p.area12, 'vault-1', '', 0, p.id, p.id % 10000, p.id % 100000, p.id % 1000000, p.id,
    p.id % 10000, p.id % 100000, p.id % 1000000
  FROM registry_person p;
INSERT INTO credit_publishedpolicy (code, version, effective_on, document, sha256, schema_version,
    first_signer, second_signer, published_at)
  VALUES ('p', '1', '2026-01-01', '', 'p', 1, gen_random_uuid(), gen_random_uuid(), now());
INSERT INTO credit_line (run_id, household_id, policy_id, area12, kind, lender, grade, points,
    line_minor, cap_code, closed_gates)
  SELECT r.id, h.id, p.id, h.area12, 'pre', '', CASE h.id % 10 WHEN 0 THEN 'AA' ELSE 'B' END, 600,
    CASE h.id % 9 WHEN 0 THEN 0 ELSE 1000000 END, '',
    CASE h.id % 9 WHEN 0 THEN ARRAY['gate.age.closed'] ELSE ARRAY[]::text[] END
  FROM registry_household h, registry_run r, credit_publishedpolicy p;
"""
SEARCHED = ("registry_household", "registry_person", "registry_identity", "credit_line")
MOST_ROWS = 2_000
"""A page of twenty needs a few hundred rows to be looked at, of 10,000 households or a million."""
OFFICER = Scope(
    actor=None, kinds=("b",), areas=("339981",), institutions=("BANK-01",), persons=True
)
CADRE = Scope(actor=None, kinds=("a",), areas=("339981101201",), persons=True)
NAME = chr(19968 + 37)
SEARCHES: Mapping[str, tuple[Term, dict[str, int], Filters]] = {
    "name": (Term(TermKind.NAME, NAME), {}, Filters()),
    "initials": (Term(TermKind.INITIALS, "BC"), {}, Filters()),
    "id": (Term(TermKind.RID, "x"), {"rid_hash": 77}, Filters()),
    "tail": (Term(TermKind.TAIL4, "x"), {"rid_tail4_hash": 77, "phone_tail4_hash": 78}, Filters()),
    "village": (Term(TermKind.NOTHING), {}, Filters(area="339981101201")),
    "everything": (Term(TermKind.NOTHING), {}, Filters()),
    "grade": (Term(TermKind.NOTHING), {}, Filters(grade="AA")),
    "closed": (Term(TermKind.NOTHING), {}, Filters(state="closed")),
    "grade in a town": (Term(TermKind.NOTHING), {}, Filters(area="339981101", grade="AA")),
    "initials and grade": (Term(TermKind.INITIALS, "B"), {}, Filters(grade="AA")),
}


@pytest.fixture(scope="module")
def filled(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, database_server: str
) -> Iterator[None]:
    """A county of ten thousand households with statistics, committed."""
    with django_db_blocker.unblock():
        with connections["batch"].cursor() as cursor:
            cursor.execute(FILL.replace("{households}", str(HOUSEHOLDS)))
        name = connection.settings_dict["NAME"]
        with psycopg.connect(database.address(database_server, name), autocommit=True) as owner:
            owner.execute(f"ANALYZE {', '.join(SEARCHED)}".encode())
        yield
        empty_tables()


@pytest.mark.slow
@pytest.mark.django_db(databases=["default", "batch"])
@pytest.mark.parametrize("scope", [OFFICER, CADRE], ids=["officer", "cadre"])
@pytest.mark.parametrize("search", SEARCHES)
def test_it_searches_by_index_under_row_level_security(
    filled: None, search: str, scope: Scope
) -> None:
    with scoped(scope):
        plans = _plans(search, scope)
    scanned = [name for plan in plans for name in _whole_tables(plan["Plan"])]
    assert plans
    assert scanned == []
    assert max(rows for plan in plans for rows in _rows(plan["Plan"])) <= MOST_ROWS
    assert sum(plan["Execution Time"] for plan in plans) < 50


def _plans(search: str, scope: Scope) -> list[dict[str, Any]]:
    """The plans of what the search sends, asked for where it is sent: settings belong to them."""
    term, hashes, filters = SEARCHES[search]
    plans: list[dict[str, Any]] = []

    def note(execute: Any, sql: str, parameters: Any, many: Any, context: Any) -> Any:
        if sql.startswith("SELECT") and any(table in sql for table in SEARCHED):
            plans.append(_plan(sql, parameters))
        return execute(sql, parameters, many, context)

    reach = Q(area12__gte=scope.areas[0], area12__lt=scope.areas[0] + AFTER_LAST_DIGIT)
    if len(scope.areas[0]) > len(filters.area):
        filters = replace(filters, area=scope.areas[0])  # as the workbench does for one area
    run = Run.objects.get()
    with connection.execute_wrapper(note):
        find(term, hashes, filters, reach=reach, run=run, turn=Turn(), limit=20)
    return plans


def _plan(sql: str, parameters: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        answer = cursor.fetchone()[0]
    plan = json.loads(answer) if isinstance(answer, str) else answer
    found: dict[str, Any] = plan[0]
    return found


def _rows(plan: dict[str, Any]) -> Iterator[int]:
    """Rows that each step of a plan hands on."""
    yield plan["Actual Rows"] * plan["Actual Loops"]
    for part in plan.get("Plans", []):
        yield from _rows(part)


def _whole_tables(plan: dict[str, Any]) -> Iterator[str]:
    """Tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan" and plan.get("Relation Name") in SEARCHED:
        yield plan["Relation Name"]
    for part in plan.get("Plans", []):
        yield from _whole_tables(part)
