"""Finds messages that the running product asks back about, as its model understands them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import yaml

from tests.scenarios.conversation import Conversation, titles
from tests.scenarios.curated import PAGES, text_of

_LISTS: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_suffix(".yml").read_text(encoding="utf-8")
)


@cache
def unclear_message(meaning: str, url: str) -> str:
    """The first message of that kind that is answered with the question back."""
    for candidate in _candidates(meaning):
        conversation = Conversation(url)
        try:
            reply = conversation.ask(candidate)
        finally:
            conversation.close()
        if reply["kind"] == "clarify" and reply["text"] == text_of(f"texts clarify.{meaning}"):
            assert len(titles(reply)) - 1 >= 2
            return candidate
    raise AssertionError(f"the model is sure of every message listed under {meaning}")


def _candidates(meaning: str) -> Iterator[str]:
    yield from _LISTS[meaning]["messages"]
    for words in (" or ", " "):
        yield from map(words.join, combinations(_LISTS[meaning]["subjects"], 2))


def topic_of_question(question: str) -> str:
    """The topic, written page.answer, that a choice stands for."""
    for page in PAGES.values():
        for answer in page["answers"]:
            if answer["question"] == question:
                return f"{page['id']}.{answer['id']}"
    raise AssertionError("a choice is no question of the content")
