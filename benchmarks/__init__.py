"""Benchmarks: ratios within one run, on servers of their own. `zi bench NAME --json`; never part of an image.

Nothing is imported here: the processes that are measured import only what they need.
"""
