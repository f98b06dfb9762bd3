"""What a leaf is, to the byte; how its tree is kept; what a witness agrees to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinnong.core.evidence import (
    Content,
    LogForked,
    LogOfAnother,
    LogShrank,
    TreeBroken,
    agree,
    frontier_at,
    hash_of_leaf,
    kept_tree,
    leaf_bytes,
    rungs_made,
)
from xinnong.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    root,
    root_at,
)
from xinnong.core.notes import Checkpoint

ENTRY = Content(
    number=5, ref=UUID(int=1), at=1_763_602_200_000_000, actor=UUID(int=0), owner_kind="a",
    institution="GOV-339981", action="registry.refresh", subject=None, run_id=7,
    counts={"read": 3, "户": 1}, checksum="",
)  # fmt: skip


def test_a_leaf_is_these_bytes() -> None:
    """Written out by hand from RFC 8949; a change here needs a new version and a way to read the old."""
    assert leaf_bytes(2, ENTRY).hex() == (
        "8d" "01" "02" "05"
        "50" + "00" * 15 + "01"
        "1b" + (1_763_602_200_000_000).to_bytes(8, "big").hex() + "50" + "00" * 16
        + "6161" "6a" + b"GOV-339981".hex() + "70" + b"registry.refresh".hex()
        + "f6" "07" "a2" "63" + "户".encode().hex() + "01" "64" + b"read".hex() + "03" "60"
    )  # fmt: skip
    assert hash_of_leaf(2, ENTRY) == leaf_hash(leaf_bytes(2, ENTRY))


def test_a_leaf_changes_with_its_number_and_every_field() -> None:
    other: dict[str, Any] = {
        "number": 6, "ref": UUID(int=2), "at": 0, "actor": UUID(int=3), "owner_kind": "b", "institution": "",
        "action": "a.b", "subject": UUID(int=4), "run_id": None, "counts": {}, "checksum": "0" * 64,
    }  # fmt: skip
    assert other.keys() == set(Content.__slots__)
    changed = {leaf_bytes(2, replace(ENTRY, **{name: value})) for name, value in other.items()}
    assert len(changed | {leaf_bytes(2, ENTRY), leaf_bytes(3, ENTRY)}) == len(other) + 2


@pytest.mark.parametrize("count", [1.0, True, "3", None, {}])
def test_a_count_that_is_none_is_no_leaf(count: object) -> None:
    with pytest.raises(ValueError, match="counts"):
        leaf_bytes(0, replace(ENTRY, counts={"read": count}))  # type: ignore[dict-item]


def grown(size: int) -> tuple[list[bytes], dict[tuple[int, int], bytes], Frontier]:
    leaves, nodes, frontier = [leaf_hash(b"%d" % place) for place in range(size)], {}, Frontier()
    for leaf in leaves:
        for rung, place, node in rungs_made(frontier.add(leaf)):
            nodes[rung, place] = node
    return leaves, nodes, frontier


LEAVES, NODES, GROWN = grown(1_400)


def read(rung: int, start: int, end: int) -> list[bytes]:
    if rung == 0:
        return LEAVES[start:end]
    return [NODES[rung, place] for place in range(start, end) if (rung, place) in NODES]


@settings(max_examples=60)
@given(st.integers(1, 1_400), st.data())
def test_the_kept_tree_is_the_whole_one(size: int, data: st.DataObject) -> None:
    """The slow obvious way computes every root from all leaves."""
    tree, top = kept_tree(read), root(LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    assert root_at(size, tree) == top == frontier_at(size, tree).root()
    proof = inclusion_proof(index, size, tree)
    assert inclusion_holds(leaf=LEAVES[index], index=index, size=size, proof=proof, root=top)


def test_it_keeps_a_root_for_every_256() -> None:
    assert sorted(NODES) == [(1, place) for place in range(5)]
    assert frontier_at(1_400, kept_tree(read)) == GROWN


def test_a_missing_hash_is_named() -> None:
    tree = kept_tree(lambda rung, start, end: read(rung, start, end)[: 44 if start == 256 else 256])
    with pytest.raises(TreeBroken) as broken:
        inclusion_proof(256, 600, tree)
    assert (broken.value.rung, broken.value.leaf) == (0, 300)


def said(size: int, top: bytes | None = None, origin: str = "o") -> Checkpoint:
    return Checkpoint(origin, size, root(LEAVES[:size]) if top is None else top)


def test_a_witness_agrees_to_what_only_adds() -> None:
    tree = kept_tree(read)
    agree(None, said(9), [])
    agree(said(0, EMPTY_ROOT), said(9), [])
    agree(said(9), said(9), [])
    agree(said(9), said(700), consistency_proof(9, 700, tree))


@pytest.mark.parametrize(
    ("seen", "offered", "refusal"),
    [
        (said(9), said(8), LogShrank),
        (said(9), said(0, EMPTY_ROOT), LogShrank),
        (said(9), said(9, b"x" * 32), LogForked),
        (said(9), said(20, b"x" * 32), LogForked),
        (said(9, b"x" * 32), said(20), LogForked),
        (said(0, b"x" * 32), said(20), LogForked),
        (said(9), said(20, origin="p"), LogOfAnother),
    ],
)
def test_a_witness_refuses_another_past(
    seen: Checkpoint, offered: Checkpoint, refusal: type[Exception]
) -> None:
    proof = consistency_proof(9, 20, kept_tree(read))
    with pytest.raises(refusal):
        agree(seen, offered, proof)
