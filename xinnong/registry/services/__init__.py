"""The only writer of parties: set-based, from the tables of a county refresh.

Every function runs inside the publishing transaction of `pipelines`, under the batch role, and
touches only rows that changed, so that a run on unchanged sources writes nothing but itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connections

from xinnong.core.ids import household_ref
from xinnong.registry.identities import COLUMNS, sealed_rows

if TYPE_CHECKING:
    from datetime import datetime

    from xinnong.analytics.loading import Loader

HOUSEHOLD_COLUMNS = {
    "id": "bigint",
    "ref": "text",
    "area12": "text",
    "head_name": "text",
    "members_count": "smallint",
    "workers_count": "smallint",
    "state": "text",
    "successor_id": "bigint",
}
PERSON_COLUMNS = {
    "key": "uuid",
    "ref": "uuid",
    "household_id": "bigint",
    "relation": "text",
    "evidence": "text",
    "name": 'text COLLATE "C"',
    "initials": 'text COLLATE "C"',
    "birth": "date",
    "sex": "text",
    "area12": "text",
    "state": "text",
    "is_head": "boolean",
}


def publish_households(loader: Loader, *, run_id: int) -> int:
    """Upsert households from DuckDB views `households` and `persons`; return rows staged."""
    _name_new_households(loader)
    staged = loader.stage(
        "incoming_household",
        HOUSEHOLD_COLUMNS,
        """SELECT h.household_no, r.ref, h.area12, coalesce(p.name, ''), h.members, h.workers,
                  CASE h.status WHEN 'active' THEN 'active' ELSE h.status END, h.successor_no
           FROM households h JOIN household_refs r USING (household_no)
           LEFT JOIN persons p ON p.person_key = h.head_key""",
    )
    loader.execute(
        """INSERT INTO registry_household AS old (id, ref, area12, head_name, members_count,
               workers_count, state, successor_id, first_run_id, last_run_id)
           SELECT id, ref, area12, head_name, members_count, workers_count, state, successor_id,
                  %s, %s
           FROM incoming_household
           ON CONFLICT (id) DO UPDATE SET area12 = excluded.area12,
               head_name = excluded.head_name, members_count = excluded.members_count,
               workers_count = excluded.workers_count, state = excluded.state,
               successor_id = excluded.successor_id, last_run_id = excluded.last_run_id
           WHERE (old.area12, old.head_name, old.members_count, old.workers_count, old.state,
                  old.successor_id)
               IS DISTINCT FROM (excluded.area12, excluded.head_name, excluded.members_count,
                  excluded.workers_count, excluded.state, excluded.successor_id)""",
        [run_id, run_id],
    )
    return staged


def _name_new_households(loader: Loader) -> None:
    """Write the public reference of every household number into DuckDB table household_refs."""
    numbers = [
        row[0] for row in loader.duck.execute("SELECT household_no FROM households").fetchall()
    ]
    loader.duck.execute(
        "CREATE OR REPLACE TABLE household_refs AS "
        "SELECT unnest(?::BIGINT[]) AS household_no, unnest(?::VARCHAR[]) AS ref",
        [numbers, [household_ref(number) for number in numbers]],
    ).fetchall()


def publish_persons(loader: Loader) -> int:
    """Upsert persons with their current household; return rows staged."""
    staged = loader.stage(
        "incoming_person",
        PERSON_COLUMNS,
        """SELECT p.person_key, uuidv7(), m.household_no, coalesce(m.relation, ''),
                  coalesce(m.evidence, ''), coalesce(p.name, ''), coalesce(p.pinyin_initials, ''),
                  p.birth, coalesce(p.sex, ''), coalesce(h.area12, p.area12, ''),
                  coalesce(p.state, ''), coalesce(h.head_key = p.person_key, false)
           FROM persons p LEFT JOIN membership m USING (person_key)
           LEFT JOIN households h ON h.household_no = m.household_no AND h.status = 'active'""",
    )
    loader.execute(
        """INSERT INTO registry_person AS old (key, ref, household_id, relation, evidence, name,
               initials, birth, sex, area12, state, is_head)
           SELECT key, ref, household_id, relation, evidence, name, initials, birth, sex, area12,
                  state, is_head
           FROM incoming_person
           ON CONFLICT (key) DO UPDATE SET household_id = excluded.household_id,
               relation = excluded.relation, evidence = excluded.evidence, name = excluded.name,
               initials = excluded.initials, birth = excluded.birth, sex = excluded.sex,
               area12 = excluded.area12, state = excluded.state, is_head = excluded.is_head
           WHERE (old.household_id, old.relation, old.evidence, old.name, old.initials, old.birth,
                  old.sex, old.area12, old.state, old.is_head)
               IS DISTINCT FROM (excluded.household_id, excluded.relation, excluded.evidence,
                  excluded.name, excluded.initials, excluded.birth, excluded.sex,
                  excluded.area12, excluded.state, excluded.is_head)"""
    )
    loader.execute(
        """UPDATE registry_person SET household_id = NULL, is_head = false
           WHERE household_id IS NOT NULL
             AND NOT EXISTS (SELECT FROM incoming_person i WHERE i.key = registry_person.key)
             AND NOT EXISTS (SELECT FROM privacy_canary c
                             WHERE c.household_id = registry_person.household_id)"""
    )
    return staged


def publish_memberships(loader: Loader, *, run_id: int) -> None:
    """Close memberships that ended and open those that began; the rest stay untouched."""
    loader.execute(
        """UPDATE registry_membership m SET until_run_id = %s
           FROM registry_person p
           WHERE p.id = m.person_id AND m.until_run_id IS NULL
             AND m.household_id IS DISTINCT FROM p.household_id""",
        [run_id],
    )
    loader.execute(
        """INSERT INTO registry_membership (household_id, person_id, area12, relation, evidence,
               since_run_id)
           SELECT p.household_id, p.id, p.area12, p.relation, p.evidence, %s
           FROM registry_person p
           WHERE p.household_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM registry_membership m
               WHERE m.person_id = p.id AND m.until_run_id IS NULL)""",
        [run_id],
    )


def publish_organisations(loader: Loader, *, run_id: int) -> int:
    """Upsert organisations by unified social credit code; return rows staged."""
    staged = loader.stage(
        "incoming_organisation",
        {
            "uscc": "text",
            "ref": "uuid",
            "name": "text",
            "kind": "text",
            "area12": "text",
            "head_key": "uuid",
            "members_count": "integer",
            "model_level": "text",
        },
        """SELECT uscc, uuidv7(), coalesce(name, ''), coalesce(kind, ''), coalesce(area12, ''),
                  head_key, coalesce(members, 0), coalesce(model_level, '')
           FROM organisations""",
    )
    loader.execute(
        """INSERT INTO registry_organisation AS old (uscc, ref, name, kind, area12, head_key,
               members_count, model_level, last_run_id)
           SELECT uscc, ref, name, kind, area12, head_key, members_count, model_level, %s
           FROM incoming_organisation
           ON CONFLICT (uscc) DO UPDATE SET name = excluded.name, kind = excluded.kind,
               area12 = excluded.area12, head_key = excluded.head_key,
               members_count = excluded.members_count, model_level = excluded.model_level,
               last_run_id = excluded.last_run_id
           WHERE (old.name, old.kind, old.area12, old.head_key, old.members_count,
                  old.model_level)
               IS DISTINCT FROM (excluded.name, excluded.kind, excluded.area12,
                  excluded.head_key, excluded.members_count, excluded.model_level)""",
        [run_id],
    )
    return staged


def publish_pending(loader: Loader, *, now: datetime) -> int:
    """Note every row whose only fault is its resident id; return how many wait.

    A row waits until somebody links it, or until its delivery is withdrawn or replaced.
    """
    waiting = loader.stage(
        "incoming_pending",
        {"class_name": "text", "batch": "bigint", "row": "integer", "reason": "text"},
        "SELECT class_name, batch, row, reason FROM pending",
    )
    loader.execute(
        """INSERT INTO registry_pendinglink AS old (class_name, batch, row, reason, state, noted_at)
           SELECT class_name, batch, row, reason, 'waiting', %s FROM incoming_pending
           ON CONFLICT (batch, row, class_name) DO UPDATE SET state = 'waiting'
           WHERE old.state = 'closed'""",
        [now],
    )
    loader.execute(
        """UPDATE registry_pendinglink SET state = 'closed'
           WHERE state = 'waiting' AND NOT EXISTS (
               SELECT FROM incoming_pending i
               WHERE (i.batch, i.row, i.class_name)
                   = (registry_pendinglink.batch, registry_pendinglink.row,
                      registry_pendinglink.class_name))"""
    )
    return waiting


def publish_identities(loader: Loader) -> int:
    """Seal what changed and upsert it with its search hashes; return the identities sealed."""
    _fetch_known_identities(loader)
    sealed = loader.stage_rows("incoming_identity", COLUMNS, sealed_rows(loader.duck))
    columns = ", ".join(name for name in COLUMNS if name != "key")
    loader.execute(
        f"""INSERT INTO registry_identity (person_id, area12, {columns})
            SELECT p.id, p.area12, {", ".join(f"i.{name}" for name in COLUMNS if name != "key")}
            FROM incoming_identity i JOIN registry_person p USING (key)
            ON CONFLICT (person_id) DO UPDATE SET area12 = excluded.area12,
                {", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name != "key")}"""
    )
    loader.execute(
        """UPDATE registry_identity i SET area12 = p.area12 FROM registry_person p
           WHERE p.id = i.person_id AND i.area12 <> p.area12"""
    )
    return sealed


