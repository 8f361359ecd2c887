"""The scenarios of conversations/, each against the running product."""

from __future__ import annotations

import pytest

from tests.conftest import OpenConversation
from tests.scenarios.expectations import (
    Scenario,
    check_history,
    check_message,
    check_turn,
    load_scenarios,
)

_SCENARIOS = load_scenarios()


@pytest.mark.parametrize("scenario", _SCENARIOS.values(), ids=_SCENARIOS.keys())
def test_conversation(scenario: Scenario, converse: OpenConversation) -> None:
    conversation = converse()
    said = []
    for turn in scenario.turns:
        message = turn.play(conversation)
        check_message(message)
        check_turn(turn, message)
        said.append((turn.said, message))
    check_history(conversation, said)
