"""`action_say_not_covered`."""

from __future__ import annotations

from actions.action_say_not_covered import ActionSayNotCovered
from bot.content.library import Library
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_it_says_so_and_offers_a_person(library: Library) -> None:
    said = run_action(ActionSayNotCovered, create_tracker("not_covered", topic="migraine.aura"))

    assert said.kind is ReplyKind.NOT_COVERED
    assert "I will not guess" in said.text
    assert said.reply
    assert said.reply.disclaimer == library.default_page.disclaimer
    assert (said.slots["topic"], said.slots["offer"]) == ("migraine.aura", "person")
