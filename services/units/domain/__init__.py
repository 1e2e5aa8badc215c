"""The rules of units: pure functions over frozen dataclasses; time comes in as an argument."""
