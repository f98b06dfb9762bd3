"""The whole log computed again from its rows, and everything that does not hold, first index first.

A chunk at a time, in the order of the log, so that memory does not grow with it. Nothing that stands
in the database makes this fail: what cannot be read is what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import connections

from xinnong.audit.models import LogCheckpoint, Node
from xinnong.audit.queries.log import CONTENT, hash_or_none, log_keys, log_size, stored_tree
from xinnong.audit.queries.verifying_signed import Signed, signed_between
from xinnong.audit.queries.verifying_strays import STRAYS, LookForStrays
from xinnong.core.evidence import RUNG_LEVELS, TreeBroken, frontier_at, rungs_made
from xinnong.core.merkle import Frontier
from xinnong.core.notes import Checkpoint

CHUNK: Final = 8_192
KINDS: Final = (
    "leaf_missing", "row_missing", "leaf_altered", "row_altered", "tree", "node_altered",
    "checkpoint_signature", "checkpoint_altered", "checkpoint_missing", "witness_signature",
    "row_put_in", "payload", "key",
)  # fmt: skip
MOST_PROBLEMS: Final = 1_000
TOP_RUNG: Final = 7
"""256^7 leaves are more than a bigint counts in any installation's life."""

ROWS: Final = f"""
SELECT l.index, l.hash, l.entry, {CONTENT}
FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry
WHERE l.index >= %s AND l.index < %s ORDER BY l.index
"""  # noqa: S608  # our own columns
Told = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold: the first leaf that it concerns, the last, and what it is.

    `entry` is the internal number of the entry, `checkpoint` the size of the checkpoint, 0 for none.
    """

    index: int
    until: int
    what: str
    entry: int = 0
    checkpoint: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands among others: by index, then the deed before what follows from it."""
        return self.index, KINDS.index(self.what)


@dataclass(slots=True)
class Verified:
    """What was looked at, and what was found; `problems` are the first thousand, `wrong` all."""

    size: int
    start: int
    leaves: int = 0
    checkpoints: int = 0
    cosignatures: int = 0
    short: int = 0
    witnessed: int = 0
    waiting: int = 0
    wrong: int = 0
    root: bytes = b""
    problems: list[Problem] = field(default_factory=list)

    def add(self, problem: Problem) -> None:
        """Take down one more."""
        self.wrong += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    @property
    def first(self) -> Problem | None:
        """The one with the smallest index."""
        return min(self.problems, key=lambda problem: problem.place, default=None)


@dataclass(slots=True)
class _Walk:
    """How far the tree is known to be right: by a signed root, and which rungs are in doubt since."""

    found: Verified
    tree: Frontier
    proved: int
    rows: list[Problem] = field(default_factory=list)
    rungs: list[Problem] = field(default_factory=list)
    is_broken: bool = False


def verify_log(
    *,
    start: int = 0,
    seen: Sequence[Checkpoint] = (),
    more: Sequence[LookForStrays] = (),
    told: Told = lambda _done, _all: None,
) -> Verified:
    """Compute leaves, rungs, roots and signatures from an index on, and look for strays.

    `seen` are checkpoints that witnesses remember, `more` further searches of the apps above; `told`
    hears how far it is. Call inside `scoped(SYSTEM)`. Raises ValueError for a start behind the end.
    """
    newest = LogCheckpoint.objects.order_by("-size").values_list("size", flat=True).first() or 0
    size = log_size()
    if not 0 <= start <= size:
        raise ValueError("start")
    found = Verified(size, start)
    walked = _walk(found, told)
    if newest > size:
        found.add(Problem(size, newest - 1, "leaf_missing", checkpoint=newest))
    if walked:
        _look_at_seen(found, seen)
    for stray in (*STRAYS, *more):
        for what, index, entry in stray(size):
            found.add(Problem(index, index, what, entry=entry))
    found.problems.sort(key=lambda problem: problem.place)
    return found


def _walk(found: Verified, told: Told) -> bool:
    """Go through every leaf; False where one is missing, so that nothing behind it can be computed."""
    try:
        tree = frontier_at(found.start, stored_tree())
    except TreeBroken as broken:
        found.add(
            Problem(broken.leaf, broken.leaf, "leaf_missing" if not broken.rung else "node_altered")
        )
        return False
    walk = _Walk(found, tree, found.start)
    for start in range(found.start, found.size, CHUNK):
        end = min(start + CHUNK, found.size)
        signed = signed_between(start, end, log_keys())
        if not _chunk(walk, start, end, signed):
            return False
        told(end, found.size)
    _conclude(walk, found.size, is_right=True)
    found.root = walk.tree.root()
    for rung in range(1, TOP_RUNG + 1):
        _surplus(found, rung)
    return True


