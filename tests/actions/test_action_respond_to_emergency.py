"""`action_respond_to_emergency`."""

from __future__ import annotations

import pytest

from actions.action_respond_to_emergency import ActionRespondToEmergency
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action


@pytest.mark.parametrize(
    "slots", [{}, {"topic": "migraine.aura", "offer": "more"}, {"topic": "migraine.no_longer"}]
)
def test_whatever_was_before_it_sends_to_911(slots: dict[str, str]) -> None:
    said = run_action(ActionRespondToEmergency, create_tracker("emergency", **slots))

    assert said.kind is ReplyKind.EMERGENCY
    assert "911" in said.text
    assert said.payloads == ["/human_handoff"]
    assert said.slots["misses"] == 0


@pytest.mark.parametrize("slots", [{"offer": "nonsense"}, {"topic": "nonsense"}])
def test_not_even_a_broken_memory_keeps_it_from_that(slots: dict[str, str]) -> None:
    said = run_action(ActionRespondToEmergency, create_tracker("emergency", **slots))

    assert said.kind is ReplyKind.EMERGENCY
