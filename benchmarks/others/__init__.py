"""The same job in other frameworks, each in its natural way. Runs in the benchmarks' own environment: the standard
library, pymongo, and the one framework. `python -m benchmarks.others.NAME fill|work`.
"""
