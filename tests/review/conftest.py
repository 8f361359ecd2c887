"""The encoder of the product, loaded once."""

from __future__ import annotations

import pytest

from bot.nlu.sentence_encoder import SentenceEncoder
from bot.review.vectors import configured_encoder


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The encoder that config.yml names."""
    return configured_encoder()
