"""The scenarios of conversations/, each against the running product."""

from __future__ import annotations

import pytest

from tests.conftest import OpenConversation
from tests.scenarios.conversation import Message
from tests.scenarios.curated import safety_replies
from tests.scenarios.expectations import (
    Scenario,
    check_alerts,
    check_history,
    check_message,
    check_turn,
    load_scenarios,
)
from tests.scenarios.running_product import RunningProduct

_SCENARIOS = load_scenarios()


@pytest.mark.parametrize("scenario", _SCENARIOS.values(), ids=_SCENARIOS.keys())
def test_conversation(
    scenario: Scenario, product: RunningProduct, converse: OpenConversation
) -> None:
    conversation = converse()
    said: list[tuple[str, list[Message]]] = []
    for turn in scenario.turns:
        played = turn.play(conversation)
        conversation.wait_until_stored(played.messages[-1])
        for message in played.messages:
            check_message(message, ends_turn=message is played.messages[-1])
        check_turn(turn, played)
        said.append((played.said, played.messages))
    check_history(conversation, said)
    asked = [entry for entry in conversation.history() if entry["role"] == "patient"]
    check_alerts(product.var, scenario, asked)


def test_every_safety_reply_is_given_in_a_scenario() -> None:
    given = " ".join(turn.text or "" for one in _SCENARIOS.values() for turn in one.turns)
    for reply in safety_replies():
        assert f"safety {reply}.en." in given
