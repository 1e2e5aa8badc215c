"""A sample national cycle, driven through the public HTTP APIs only, and the check of what came of it.

``nation`` and ``sheets`` make the input (the same for the same seed), ``driver`` plays it against a running system,
``check`` reads the outcome back from the services, and ``cli`` offers both as ``zi journey`` and ``zi demo``.
"""
