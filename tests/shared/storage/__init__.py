"""Storage; what the machines assert is shown like any test's assertion."""

import pytest

pytest.register_assert_rewrite("tests.shared.storage.machines")
