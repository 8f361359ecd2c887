"""Fixtures: the shipped content."""

from __future__ import annotations

import pytest

from bot.content.library import Library, load_library


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()
