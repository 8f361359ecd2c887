"""The tests. What they share says as much when it fails as a test itself does."""

import pytest

pytest.register_assert_rewrite("tests")
