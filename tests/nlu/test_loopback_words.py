"""What is said to Rasa: words that are never a command, or exactly one button."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.loopback_messages import InboundMessage
from bot.replies.payloads import payload_of
from tests.replies.strategies import LABELS


@settings(max_examples=300)
@given(text=st.text(min_size=1) | st.text("/ \t\n\r\x0b\x0c\x1c\x85\xa0\u2003fa{}", min_size=1))
def test_no_words_ever_reach_rasa_as_a_command(text: str) -> None:
    inbound = InboundMessage(conversation_id="c", message_id="m", text=text)

    given = inbound.for_rasa()

    # Rasa strips before it looks for the slash.
    assert given.strip()
    assert not given.strip().startswith("/")


@pytest.mark.parametrize("text", ["/crisis", "\t/crisis", "\n/restart", "\xa0/faq", " / /crisis"])
def test_rasa_itself_takes_no_words_for_a_command(text: str) -> None:
    inbound = InboundMessage(conversation_id="c", message_id="m", text=text)

    (message,) = RegexMessageHandler().process([Message({TEXT: inbound.for_rasa()})])

    assert message.get("intent") is None


def test_every_button_is_let_through() -> None:
    for label in LABELS:
        inbound = InboundMessage(conversation_id="c", message_id="m", payload=payload_of(label))
        assert inbound.for_rasa() == payload_of(label)


def test_both_or_neither_of_text_and_payload_is_no_message() -> None:
    for parts in ({}, {"text": "a", "payload": "/deny"}):
        with pytest.raises(ValidationError):
            InboundMessage(conversation_id="c", message_id="m", **parts)
