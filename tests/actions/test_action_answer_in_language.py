"""`action_answer_in_language`."""

from __future__ import annotations

import pytest

from actions.action_answer_in_language import ActionAnswerInLanguage
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_it_says_in_spanish_how_to_reach_a_person() -> None:
    said = run_action(ActionAnswerInLanguage, create_tracker("other_language/es", misses=1.0))

    assert said.kind is ReplyKind.HUMAN_HANDOFF
    assert "Una persona de" in said.text
    assert said.payloads == ["/human_handoff"]
    assert said.slots["misses"] == 0


def test_without_a_language_it_says_so_in_english() -> None:
    said = run_action(ActionAnswerInLanguage, create_tracker("other_language"))

    assert said.kind is ReplyKind.HUMAN_HANDOFF
    assert "You can reach a person" in said.text


@pytest.mark.parametrize("leaf", ["xx", "migraine.aura"])
def test_a_language_that_nobody_wrote_a_text_in_is_never_silence(leaf: str) -> None:
    said = run_action(ActionAnswerInLanguage, create_tracker(f"other_language/{leaf}"))

    assert "911" in said.text
    assert "988" in said.text
