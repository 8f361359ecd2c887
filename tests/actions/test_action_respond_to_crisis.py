"""`action_respond_to_crisis`."""

from __future__ import annotations

import pytest

from actions.action_respond_to_crisis import ActionRespondToCrisis
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


@pytest.mark.parametrize(
    "slots", [{}, {"topic": "migraine.aura", "offer": "more"}, {"topic": "migraine.no_longer"}]
)
def test_whatever_was_before_it_sends_to_988(slots: dict[str, str]) -> None:
    said = run_action(ActionRespondToCrisis, create_tracker("crisis", **slots))

    assert said.kind is ReplyKind.CRISIS
    assert "988" in said.text
    assert said.payloads == ["/human_handoff"]
    assert said.slots["misses"] == 0


@pytest.mark.parametrize("slots", [{"offer": "nonsense"}, {"topic": "nonsense"}])
def test_not_even_a_broken_memory_keeps_it_from_that(slots: dict[str, str]) -> None:
    said = run_action(ActionRespondToCrisis, create_tracker("crisis", **slots))

    assert said.kind is ReplyKind.CRISIS
