"""Whatever somebody with all rights over the database changes is found, and the first bad index named."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests import database
from tests.audit.logs import LOG_KEY, WITNESSES, filled_log
from tests.factories import empty_tables
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Leaf, LogCheckpoint
from xinnong.audit.queries.log import CONTENT, hash_or_none, log_keys, root_of
from xinnong.audit.queries.verifying import Verified, verify_log
from xinnong.cli import verify_log as verify_log_command
from xinnong.core.merkle import Frontier
from xinnong.core.notes import (
    LOG,
    Checkpoint,
    Note,
    NoteKey,
    read_checkpoint,
    read_note,
    signed_by,
    to_be_signed,
)

TABLES = ("entry", "pending", "leaf", "node", "notesigner", "logcheckpoint", "cosignature")
ENTRY = "(SELECT entry FROM audit_leaf WHERE index = {})"
Owner = psycopg.Connection


@pytest.fixture(scope="module")
def log(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Checkpoint]:
    """A committed log; what a witness remembers of its middle."""
    with django_db_blocker.unblock():
        try:
            with filled_log():
                note = read_note(LogCheckpoint.objects.get(size=300).note)
                assert note is not None
                said = read_checkpoint(note.body)
                assert said is not None
                yield said
        finally:
            empty_tables()


@pytest.fixture
def owner(
    log: Checkpoint, database_server: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[Owner]:
    """Whoever may do everything; what was done is undone after the test."""
    name = connection.settings_dict["NAME"]
    with (
        django_db_blocker.unblock(),
        psycopg.connect(database.address(database_server, name), autocommit=True) as link,
    ):
        for table in TABLES:
            link.execute(f"ALTER TABLE audit_{table} NO FORCE ROW LEVEL SECURITY".encode())
            link.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE audit_{table}".encode())
        link.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        try:
            yield link
        finally:
            link.execute(f"TRUNCATE {', '.join('audit_' + table for table in TABLES)}".encode())
            for table in TABLES:
                rows = f"INSERT INTO audit_{table} OVERRIDING SYSTEM VALUE TABLE kept_{table}"
                link.execute(rows.encode())
                link.execute(f"ALTER TABLE audit_{table} FORCE ROW LEVEL SECURITY".encode())
            link.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")


def verified(start: int = 0, *seen: Checkpoint) -> Verified:
    with scoped(SYSTEM):
        return verify_log(start=start, seen=seen)


def first(start: int = 0) -> tuple[str, int, int] | None:
    found = verified(start).first
    return None if found is None else (found.what, found.index, found.until)


def test_an_untouched_log_holds(log: Checkpoint, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        found = verified(0, log)
        assert (found.wrong, found.leaves, found.checkpoints, found.cosignatures) == (0, 604, 3, 8)
        assert (found.short, found.witnessed, found.root) == (1, 300, root_of(604))
        assert verified(301).leaves == 303


COLUMNS = {
    "id": "id = 100000",
    "ref": "ref = gen_random_uuid()",
    "at": "at = at + interval '1 microsecond'",
    "at beyond all calendars": "at = 'infinity'",
    "actor": "actor = gen_random_uuid()",
    "owner_kind": "owner_kind = 'b'",
    "institution": "institution = 'BANK-01'",
    "action": "action = 'registry.refreshed'",
    "subject": "subject = gen_random_uuid()",
    "no subject": "subject = NULL",
    "run_id": "run_id = run_id + 1",
    "counts": """counts = '{"read": 1}'""",
    "a fraction": """counts = jsonb_set(counts, '{read}', '400.0')""",
    "no object": "counts = '[]'",
    "a deep one": "counts = (repeat('[', 5000) || repeat(']', 5000))::jsonb",
    "checksum": "checksum = repeat('a', 64)",
}


@pytest.mark.slow
@pytest.mark.parametrize("change", COLUMNS.values(), ids=list(COLUMNS))
def test_any_column_of_an_entry(owner: Owner, change: str) -> None:
    assert "id" in COLUMNS
    owner.execute(f"UPDATE audit_entry SET {change} WHERE id = {ENTRY.format(400)}".encode())
    what = "row_missing" if change.startswith("id") else "row_altered"
    assert first() == (what, 400, 400)
    assert first(401) is None or change.startswith("id")  # who begins behind it does not see it


DEEDS = {
    "an entry deleted": (f"DELETE FROM audit_entry WHERE id = {ENTRY.format(17)}", "row_missing", 17, 17),
    "two entries swapped": (
        (f"UPDATE audit_entry a SET run_id = b.run_id, at = b.at, ref = CASE a.id WHEN {ENTRY.format(20)}"
        f" THEN a.ref ELSE a.ref END, counts = b.counts FROM audit_entry b WHERE (a.id, b.id) IN"
        f" (({ENTRY.format(20)}, {ENTRY.format(30)}), ({ENTRY.format(30)}, {ENTRY.format(20)}))"),
        "row_altered", 20, 20,
    ),
    "an entry put in": (
        ("INSERT INTO audit_entry (id, ref, at, actor, owner_kind, institution, action, counts, checksum)"
        " OVERRIDING SYSTEM VALUE SELECT -5, gen_random_uuid(), at, actor, '', '', action, '{}', ''"
        " FROM audit_entry LIMIT 1"),
        "row_put_in", 0, 0,
    ),
    "leaves swapped": (
        ("UPDATE audit_leaf SET index = CASE index WHEN 40 THEN 90001 ELSE 90000 END WHERE index IN (40, 50);"
        "UPDATE audit_leaf SET index = CASE index WHEN 90001 THEN 50 ELSE 40 END WHERE index >= 90000"),
        "leaf_altered", 40, 40,
    ),
    "a leaf deleted": ("DELETE FROM audit_leaf WHERE index = 77", "leaf_missing", 77, 77),
    "the last leaves deleted": ("DELETE FROM audit_leaf WHERE index >= 590", "leaf_missing", 590, 603),
    "a leaf's hash": ("UPDATE audit_leaf SET hash = sha256('x') WHERE index = 301", "leaf_altered", 301, 301),
    "a leaf's entry": ("UPDATE audit_leaf SET entry = 100000 WHERE index = 8", "row_missing", 8, 8),
    "a leaf below the first": (
        "INSERT INTO audit_leaf SELECT -1, -1, hash FROM audit_leaf LIMIT 1", "leaf_altered", 0, 0,
    ),
    "a node": ("UPDATE audit_node SET hash = sha256('x') WHERE index = 1", "node_altered", 256, 511),
    "a node deleted": ("DELETE FROM audit_node WHERE index = 0", "node_altered", 0, 255),
    "a node too many": ("INSERT INTO audit_node VALUES (2, 0, sha256('x'))", "node_altered", 0, 604),
    "a checkpoint's root": (
        "UPDATE audit_logcheckpoint SET root = sha256('x') WHERE size = 300", "checkpoint_altered", 299, 299,
    ),
    "a checkpoint's time": (
        "UPDATE audit_logcheckpoint SET at = 'infinity' WHERE size = 300", "checkpoint_altered", 299, 299,
    ),
    "a checkpoint's note": (
        "UPDATE audit_logcheckpoint SET note = replace(note, '300', '299') WHERE size = 300",
        "checkpoint_signature", 299, 299,
    ),
    "a checkpoint and its signatures deleted": (
        ("DELETE FROM audit_cosignature WHERE checkpoint_id = 300;"
        "DELETE FROM audit_logcheckpoint WHERE size = 300"), "checkpoint_missing", 603, 603,
    ),
    "a witness's line": (
        "UPDATE audit_cosignature SET line = replace(line, 'police', 'polite') WHERE checkpoint_id = 100",
        "witness_signature", 99, 99,
    ),
    "a witness's time": (
        "UPDATE audit_cosignature SET at = '-infinity' WHERE checkpoint_id = 100", "witness_signature", 99, 99,
    ),
    "a witness's key": (
        "UPDATE audit_notesigner SET point = sha256('x') WHERE name = 'notary'", "witness_signature", 99, 99,
    ),
    "an entry taken away before its number": (
        "INSERT INTO audit_pending VALUES (100001)", "row_missing", 604, 604,
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("deed", "what", "index", "until"), DEEDS.values(), ids=list(DEEDS))
def test_any_other_deed(owner: Owner, deed: str, what: str, index: int, until: int) -> None:
    owner.execute(deed.encode())
    assert first() == (what, index, until)


def rewrite(owner: Owner, index: int, *, with_nodes: bool) -> None:
    """Change an entry and compute everything above it again, as a careful forger does."""
    owner.execute(f"UPDATE audit_entry SET run_id = 9999 WHERE id = {ENTRY.format(index)}".encode())
    query = f"SELECT {CONTENT} FROM audit_entry e WHERE id = {ENTRY.format(index)}"
    row = owner.execute(query.encode()).fetchone()
    assert row is not None
    forged = hash_or_none(index, row)
    assert forged is not None
    owner.execute("UPDATE audit_leaf SET hash = %s WHERE index = %s", [forged, index])
    if not with_nodes:
        return
    frontier = Frontier()
    for leaf in Leaf.objects.order_by("index").values_list("hash", flat=True):
        for level, place, node in frontier.add(bytes(leaf)):
            values = [node, level // 8, place]
            if level == 8:
                owner.execute(
                    "UPDATE audit_node SET hash = %s WHERE rung = %s AND index = %s", values
                )


@pytest.mark.slow
def test_a_leaf_made_to_fit_its_entry_is_found_by_the_node(owner: Owner) -> None:
    rewrite(owner, 150, with_nodes=False)
    assert first() == ("tree", 100, 255)


@pytest.mark.slow
def test_a_whole_tree_made_again_is_found_by_what_was_signed(owner: Owner) -> None:
    rewrite(owner, 150, with_nodes=True)
    assert first() == ("tree", 100, 299)


@pytest.mark.slow
def test_whoever_has_the_log_s_key_too_is_found_by_the_witnesses(
    owner: Owner, log: Checkpoint
) -> None:
    """Everything is signed anew: what witnesses signed does not fit, and what they remember."""
    rewrite(owner, 150, with_nodes=True)
    own = log_keys()[0]
    for row in LogCheckpoint.objects.order_by("size"):
        note = read_note(row.note)
        said = read_checkpoint(note.body) if note else None
        assert said is not None
        body = Checkpoint(own.name, said.size, root_of(said.size), said.more).body()
        forged = Note(body, (signed_by(own, LOG_KEY.sign(to_be_signed(LOG, body))),)).text()
        owner.execute(
            "UPDATE audit_logcheckpoint SET root = %s, note = %s WHERE size = %s",
            [root_of(said.size), forged, said.size],
        )
    assert first() == ("witness_signature", 299, 299)
    owner.execute("TRUNCATE audit_cosignature")
    assert first() is None
    found = verified(0, log)
    assert [(each.what, each.index, each.until) for each in found.problems] == [("tree", 0, 299)]
    assert found.short == 3


@pytest.mark.slow
def test_a_key_that_nobody_registered(owner: Owner) -> None:
    point = WITNESSES["police"].public_key().public_bytes_raw()
    assert NoteKey("x", LOG, point).hint
    owner.execute(
        "INSERT INTO audit_notesigner (ref, name, kind, point, since)"
        " VALUES (gen_random_uuid(), 'thief', 'w', %s, now())",
        [point],
    )
    assert first() == ("key", 604, 604)


@pytest.mark.slow
def test_the_command_names_it_and_ends_with_one(
    owner: Owner, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert command("--json") == 0
    assert json.loads(capsys.readouterr().out)["first_bad"] is None
    owner.execute(f"UPDATE audit_entry SET run_id = 1 WHERE id = {ENTRY.format(400)}".encode())
    assert command("--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["first_bad"]["index"], told["first_bad"]["what"]) == (400, "row_altered")
    assert (told["leaves"], told["short"], told["witnessed"]) == (604, 1, 300)
    assert command() == 1
    assert "index 400: row_altered: the entry is not what its leaf says" in capsys.readouterr().out
    assert command("--from", "604") == 0
    assert command("--from", "605") == 2
    (tmp_path / "state").write_text("{}")
    with pytest.raises(SystemExit) as ended:
        command("--seen", str(tmp_path / "state"))
    assert ended.value.code == 2


def command(*arguments: str) -> int:
    """What the command ends with."""
    parser = argparse.ArgumentParser()
    verify_log_command.add_arguments(parser)
    return verify_log_command.run(parser.parse_args(arguments))
