"""The Merkle tree against published vectors and against its own definition."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tlog.merkle import (
    EMPTY_ROOT,
    BadProof,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    of_leaves,
    root_of,
    split_of,
    verify_consistency,
    verify_inclusion,
)
from tests.shared.tlog.vectors import CONSISTENCY, INCLUSION, LEAVES, ROOTS

HASHES = [leaf_hash(leaf) for leaf in LEAVES]
MANY = [leaf_hash(str(n).encode()) for n in range(300)]


def defined(hashes: list[bytes]) -> bytes:
    """MTH exactly as RFC 6962, section 2.1, writes it."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    k = split_of(len(hashes))
    return node_hash(defined(hashes[:k]), defined(hashes[k:]))


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    assert root_of(HASHES[:size]) == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_published_vectors(index: int, size: int) -> None:
    proof = inclusion_proof(index, size, of_leaves(HASHES))
    assert [each.hex() for each in proof] == list(INCLUSION[index, size])
    verify_inclusion(HASHES[index], index, size, proof, ROOTS[size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_published_vectors(old: int, new: int) -> None:
    proof = consistency_proof(old, new, of_leaves(HASHES))
    assert [each.hex() for each in proof] == list(CONSISTENCY[old, new])
    verify_consistency(old, new, proof, ROOTS[old], ROOTS[new])


def test_every_size_has_the_root_that_the_definition_gives() -> None:
    assert all(root_of(MANY[:size]) == defined(MANY[:size]) for size in range(140))


def test_every_proof_of_every_small_tree_holds() -> None:
    subtree = of_leaves(MANY)
    for size in range(1, 40):
        root = root_of(MANY[:size])
        for nth in range(size):
            verify_inclusion(MANY[nth], nth, size, inclusion_proof(nth, size, subtree), root)
            proof = consistency_proof(nth + 1, size, subtree)
            verify_consistency(nth + 1, size, proof, root_of(MANY[: nth + 1]), root)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(1, 300), st.randoms(use_true_random=False))
def test_no_proof_holds_for_anything_else(size: int, chance: random.Random) -> None:
    subtree, root = of_leaves(MANY), root_of(MANY[:size])
    index, old = chance.randrange(size), chance.randint(1, size)
    inclusion, consistency = inclusion_proof(index, size, subtree), consistency_proof(old, size, subtree)
    old_root, other = root_of(MANY[:old]), leaf_hash(b"another")
    wrong_leaves = [(other, index, size, inclusion), (MANY[index], index, size, [*inclusion, other])]
    if inclusion:
        wrong_leaves += [(MANY[index], (index + 1) % size, size, inclusion), (MANY[index], index, size, inclusion[1:])]
    for leaf, at, of, proof in wrong_leaves:
        with pytest.raises(BadProof):
            verify_inclusion(leaf, at, of, proof, root)
    for proof, before, after in (([*consistency, other], old_root, root), (consistency, other, root)):
        with pytest.raises(BadProof):
            verify_consistency(old, size, proof, before, after)
    if old < size:
        with pytest.raises(BadProof):
            verify_consistency(old, size, consistency, old_root, other)
        with pytest.raises(BadProof):
            verify_consistency(old, size, [], old_root, root)


def test_an_empty_tree_is_the_beginning_of_every_tree_by_an_empty_proof() -> None:
    verify_consistency(0, 8, [], EMPTY_ROOT, ROOTS[8])
    with pytest.raises(BadProof):
        verify_consistency(0, 8, [], ROOTS[1], ROOTS[8])


def test_a_proof_out_of_range_is_refused() -> None:
    for index, size in ((-1, 8), (8, 8)):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(index, size, of_leaves(HASHES))
    for old, new in ((0, 8), (9, 8)):
        with pytest.raises(ValueError, match="can't follow"):
            consistency_proof(old, new, of_leaves(HASHES))
