"""A message by itself against its reading with the subject of the last answer."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from bot.content.library import Topic
from bot.nlu.context_gate import ContextGate
from bot.nlu.context_reader import ContextReader
from bot.nlu.message_parts import (
    BACKGROUND_KEY,
    IN_CONTEXT_KEY,
    InContext,
    Link,
    in_context,
    with_parts,
)
from tests.nlu.pipeline import classified, context_of, heard


def after(topic: str | None) -> DialogueStateTracker:
    slot = TextSlot("topic", mappings=[{}], initial_value=topic)
    return DialogueStateTracker("a-conversation", [slot])


@pytest.fixture
def reader(storage: ModelStorage) -> ContextReader:
    return ContextReader.create({}, storage, Resource("reader"), context_of("reader"))


def read(reader: ContextReader, text: str, topic: str | None, **more: Any) -> str | None:
    message = Message({"text": text, **more})
    reader.process([message], after(topic))
    kept = in_context(message)
    if kept is None:
        return None
    assert list(with_parts([message]))[:2] == [message, kept.reading]
    return str(kept.reading.get("text"))


def test_after_an_answer_its_subject_is_put_in(reader: ContextReader) -> None:
    assert read(reader, "does it hurt?", "migraine.botox") == "does Botox hurt?"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("does it hurt?", None),
        ("does it hurt?", "migraine.gone"),
        ("does it hurt?", "no topic"),
        ("does it hurt?", "migraine.references"),
        ("what is aura", "migraine.botox"),
    ],
)
def test_otherwise_a_message_is_read_by_itself(
    reader: ContextReader, text: str, topic: str | None
) -> None:
    assert read(reader, text, topic) is None


def test_a_message_of_several_questions_is_read_by_its_parts(reader: ContextReader) -> None:
    parts = [Message({"text": text}) for text in ("a", "b")]

    assert read(reader, "does it hurt?", "migraine.botox", parts=parts) is None
    assert read(reader, "does it hurt?", "migraine.botox", parts=parts[:1]) == "does Botox hurt?"


def test_a_part_is_read_with_what_was_named_before_it(reader: ContextReader) -> None:
    texts = ["is botox used", "does it hurt", "cost", "what is aura", "how long is that"]
    parts = [Message({"text": text}) for text in texts]
    reader.process([Message({"text": "words", "parts": parts})])

    read_as = [other and other.reading.get("text") for other in map(in_context, parts)]
    assert read_as == [None, "does botox hurt", "cost botox", None, "how long is aura"]


def test_a_part_that_names_nothing_is_read_with_what_leads_up_to_it(reader: ContextReader) -> None:
    part = Message({"text": "what comes next", BACKGROUND_KEY: "My pills have stopped working"})
    piece = Message({"text": "does it hurt"})
    reader.process([Message({"text": "words", "parts": [part], "pieces": [piece]})], after(None))

    other, of_piece = in_context(part), in_context(piece)
    assert other and other.reading.get("text") == "My pills have stopped working. what comes next"
    assert of_piece and of_piece.reading.get("text") == "does Migraine hurt"


def test_without_a_conversation_there_is_no_context(reader: ContextReader) -> None:
    message = Message({"text": "does it hurt?"})

    assert reader.process([message]) == [message]
    assert message.get(IN_CONTEXT_KEY) is None


def weighed(alone: Message, other: Message, **of_context: Any) -> Any:
    topic = Topic.parse("migraine.botox")
    alone.set(
        IN_CONTEXT_KEY, InContext(other, **({"link": Link.ANSWER, "topic": topic} | of_context))
    )
    ContextGate().process([alone])
    return heard(alone)


def test_what_was_not_understood_alone_is_understood_in_context() -> None:
    understood = weighed(classified(nlu_fallback=0.8), classified(faq__aura=0.7))

    assert str(understood.label) == "faq/migraine.aura"
    assert understood.unsure


def test_the_surer_reading_is_taken() -> None:
    surer = weighed(classified(faq__cgrp=0.7), classified(not_covered=0.9))
    assert surer.label.intent.value == "not_covered"
    assert not surer.unsure

    stays = weighed(classified(faq__cgrp=0.9), classified(not_covered=0.7))
    assert str(stays.label) == "faq/migraine.cgrp"


@pytest.mark.parametrize(
    "label", ["crisis", "emergency", "personal_advice", "human_handoff", "affirm", "deny"]
)
def test_any_other_meaning_of_the_message_itself_stands(label: str) -> None:
    understood = weighed(classified(**{label: 0.6}), classified(faq__aura=0.99))

    assert understood.label.intent.value == label


@pytest.mark.parametrize("alone", ["nlu_fallback", "chitchat__what_can_you_do", "not_covered"])
def test_the_answer_that_was_just_given_is_told_in_full(alone: str) -> None:
    understood = weighed(classified(**{alone: 0.8}), classified(faq__botox=0.99))

    assert str(understood.label) == "follow_up/more"
    assert not understood.unsure


@pytest.mark.parametrize("label", ["crisis", "chitchat__thanks", "nlu_fallback", "out_of_scope"])
def test_only_a_question_is_taken_from_context(label: str) -> None:
    understood = weighed(classified(nlu_fallback=0.8), classified(**{label: 0.99}))

    assert understood.label.intent.value == "nlu_fallback"


@pytest.mark.parametrize("alone", ["nlu_fallback", "not_covered"])
def test_what_names_something_else_does_not_want_more_of_the_same(alone: str) -> None:
    understood = weighed(
        classified(**{alone: 0.8}), classified(faq__botox=0.99), names_another=True
    )

    assert understood.label.intent.value == alone


def test_in_a_part_the_name_stands_for_its_pronoun_even_if_less_sure() -> None:
    named = weighed(
        classified(faq__aura=0.99), classified(not_covered=0.8), topic=None, link=Link.PRONOUN
    )
    assert named.label.intent.value == "not_covered"


def test_in_a_part_a_follow_up_gives_way_to_an_answer_with_its_subject() -> None:
    alone, other = {"follow_up__prevention": 0.99}, {"faq__aura": 0.9}

    bare = weighed(classified(**alone), classified(**other), topic=None, link=Link.SUBJECT)
    assert str(bare.label) == "faq/migraine.aura"
    for context in ({"topic": None, "link": Link.PRONOUN}, {}):
        stays = weighed(classified(**alone), classified(**other), **context)
        assert str(stays.label) == "follow_up/prevention"


def test_please_explain_is_about_the_conversation_in_a_part_too() -> None:
    simpler = weighed(
        classified(follow_up__simpler=0.9),
        classified(faq__aura=0.99),
        topic=None,
        link=Link.SUBJECT,
    )

    assert str(simpler.label) == "follow_up/simpler"


def test_where_both_readings_of_a_part_agree_the_surer_one_counts() -> None:
    for alone, other in ((0.99, 0.65), (0.65, 0.99)):
        agreed = weighed(
            classified(faq__aura=alone), classified(faq__aura=other), topic=None, link=Link.PRONOUN
        )
        assert (str(agreed.label), agreed.confidence) == ("faq/migraine.aura", 0.99)


@pytest.mark.parametrize("alone", ["affirm", "follow_up__simpler", "chitchat__acknowledge"])
def test_what_asks_nothing_may_ask_about_what_led_up_to_it(alone: str) -> None:
    asked = weighed(
        classified(**{alone: 0.99}), classified(faq__aura=0.9), topic=None, link=Link.BACKGROUND
    )

    assert str(asked.label) == "faq/migraine.aura"


@pytest.mark.parametrize("alone", ["crisis", "emergency", "personal_advice", "human_handoff"])
def test_what_led_up_to_it_takes_no_danger_advice_or_person_away(alone: str) -> None:
    stays = weighed(
        classified(**{alone: 0.6}), classified(faq__aura=0.99), topic=None, link=Link.BACKGROUND
    )

    assert stays.label.intent.value == alone


def test_parts_and_pieces_are_weighed_too() -> None:
    part, piece = classified(nlu_fallback=0.8), classified(nlu_fallback=0.8)
    for one in (part, piece):
        one.set(IN_CONTEXT_KEY, InContext(classified(faq__aura=0.9), Link.SUBJECT))
    part.set("pieces", [piece])
    message = classified(nlu_fallback=0.8)
    message.set("parts", [part])
    ContextGate().process([message])

    assert heard(message).label.intent.value == "nlu_fallback"
    assert [str(heard(one).label) for one in (part, piece)] == ["faq/migraine.aura"] * 2
