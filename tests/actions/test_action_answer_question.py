"""`action_answer_question`."""

from __future__ import annotations

import pytest

from actions.action_answer_question import ActionAnswerQuestion
from bot.content.library import Library, Topic
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


@pytest.mark.parametrize("answer", ["botox", "ketamine_for_migraine", "references"])
def test_it_gives_the_curated_answer(library: Library, answer: str) -> None:
    topic = Topic("migraine", answer)

    said = run_action(ActionAnswerQuestion, create_tracker(f"faq/{topic}"))

    assert (said.kind, said.text) == (ReplyKind.ANSWER, library.answer(topic).short)
    assert said.reply
    assert said.reply.disclaimer == library.page("migraine").disclaimer
    assert said.slots == {
        "topic": str(topic),
        "offer": "more",
        "misses": 0.0,
        "told_in_full": False,
        "language": "en",
        "complaints": 0.0,
    }


@pytest.mark.parametrize("label", ["faq", "faq/migraine.no_longer", "faq/other.aura"])
def test_an_answer_that_is_not_there_is_not_covered(label: str) -> None:
    said = run_action(ActionAnswerQuestion, create_tracker(label, topic="migraine.aura"))

    assert said.kind is ReplyKind.NOT_COVERED
    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.aura", "person")