def _fetch_known_identities(loader: Loader) -> None:
    """Make what the vault holds readable in DuckDB as known_identity (key, content_hash)."""
    path = loader.fetch(
        "known_identity",
        """SELECT p.key, i.content_hash FROM registry_identity i
           JOIN registry_person p ON p.id = i.person_id""",
    )
    loader.duck.execute(
        f"""CREATE OR REPLACE TABLE known_identity AS
            SELECT * FROM read_csv('{path}', header = false, auto_detect = false,
                columns = {{'key': 'UUID', 'content_hash': 'BIGINT'}})"""
    ).fetchall()
    path.unlink()


def households_by_person_key(path: Path, *, using: str) -> None:
    """Write household number and person key of every current member to `path` as CSV.

    People of a household that is gone count as its members still, so that a delivery which was
    withdrawn by mistake and comes back brings the old numbers back. Planted households are nobody's.
    """
    statement = """COPY (
        SELECT household_id, key FROM registry_person p WHERE household_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM privacy_canary c WHERE c.household_id = p.household_id)
        UNION ALL
        SELECT last.household_id, p.key FROM registry_person p
        CROSS JOIN LATERAL (
            SELECT m.household_id FROM registry_membership m
            WHERE m.person_id = p.id ORDER BY m.until_run_id DESC LIMIT 1) AS last
        JOIN registry_household h ON h.id = last.household_id AND h.state = 'gone'
        WHERE p.household_id IS NULL
          AND NOT EXISTS (SELECT FROM privacy_canary c WHERE c.household_id = h.id)
    ) TO STDOUT (FORMAT csv)"""
    with (
        path.open("wb") as target,
        connections[using].cursor() as cursor,
        cursor.copy(statement) as rows,
    ):
        for chunk in rows:
            target.write(chunk)
