"""Scenarios against the running product. The checks say what they compared when they fail."""

import pytest

pytest.register_assert_rewrite("tests.scenarios.conversation", "tests.scenarios.expectations")
