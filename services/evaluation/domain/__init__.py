"""The rules of evaluation: pure functions over frozen dataclasses, exact and without a clock."""
