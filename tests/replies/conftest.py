"""Fixtures: the shipped content, composed and in dialogue."""

from __future__ import annotations

import pytest

from bot.configuration.clinic import Clinic, load_clinic
from bot.content.library import Library, load_library
from bot.content.texts import Texts, load_texts
from bot.replies.composer import ReplyComposer
from bot.replies.dialogue import Dialogue
from bot.safety.replies import load_safety_replies


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts()


@pytest.fixture(scope="session")
def clinic() -> Clinic:
    return load_clinic()


@pytest.fixture(scope="session")
def composer(library: Library, texts: Texts, clinic: Clinic) -> ReplyComposer:
    return ReplyComposer(library, texts, load_safety_replies(), clinic)


@pytest.fixture(scope="session")
def dialogue(composer: ReplyComposer) -> Dialogue:
    return Dialogue(composer)
