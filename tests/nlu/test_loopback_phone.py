"""How the number ends that somebody texts from: told to Rasa with the message, and nothing more."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.nlu.loopback_messages import InboundMessage
from bot.replies.understanding import DANGER_BEFORE_KEY, KNOWN_PHONE_KEY

SAID = {"conversation_id": "c", "message_id": "m", "text": "hello"}


def test_the_ending_is_beside_the_message() -> None:
    said = InboundMessage.parse_obj({**SAID, KNOWN_PHONE_KEY: "0142"})
    assert said.metadata()[KNOWN_PHONE_KEY] == "0142"


def test_without_one_nothing_is_said_of_it() -> None:
    assert set(InboundMessage.parse_obj(SAID).metadata()) == {DANGER_BEFORE_KEY}


@pytest.mark.parametrize("ending", ["", "1", "12125550142", "+142", "abcd", 142.5])
def test_a_whole_number_or_something_else_is_refused(ending: object) -> None:
    with pytest.raises(ValidationError):
        InboundMessage.parse_obj({**SAID, KNOWN_PHONE_KEY: ending})
