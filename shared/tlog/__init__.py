"""Transparency logs as the world's clients read them: Merkle tree, notes, checkpoints, tiles, verification.

Formats: RFC 6962 and RFC 9162 (tree and proofs), C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-cosignature.
Knows nothing of designations and nothing of a database.
"""
