"""`action_say_out_of_scope`."""

from __future__ import annotations

from actions.action_say_out_of_scope import ActionSayOutOfScope
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


def test_it_says_what_it_is_for() -> None:
    said = run_action(ActionSayOutOfScope, create_tracker("out_of_scope"))

    assert said.kind is ReplyKind.OUT_OF_SCOPE
    assert "migraine" in said.text
    assert len(said.payloads) == 5
