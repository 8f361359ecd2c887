"""`action_ask_again`."""

from __future__ import annotations

import pytest

from actions.action_ask_again import ActionAskAgain
from bot.replies.reply import ReplyKind
from tests.actions.harness import create_tracker, run_action

_PAIR = ("faq/migraine.botox", "faq/migraine.cgrp")


def test_two_close_questions_are_named() -> None:
    said = run_action(ActionAskAgain, create_tracker("nlu_fallback", choices=_PAIR))

    assert said.kind is ReplyKind.CLARIFY
    assert said.payloads == [
        '/faq{"leaf": "migraine.botox"}',
        '/faq{"leaf": "migraine.cgrp"}',
        "/human_handoff",
    ]
    assert said.slots["misses"] == 0


def test_otherwise_the_closest_questions_and_a_person() -> None:
    said = run_action(ActionAskAgain, create_tracker("nlu_fallback", choices=_PAIR[:1]))

    assert "not sure I understood" in said.text
    assert said.slots["misses"] == 1
    assert (len(said.payloads), said.payloads[0]) == (4, '/faq{"leaf": "migraine.botox"}')


@pytest.mark.parametrize("choices", [(), _PAIR[:1]])
def test_the_second_time_a_person_comes_first(choices: tuple[str, ...]) -> None:
    said = run_action(ActionAskAgain, create_tracker("nlu_fallback", choices=choices, misses=1.0))

    assert said.payloads[0] == "/human_handoff"
    assert said.slots["misses"] == 2


def test_a_choice_that_is_gone_is_not_offered() -> None:
    choices = ("faq/migraine.no_longer", "faq/migraine.botox", "faq/migraine.cgrp")

    said = run_action(ActionAskAgain, create_tracker("nlu_fallback", choices=choices))

    assert said.kind is ReplyKind.CLARIFY
    assert not any("no_longer" in payload for payload in said.payloads)
