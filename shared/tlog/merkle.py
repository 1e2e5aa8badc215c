"""The Merkle tree of RFC 6962, section 2.1 (RFC 9162, section 2.1, is the same tree with verification spelt out).

A hash is 32 bytes of SHA-256. Indices count leaves from 0, sizes count leaves. `Subtree` gives the hash of the leaves
[start, end): from a list of leaf hashes (`of_leaves`) or from stored tiles (`shared.tlog.tiles`), so that a proof
needs no more of the tree than it names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = 32


class BadProof(Exception):
    """A proof that does not prove what it is offered for."""


def leaf_hash(leaf: bytes) -> bytes:
    """MTH({d}) = SHA-256(0x00 || d)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split_of(size: int) -> int:
    """The largest power of two smaller than `size`, which is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root of the tree whose leaf hashes, or whose hashes at one height, these are, in order."""
    complete: list[bytes] = []  # the roots of complete subtrees, the largest first
    for size, each in enumerate(hashes, start=1):
        complete.append(each)
        while size % 2 == 0:
            right = complete.pop()
            complete.append(node_hash(complete.pop(), right))
            size //= 2  # noqa: PLW2901 - as many subtrees close as the size has factors of two
    if not complete:
        return EMPTY_ROOT
    root = complete.pop()
    while complete:
        root = node_hash(complete.pop(), root)
    return root


def of_leaves(hashes: Sequence[bytes]) -> Subtree:
    """The subtrees of a tree whose leaf hashes are at hand."""
    return lambda start, end: root_of(hashes[start:end])


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1: the leaf's sibling first. Raises ValueError out of range."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + split_of(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 6962, section 2.1.2; empty for equal sizes. Raises ValueError out of range."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} can't follow from one of {old}")
    path, start, end, whole = [], 0, new, True
    while end - start != old - start:
        middle = start + split_of(end - start)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, whole = middle, False
    return (path if whole else [*path, subtree(start, end)])[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2). Raises BadProof for a wrong length."""
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} in a tree of {size}")
    node, last, root = index, size - 1, leaf
    for each in proof:
        if last == 0:
            raise BadProof("the inclusion proof is too long")
        if node % 2 or node == last:
            root = node_hash(each, root)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            root = node_hash(root, each)
        node, last = node // 2, last // 2
    if last:
        raise BadProof("the inclusion proof is too short")
    return root


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the leaf hash stands at `index` in the tree of `size` with `root`."""
    if root_from_inclusion(leaf, index, size, proof) != root:
        raise BadProof(f"entry {index} is not in the tree of size {size} with this root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises BadProof unless the tree of `new` leaves begins with that of `old` (RFC 9162, section 2.1.4.2)."""
    if not 0 <= old <= new:
        raise BadProof(f"a tree of {new} can't follow from one of {old}")
    if old in (0, new):
        if proof or old_root != (EMPTY_ROOT if old == 0 else new_root):
            raise BadProof("equal trees have one root and an empty proof")
        return
    if _roots_from_consistency(old, new, list(proof), old_root) != (old_root, new_root):
        raise BadProof(f"the tree of {new} does not begin with that of {old}")


def _roots_from_consistency(old: int, new: int, proof: list[bytes], old_root: bytes) -> tuple[bytes, bytes]:
    if old & (old - 1) == 0:
        proof = [old_root, *proof]
    if not proof:
        raise BadProof("the consistency proof is empty")
    node, last = _without_ones(old - 1, new - 1)
    first = second = proof[0]
    for each in proof[1:]:
        if last == 0:
            raise BadProof("the consistency proof is too long")
        if node % 2 or node == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            second = node_hash(second, each)
        node, last = node // 2, last // 2
    if last:
        raise BadProof("the consistency proof is too short")
    return first, second


def _without_ones(node: int, last: int) -> tuple[int, int]:
    """Up to the height at which `node` is no right child."""
    while node % 2:
        node, last = node // 2, last // 2
    return node, last
