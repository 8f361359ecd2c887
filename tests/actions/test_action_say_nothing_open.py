"""`action_say_nothing_open`."""

from __future__ import annotations

from actions.action_say_nothing_open import ActionSayNothingOpen
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_a_button_of_a_form_that_is_over_starts_nothing() -> None:
    said = run_action(ActionSayNothingOpen, create_tracker("intake/send", misses=1.0))

    assert said.kind is ReplyKind.INTAKE
    assert said.reply
    assert said.reply.request is None
    assert said.payloads == ["/human_handoff"]
    assert said.slots["misses"] == 0
