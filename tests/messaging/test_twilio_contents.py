"""Texts with buttons as Twilio's contents: within WhatsApp's limits, and without a word in them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.text_messages import load_text_messages
from bot.content.text_rules import load_text_rules
from bot.gateway.messaging.adapter import GatewayName, OutboundMessage
from bot.gateway.messaging.twilio_contents import FilledContent, content_of, one_line
from bot.replies.channel import Channel
from bot.replies.texting.choices import Choice
from bot.replies.texting.quick_reply import QuickReply
from bot.replies.texting.whatsapp import quick_replies
from bot.twilio_double.contents import Contents, Filled
from tests.messaging.outgoing import NUMBER, OURS

LIMITS = load_text_rules().whatsapp
YES_NO = (QuickReply("a" * 32, "Yes"), QuickReply("b" * 32, "No"))
ROWS = (QuickReply("a" * 32, "1", "What is an aura?"), QuickReply("b" * 32, "MORE", "Tell me more"))

ids = st.uuids().map(lambda one: one.hex)
words = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=90).filter(
    lambda text: text.strip() and one_line(text) == text
)
choices = st.lists(
    st.builds(
        Choice,
        number=st.none() | st.integers(1, 12),
        word=st.none() | st.sampled_from(["MORE", "PERSON", "EXIT"]),
        label=words,
        button_id=ids,
    ),
    max_size=14,
    unique_by=lambda choice: choice.button_id,
)
bodies = st.lists(st.just("") | words, min_size=1, max_size=9).map("\n".join).filter(str.strip)


def message(
    replies: tuple[QuickReply, ...], text: str = "The answer.", button: str = "Choices"
) -> OutboundMessage:
    return OutboundMessage(
        "a" * 32, GatewayName.TWILIO, Channel.WHATSAPP, NUMBER, OURS, text, replies, button
    )


def content(replies: tuple[QuickReply, ...], text: str = "The answer.") -> FilledContent:
    made = content_of(message(replies, text))
    assert made is not None
    return made


def at_twilio(made: FilledContent) -> Filled:
    """What a telephone shows; Twilio's limits and rules are the double's."""
    contents = Contents()
    sid: str = contents.make(json.loads(json.dumps(made.definition)), "AC")["sid"]
    return contents.filled(sid, made.variables)


@given(choices, bodies)
def test_whatever_is_offered_keeps_whatsapps_limits_and_arrives(
    offered: list[Choice], text: str
) -> None:
    text = text[: LIMITS.body_characters]
    replies = quick_replies(offered, LIMITS)
    is_list = any(reply.description for reply in replies)
    assert len(replies) <= (LIMITS.rows if is_list else LIMITS.buttons) == (10 if is_list else 3)
    for reply in replies:
        assert 0 < len(reply.title) <= (24 if is_list else 20)
        assert len(reply.description) <= 72
        assert bool(reply.description) == is_list
    assert len({reply.title for reply in replies}) == len(replies)

    made = content_of(message(replies, text))

    assert (made is None) == (not replies)
    if made:
        shown = at_twilio(made)
        assert one_line(shown.body) == one_line(text)
        assert [(one.id, one.title, one.description) for one in shown.pressables] == [
            (reply.id, reply.title, reply.description) for reply in replies
        ]
        assert shown.list_button == ("Choices" if is_list else "")


@given(choices.filter(bool), bodies)
def test_a_content_holds_places_and_none_of_the_words(offered: list[Choice], text: str) -> None:
    made = content_of(message(quick_replies(offered, LIMITS), text))
    if made is None:
        return
    definition: Any = made.definition
    ((_, parts),) = definition["types"].items()
    assert re.fullmatch(r"(\{\{\d+\}\}|\n)+", parts["body"])
    for row in parts.get("actions") or parts["items"]:
        assert {value for name, value in row.items() if name != "type"} <= {
            f"{{{{{number}}}}}" for number in definition["variables"]
        }
    assert all(name == value for name, value in definition["variables"].items())
    assert re.fullmatch(r"assistant_[0-9a-f]{32}", made.name)
    assert definition["friendly_name"] == made.name


def test_the_same_form_is_the_same_content_and_another_form_another() -> None:
    others = (QuickReply("c" * 32, "Email"), QuickReply("d" * 32, "Phone"))
    assert content(YES_NO, "One?").name == content(others, "Another question?").name
    names = {
        content(YES_NO).name,
        content(YES_NO[:1]).name,
        content(YES_NO, "Two\nlines.").name,
        content(ROWS).name,
    }
    assert len(names) == 4


def test_what_stands_in_a_place_is_one_line_and_an_apostrophe_is_escaped() -> None:
    made = content(YES_NO, "I can't\tsay      so.\r\n\n Ask staff.")
    assert "'" not in made.variables
    values = json.loads(made.variables)
    assert (values["1"], values["2"]) == ("I can't say so.", "Ask staff.")
    assert at_twilio(made).body == "I can't say so.\n\nAsk staff."


@pytest.mark.parametrize(
    "sent",
    [
        message(()),
        message(ROWS, button=""),
        message((QuickReply("a" * 32, " "),)),
        message(YES_NO, text=" \n "),
        message(YES_NO, text="line\n" * 97),
    ],
    ids=["no buttons", "nothing opens the list", "no title", "no words", "too many lines"],
)
def test_what_cannot_be_a_content_goes_without(sent: OutboundMessage) -> None:
    assert content_of(sent) is None


def test_what_opens_a_list_is_short_enough_in_every_language() -> None:
    messages = load_text_messages()
    for language in messages.languages():
        assert 0 < len(messages.in_language(language).lines.list_button) <= 20