def _chunk(walk: _Walk, start: int, end: int, signed: Mapping[int, Signed]) -> bool:
    kept = _kept_rungs(start, end)
    expected = start
    for row in _rows(start, end):
        if row[0] != expected:
            break
        expected += 1
        _take_leaf(walk, row, kept)
        if expected in signed:
            _take_signed(walk, signed[expected])
    if expected < end:
        walk.found.add(Problem(expected, expected, "leaf_missing"))
        _conclude(walk, expected, is_right=True)
    return expected == end


def _rows(start: int, end: int) -> list[Any]:
    with connections["default"].cursor() as cursor:
        cursor.execute(ROWS, [start, end])
        return list(cursor.fetchall())


def _take_leaf(walk: _Walk, row: Sequence[Any], kept: Mapping[tuple[int, int], bytes]) -> None:
    index, stored, entry, *content = row
    stored = bytes(stored)
    walk.found.leaves += 1
    if content[0] is None:
        walk.found.add(Problem(index, index, "row_missing", entry=entry))
    elif hash_or_none(index, content) != stored:
        walk.rows.append(Problem(index, index, "row_altered", entry=entry))
    for rung, place, node in rungs_made(walk.tree.add(stored)):
        if kept.get((rung, place)) != node and not walk.is_broken:
            first = place << (RUNG_LEVELS * rung)
            walk.rungs.append(Problem(first, index, "node_altered"))


def _take_signed(walk: _Walk, signed: Signed) -> None:
    """Compare a signed root with the leaves, and take down what is wrong with its signatures."""
    found, size = walk.found, signed.size
    found.checkpoints += 1
    found.cosignatures += signed.witnesses
    found.short += signed.is_short
    if not signed.is_short:
        found.witnessed = size
    for what in signed.wrong:
        found.add(Problem(size - 1, size - 1, what, checkpoint=size))
    if signed.root is None or walk.is_broken:
        return
    is_right = signed.root == walk.tree.root()
    _conclude(walk, size, is_right=is_right)
    walk.proved = size


def _conclude(walk: _Walk, size: int, *, is_right: bool) -> None:
    """A signed root tells which side of a difference is the altered one.

    Where it is that of the leaves as they stand, rows and rungs that differ from them were altered. Where
    not, leaves were, and the rungs in doubt say where, or the row that differs from its leaf.
    """
    doubtful, rungs, walk.rows, walk.rungs = walk.rows, walk.rungs, [], []
    if is_right:
        for problem in [*doubtful, *rungs]:
            walk.found.add(problem)
        return
    walk.is_broken = True
    for row in doubtful:
        walk.found.add(Problem(row.index, row.index, "leaf_altered", entry=row.entry))
    if not doubtful:
        place = min(rungs, key=_index, default=Problem(walk.proved, size - 1, "tree"))
        first = max(place.index, walk.proved)
        walk.found.add(Problem(first, min(place.until, size - 1), "tree", checkpoint=size))


def _index(problem: Problem) -> int:
    return problem.index


def _kept_rungs(start: int, end: int) -> dict[tuple[int, int], bytes]:
    """The rungs that leaves from a place until before another complete."""
    kept: dict[tuple[int, int], bytes] = {}
    for rung in range(1, TOP_RUNG + 1):
        shift = RUNG_LEVELS * rung
        within = Node.objects.filter(rung=rung, index__gte=start >> shift, index__lt=end >> shift)
        if end >> shift > start >> shift:
            kept |= {(rung, at): bytes(node) for at, node in within.values_list("index", "hash")}
    return kept


def _surplus(found: Verified, rung: int) -> None:
    """Nodes over leaves that are not there."""
    shift = RUNG_LEVELS * rung
    beyond = Node.objects.filter(rung=rung, index__gte=found.size >> shift).order_by("index")
    for place in beyond.values_list("index", flat=True)[:MOST_PROBLEMS]:
        found.add(Problem(min(place << shift, found.size), found.size, "node_altered"))


def _look_at_seen(found: Verified, seen: Sequence[Checkpoint]) -> None:
    """What witnesses remember must still be how the log began."""
    tree = stored_tree()
    for said in seen:
        if said.size > found.size:
            found.add(Problem(found.size, said.size - 1, "leaf_missing", checkpoint=said.size))
        elif said.size and frontier_at(said.size, tree).root() != said.root:
            found.add(Problem(0, said.size - 1, "tree", checkpoint=said.size))
