"""Merkle trees of a log that only grows, with proofs (RFC 6962 section 2.1, RFC 9162 section 2.1).

Leaves and nodes are hashed with different prefixes, so that neither can pass for the other. Proofs are
lists of 32-byte hashes. The verifying functions answer whether a proof holds and never raise for what
somebody else sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

HASH_BYTES: Final = 32
MOST_LEAVES: Final = 2**63 - 1
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()

NodeAt = Callable[[int, int], bytes]
"""The root over the leaves from a place on, 2^level of them: `node(level, index)`."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of an entry of the log."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes; the hash of nothing for an empty log."""
    if not leaves:
        return EMPTY_ROOT
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root()


@dataclass(slots=True)
class Frontier:
    """The right edge of a growing tree: a root for each one in the binary size, largest first.

    All that is needed to add a leaf and to tell the root; log2 of the size in memory.
    """

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; answers the nodes that are complete by it: level, index, hash."""
        made, level, index, carried = [], 0, self.size, leaf
        made.append((0, index, leaf))
        while index & 1:
            carried = node_hash(self.nodes.pop(), carried)
            level, index = level + 1, index >> 1
            made.append((level, index, carried))
        self.nodes.append(carried)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self.nodes:
            return EMPTY_ROOT
        hashed = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            hashed = node_hash(node, hashed)
        return hashed


def root_at(size: int, node: NodeAt) -> bytes:
    """The root of the first `size` leaves, from the complete nodes of a stored tree."""
    return _span(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeAt) -> list[bytes]:
    """Proof that the leaf at an index is in the tree of a size. Raises ValueError outside of it."""
    if not 0 <= index < size:
        raise ValueError("index")
    return _path(index, 0, size, node)


def consistency_proof(old: int, new: int, node: NodeAt) -> list[bytes]:
    """Proof that the tree of `new` leaves begins with the tree of `old`. Raises ValueError."""
    if not 0 < old <= new:
        raise ValueError("old")
    return _subproof(old, 0, new, whole=True, node=node)


def inclusion_holds(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether a proof shows a leaf hash at an index of the tree with this size and root."""
    if not 0 <= index < size <= MOST_LEAVES or not _hashes(leaf, root, *proof):
        return False
    lefts, hashed = _lefts(index, size - 1, len(proof)), leaf
    if lefts is None:
        return False
    for step, is_left in zip(proof, lefts, strict=True):
        hashed = node_hash(step, hashed) if is_left else node_hash(hashed, step)
    return hashed == root


def consistency_holds(
    *, old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Whether a proof shows that the tree of `new` leaves only added to that of `old`.

    Of an empty tree nothing can be shown, so `old` of 0 never holds.
    """
    if not 0 < old <= new <= MOST_LEAVES:
        return False
    if old == new:
        return not proof and old_root == new_root
    if not _hashes(old_root, new_root, *proof):
        return False
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(steps) and _both(steps, old - 1, new - 1) == (old_root, new_root)


# ---------------------------------------------------------------- inside


def _both(steps: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    """The old and the new root that a consistency proof leads to; None where it is too long or too short."""
    while place & 1:
        place, last = place >> 1, last >> 1
    lefts, first, second = _lefts(place, last, len(steps) - 1), steps[0], steps[0]
    if lefts is None:
        return None
    for step, is_left in zip(steps[1:], lefts, strict=True):
        first = node_hash(step, first) if is_left else first
        second = node_hash(step, second) if is_left else node_hash(second, step)
    return first, second


def _lefts(place: int, last: int, count: int) -> list[bool] | None:
    """Whether each of so many steps up from a node stands left of the way; None where they do not fit."""
    lefts = []
    for _ in range(count):
        if last == 0:
            return None
        lefts.append(bool(place & 1) or place == last)
        while lefts[-1] and not place & 1 and place:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return lefts if last == 0 else None


def _hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)


def _split(count: int) -> int:
    """The largest power of two below a count of at least two."""
    return 1 << (count - 1).bit_length() - 1


def _span(start: int, end: int, node: NodeAt) -> bytes:
    """Root over the leaves from `start` until before `end`."""
    count = end - start
    if count & (count - 1) == 0 and start % count == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(count)
    return node_hash(_span(start, middle, node), _span(middle, end, node))


def _path(index: int, start: int, end: int, node: NodeAt) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, node), _span(middle, end, node)]
    return [*_path(index, middle, end, node), _span(start, middle, node)]


def _subproof(old: int, start: int, end: int, *, whole: bool, node: NodeAt) -> list[bytes]:
    if old == end:
        return [] if whole else [_span(start, end, node)]
    middle = start + _split(end - start)
    if old <= middle:
        inner = _subproof(old, start, middle, whole=whole, node=node)
        return [*inner, _span(middle, end, node)]
    inner = _subproof(old, middle, end, whole=False, node=node)
    return [*inner, _span(start, middle, node)]
