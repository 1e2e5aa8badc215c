"""The registry's transparency log: one sequence of entries that nobody can change unseen.

`leaves`      an entry as the bytes that are hashed
`entries`     the log in the database: entries, full tiles, checkpoints, and the head as a hint
`leadership`  who appends
`sequencing`  from marked designations to the end of the log
`keys`        the keys that sign it, in a file
`reading`     what the public gets: checkpoint, tiles, bundles, proofs

docs/log.md says what it promises and how it is checked.
"""
