"""What a leaf of the evidence log is, how its tree is kept, and what a witness agrees to.

A leaf is deterministic CBOR of the whole audit entry under its number, so that no entry can be
changed, moved or numbered anew. Of the tree stand, beside the leaves, only the roots over every 256,
65,536 … of them: rungs of a ladder. The few hundred hashes between two rungs are computed when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from xinnong.core.cose import packed
from xinnong.core.errors import Refused
from xinnong.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    NodeAt,
    consistency_holds,
    leaf_hash,
    root,
)
from xinnong.core.notes import Checkpoint

LEAF_VERSION: Final = 1
RUNG_LEVELS: Final = 8
BLOCK: Final = 1 << RUNG_LEVELS
WITNESSES_WANTED: Final = 3
TIME_LINE: Final = "time "
AFTER_LINE: Final = "after "

ReadHashes = Callable[[int, int, int], Sequence[bytes]]
"""Hashes of a rung (0: leaves) from a place until before another: `read(rung, start, end)`."""


@dataclass(frozen=True, slots=True)
class Content:
    """An audit entry as a leaf says it; `at` in microseconds since 1970 in UTC."""

    number: int
    ref: UUID
    at: int
    actor: UUID
    owner_kind: str
    institution: str
    action: str
    subject: UUID | None
    run_id: int | None
    counts: Mapping[str, int]
    checksum: str


class TreeBroken(Exception):
    """A hash that must be there is not: rung and place say which."""

    def __init__(self, rung: int, place: int) -> None:
        """Keep where."""
        super().__init__(f"rung {rung}, place {place}")
        self.rung, self.place = rung, place

    @property
    def leaf(self) -> int:
        """The first leaf under the place."""
        return self.place << (RUNG_LEVELS * self.rung)


class WitnessRefused(Refused):
    """A checkpoint that a witness does not sign."""


class LogShrank(WitnessRefused):
    """The log says fewer leaves than the witness has signed for."""

    code: ClassVar[str] = "log.shrank"


class LogForked(WitnessRefused):
    """The log shows another past than the one that the witness has signed for."""

    code: ClassVar[str] = "log.forked"


class LogOfAnother(WitnessRefused):
    """The checkpoint is of another log, or not signed by the log's key."""

    code: ClassVar[str] = "log.of_another"


def leaf_bytes(index: int, entry: Content) -> bytes:
    """The bytes of a leaf. Raises ValueError where a count is no whole number."""
    if any(type(count) is not int for count in entry.counts.values()):
        raise ValueError("counts")
    return packed(
        [
            LEAF_VERSION,
            index,
            entry.number,
            entry.ref.bytes,
            entry.at,
            entry.actor.bytes,
            entry.owner_kind,
            entry.institution,
            entry.action,
            entry.subject.bytes if entry.subject else None,
            entry.run_id,
            dict(entry.counts),
            entry.checksum,
        ]
    )


def hash_of_leaf(index: int, entry: Content) -> bytes:
    """The leaf's hash in the tree."""
    return leaf_hash(leaf_bytes(index, entry))


def rungs_made(made: Sequence[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Which of the nodes that a new leaf completed are kept: rung, place, hash."""
    return [
        (level // RUNG_LEVELS, place, node)
        for level, place, node in made
        if level and level % RUNG_LEVELS == 0
    ]


def kept_tree(read: ReadHashes) -> NodeAt:
    """The complete nodes of a stored tree; every block of 256 hashes is read once.

    Asking for a node whose hashes are not all there raises TreeBroken.
    """
    blocks: dict[tuple[int, int], Sequence[bytes]] = {}

    def node(level: int, index: int) -> bytes:
        rung, depth = divmod(level, RUNG_LEVELS)
        start, count = index << depth, 1 << depth
        block = start // BLOCK
        if (rung, block) not in blocks:
            blocks[rung, block] = read(rung, block * BLOCK, (block + 1) * BLOCK)
        hashes = blocks[rung, block][start % BLOCK : start % BLOCK + count]
        if len(hashes) < count:
            raise TreeBroken(rung, start + len(hashes))
        return root(hashes)

    return node


def frontier_at(size: int, node: NodeAt) -> Frontier:
    """The right edge of the first `size` leaves, from a stored tree."""
    nodes, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            nodes.append(node(level, start >> level))
            start += 1 << level
    return Frontier(size, nodes)


def checkpoint_of(origin: str, size: int, top: bytes, *, time: str, after: int) -> Checkpoint:
    """A checkpoint that also says when it was made and which size the one before it had."""
    return Checkpoint(origin, size, top, (f"{TIME_LINE}{time}", f"{AFTER_LINE}{after}"))


def agree(seen: Checkpoint | None, offered: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise WitnessRefused unless the offered checkpoint only adds to the one that was seen.

    Who has seen nothing yet agrees to whatever is there; of an empty log everything is a continuation.
    """
    if seen is None:
        return
    if seen.origin != offered.origin:
        raise LogOfAnother(origin=offered.origin)
    if offered.size < seen.size:
        raise LogShrank(seen=seen.size, offered=offered.size)
    if seen.size == 0:
        if seen.root != EMPTY_ROOT:
            raise LogForked(seen=0, offered=offered.size)
        return
    if not consistency_holds(
        old=seen.size, new=offered.size, proof=proof, old_root=seen.root, new_root=offered.root
    ):
        raise LogForked(seen=seen.size, offered=offered.size)
