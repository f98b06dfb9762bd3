"""Merkle trees against published vectors, against the definition written out, and against forgers."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinnong.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    NodeAt,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
    root_at,
)

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "rfc6962.json").read_text())


def proof(case: dict[str, Any]) -> list[bytes]:
    return [b64decode(step or "") for step in case["proof"] or []]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["name"])
def test_published_inclusion_proofs(case: dict[str, Any]) -> None:
    holds = inclusion_holds(
        leaf=b64decode(case["leafHash"] or ""), index=case["leafIdx"], size=case["treeSize"],
        proof=proof(case), root=b64decode(case["root"] or ""),
    )  # fmt: skip
    assert holds is not case["wantErr"]


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: case["name"])
def test_published_consistency_proofs(case: dict[str, Any]) -> None:
    holds = consistency_holds(
        old=case["size1"], new=case["size2"], proof=proof(case),
        old_root=b64decode(case["root1"] or ""), new_root=b64decode(case["root2"] or ""),
    )  # fmt: skip
    assert holds is not case["wantErr"]


def defined(leaves: list[bytes]) -> bytes:
    """The root as RFC 6962 writes it down."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(defined(leaves[:k]), defined(leaves[k:]))


def grown(count: int) -> tuple[list[bytes], NodeAt, Frontier]:
    """Leaves, the stored complete nodes of their tree, and its right edge."""
    leaves = [leaf_hash(str(number).encode()) for number in range(count)]
    nodes: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for leaf in leaves:
        nodes.update({(level, index): hashed for level, index, hashed in frontier.add(leaf)})
    return leaves, lambda level, index: nodes[level, index], frontier


@given(st.integers(0, 130))
def test_a_grown_tree_has_the_root_of_the_definition(count: int) -> None:
    leaves, node, frontier = grown(count)
    assert frontier.root() == root(leaves) == root_at(count, node) == defined(leaves)
    assert (frontier.size, root([])) == (count, EMPTY_ROOT)


@given(st.data(), st.integers(1, 130))
def test_proofs_hold_and_no_other_leaf_size_or_root_passes(data: st.DataObject, count: int) -> None:
    leaves, node, _ = grown(count)
    index, old = data.draw(st.integers(0, count - 1)), data.draw(st.integers(1, count))
    told = inclusion_proof(index, count, node)
    good = {
        "leaf": leaves[index],
        "index": index,
        "size": count,
        "proof": told,
        "root": root(leaves),
    }
    assert inclusion_holds(**good)  # type: ignore[arg-type]
    for change in ({"leaf": leaf_hash(b"forged")}, {"root": leaf_hash(b"forged")},
                   {"proof": [*told, leaves[0]]}, {"index": -1}, {"index": count}):  # fmt: skip
        assert not inclusion_holds(**(good | change))  # type: ignore[arg-type]
    shown = consistency_proof(old, count, node)
    roots = {"old_root": root(leaves[:old]), "new_root": root(leaves)}
    assert consistency_holds(old=old, new=count, proof=shown, **roots)
    if old < count:
        assert not consistency_holds(old=old, new=count, proof=shown[:-1], **roots)
        forged = roots | {"old_root": root([leaf_hash(b"other"), *leaves[1:old]])}
        assert not consistency_holds(old=old, new=count, proof=shown, **forged)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_is_made_outside_of_the_tree(index: int, size: int) -> None:
    _, node, _ = grown(3)
    with pytest.raises(ValueError, match="index"):
        inclusion_proof(index, size, node)
    with pytest.raises(ValueError, match="old"):
        consistency_proof(0, 3, node)
