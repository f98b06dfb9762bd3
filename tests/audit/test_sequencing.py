"""Entries get numbers in the order in which they show, once each, whatever happens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests.audit.logs import entries, leaves, register_all, sequence, waiting, write
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, Scope, scoped
from xinnong.audit.models import Entry, Leaf, LogCheckpoint, Node, NoteSigner, Pending
from xinnong.audit.queries.log import root_of, stored_tree
from xinnong.audit.queries.verifying import verify_log
from xinnong.audit.services import SYSTEM_ACTOR
from xinnong.core.evidence import kept_tree
from xinnong.core.merkle import inclusion_holds, inclusion_proof, root
from xinnong.core.notes import read_checkpoint, read_note, signature_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


def test_it_numbers_every_entry_once_and_signs() -> None:
    write(700)
    assert waiting() == 700
    first = sequence(limit=300)
    assert (first.entries, first.size, first.signed) == (300, 300, True)
    assert waiting() == 401  # the rest, and the entry that the log's key was registered
    second = sequence(NOW + timedelta(seconds=9))
    assert (second.entries, second.size, second.signed) == (401, 701, False)
    assert sequence(LATER).signed
    assert not sequence(LATER + timedelta(minutes=1)).signed
    assert [index for index, _ in leaves()] == list(range(701))
    assert {entry for _, entry in leaves()} == entries()
    assert Node.objects.filter(rung=1).count() == 2
    hashes = [bytes(leaf) for leaf in Leaf.objects.order_by("index").values_list("hash", flat=True)]
    newest = LogCheckpoint.objects.order_by("-size").first()
    assert newest is not None
    note = read_note(newest.note)
    assert note is not None
    said = read_checkpoint(note.body)
    assert said is not None
    assert (said.size, said.root, said.more[1]) == (701, root(hashes), "after 300")
    assert root_of(511) == root(hashes[:511])
    with scoped(SYSTEM):
        from xinnong.audit.queries.log import log_keys

        assert signature_of(log_keys()[0], note)
        assert verify_log().wrong == 0


def test_a_proof_reads_a_few_blocks() -> None:
    """Of a tree with three rungs, as one of ten million leaves has."""
    reads: list[tuple[int, int, int]] = []

    def read(rung: int, start: int, end: int) -> list[bytes]:
        reads.append((rung, start, end))
        return [f"{rung} {place}".encode().ljust(32) for place in range(start, end)]

    node = kept_tree(read)
    path = inclusion_proof(1_234_567, 10_000_000, node)
    assert len(path) == 24
    assert len(reads) == len(set(reads)) <= 6
    assert sum(end - start for _, start, end in reads) <= 6 * 256


def test_a_stored_proof_holds() -> None:
    write(600)
    sequence()
    top, tree = root_of(600), stored_tree()
    for index in (0, 255, 256, 511, 599):
        leaf = bytes(Leaf.objects.get(index=index).hash)
        proof = inclusion_proof(index, 600, tree)
        assert inclusion_holds(leaf=leaf, index=index, size=600, proof=proof, root=top)


def test_nobody_below_the_owner_changes_the_log() -> None:
    register_all()
    write(3)
    sequence()
    for table in ("leaf", "node", "logcheckpoint", "cosignature", "notesigner"):
        for statement in (f"DELETE FROM audit_{table}", f"UPDATE audit_{table} SET id = 1"):
            with pytest.raises(DatabaseError), scoped(SYSTEM), connection.cursor() as cursor:
                cursor.execute(statement)
    for make in (
        lambda: Leaf.objects.create(index=9, entry=9, hash=b"x"),
        lambda: Pending.objects.bulk_create([Pending(entry=9)]),
    ):
        with (
            pytest.raises(DatabaseError, match="row-level security"),
            scoped(Scope(actor=SYSTEM_ACTOR)),
        ):
            make()
    with scoped(Scope(actor=NoteSigner.objects.first().ref)):  # type: ignore[union-attr]
        assert Pending.objects.count() == 0
        assert Leaf.objects.count() == 6  # three registrations among them


def test_what_no_command_wrote_keeps_nobody_waiting() -> None:
    with scoped(SYSTEM):
        Entry.objects.create(at=NOW, actor=SYSTEM_ACTOR, action="a.b", counts={"x": 1.5})
    write(2)
    assert sequence().entries == 2
    with scoped(SYSTEM):
        found = verify_log()
    assert [(each.what, each.index) for each in found.problems] == [("row_altered", 2)]


def test_a_kill_at_any_statement_leaves_nothing_or_everything() -> None:
    write(300)

    class Killed(Exception):
        pass

    def kill_at(number: int) -> Any:
        done = 0

        def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
            nonlocal done
            done += 1
            if done == number:
                raise Killed
            return run(sql, params, many, context)

        return execute

    for number in range(1, 60):
        try:
            with transaction.atomic(), connection.execute_wrapper(kill_at(number)):
                sequence()
        except Killed:
            assert (Leaf.objects.count(), Node.objects.count(), waiting()) == (0, 0, 300)
            continue
        break
    assert number > 8
    assert (Leaf.objects.count(), Node.objects.count(), waiting()) == (300, 1, 1)
