"""The border: what Rasa hands over becomes a typed understanding, or a ValueError or KeyError."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.library import Topic
from bot.replies.payloads import PERSON_PAYLOAD, payload_of
from bot.replies.understanding import Candidate, Intent, Label, Understanding
from bot.safety.danger import About, Danger, DangerTopic, Tier
from tests.replies.strategies import LABELS


def clicked(payload: str) -> dict[str, Any]:
    """What Rasa makes of a payload: an intent, and entities from the JSON behind it."""
    name, brace, rest = payload[1:].partition("{")
    entities = json.loads(brace + rest) if brace else {}
    return {
        "text": payload,
        "intent": {"name": name, "confidence": 1.0},
        "entities": [{"entity": key, "value": value} for key, value in entities.items()],
    }


def test_a_label_reads_back_as_it_was_written() -> None:
    assert tuple(Label.parse(str(label)) for label in LABELS) == LABELS


@pytest.mark.parametrize("text", ["", "faqs", "FAQ", "/faq", "faq.migraine", "nlu"])
def test_an_unknown_intent_is_no_label(text: str) -> None:
    with pytest.raises(ValueError, match="Intent"):
        Label.parse(text)


def test_only_a_question_has_a_topic() -> None:
    assert Label.parse("faq/migraine.aura").topic == Topic("migraine", "aura")
    assert Label.parse("faq").topic is None
    assert Label.parse("chitchat/greet").topic is None


def test_a_click_is_understood_as_exactly_what_the_button_said() -> None:
    for label in LABELS:
        heard = Understanding.from_parse(clicked(payload_of(label)))
        assert heard == Understanding(label, 1.0, chosen=True)


def test_the_way_to_a_person_is_a_click_too() -> None:
    assert Understanding.from_parse(clicked(PERSON_PAYLOAD)).label == Label(Intent.HUMAN_HANDOFF)


def test_a_parse_of_our_pipeline_is_read_whole() -> None:
    heard = Understanding.from_parse(
        {
            "text": "what is it",
            "intent": {"name": "faq", "confidence": 0.9},
            "entities": [],
            "response_selector": {
                "all_retrieval_intents": ["faq"],
                "faq": {"response": {"intent_response_key": "faq/migraine.aura"}},
            },
            "candidates": [
                {"label": "faq/migraine.aura", "confidence": 0.9},
                {"label": "crisis", "confidence": 0.1},
            ],
            "choices": ["faq/migraine.botox"],
            "related_answer": "migraine.aura",
        }
    )

    assert heard == Understanding(
        label=Label(Intent.FAQ, "migraine.aura"),
        confidence=0.9,
        candidates=(
            Candidate(Label(Intent.FAQ, "migraine.aura"), 0.9),
            Candidate(Label(Intent.CRISIS), 0.1),
        ),
        choices=(Label(Intent.FAQ, "migraine.botox"),),
        related=Topic("migraine", "aura"),
    )


def test_the_danger_that_was_described_is_read_with_it() -> None:
    described = {"topic": "suicide", "tier": "call_911", "level": 3, "about": "someone_else"}
    parse = {"intent": {"name": "crisis", "confidence": 1.0}, "danger": described}

    assert Understanding.from_parse(parse).danger == Danger(
        topic=DangerTopic.SUICIDE, tier=Tier.CALL_911, level=3, about=About.SOMEONE_ELSE
    )


def test_without_a_description_there_is_none() -> None:
    for parse in ({}, {"danger": None}, {"danger": {}}):
        heard = Understanding.from_parse({"intent": {"name": "crisis"}} | parse)
        assert heard.danger is None


def test_a_leaf_chosen_by_a_button_wins_over_one_selected_from_text() -> None:
    parse = clicked('/faq{"leaf": "migraine.aura"}')
    parse["response_selector"] = {
        "faq": {"response": {"intent_response_key": "faq/migraine.botox"}}
    }

    assert Understanding.from_parse(parse).label.leaf == "migraine.aura"


def test_another_entity_is_no_leaf() -> None:
    parse = clicked('/faq{"dose": "much"}')

    assert Understanding.from_parse(parse).label == Label(Intent.FAQ)


@pytest.mark.parametrize(
    "parse",
    [
        {},
        {"intent": {}},
        {"intent": {"name": None, "confidence": 0.0}},
        {"intent": {"name": "restart"}},
        {"intent": {"name": "faq", "confidence": "sure"}},
        {"intent": {"name": "faq"}, "related_answer": "migraine"},
        {"intent": {"name": "faq"}, "candidates": [{"label": "nonsense", "confidence": 1}]},
        {"intent": {"name": "faq"}, "candidates": [{"label": "faq"}]},
        {"intent": {"name": "faq"}, "choices": ["nonsense"]},
        {"intent": {"name": "crisis"}, "danger": "suicide"},
        {"intent": {"name": "crisis"}, "danger": {"topic": "boredom"}},
        {"intent": {"name": "crisis"}, "danger": {"topic": "suicide", "level": 7}},
        {"intent": {"name": "crisis"}, "danger": {"topic": "suicide", "text": "my words"}},
        {"intent": {"name": "faq"}, "response_selector": {"faq": {"response": {}}}},
        {"intent": {"name": "faq"}, "entities": [{"value": "migraine.aura"}]},
    ],
    ids=str,
)
def test_what_is_not_ours_is_refused(parse: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Understanding.from_parse(parse)


@pytest.mark.parametrize("leaf", [5, None, ["migraine.aura"], {"a": 1}, "migraine", ".", ""])
def test_a_leaf_that_is_no_topic_never_becomes_one(leaf: object) -> None:
    parse = {"intent": {"name": "faq"}, "entities": [{"entity": "leaf", "value": leaf}]}
    try:
        topic = Understanding.from_parse(parse).label.topic
    except (ValueError, KeyError):
        return

    assert topic is None


_NAMES = st.sampled_from(
    ["intent", "name", "faq", "confidence", "entities", "leaf", "value", "entity", "candidates"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5) | _NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=8,
)


_INTENTS = [intent.value for intent in Intent]
_PARTS = ("entities", "response_selector", "candidates", "choices", "related_answer", "danger")


@settings(deadline=None, max_examples=200)
@given(
    parse=st.fixed_dictionaries(
        {"intent": st.fixed_dictionaries({"name": st.sampled_from(_INTENTS)})},
        optional=dict.fromkeys(_PARTS, _JSON),
    )
)
def test_any_other_shape_is_refused_as_the_docstring_says(parse: dict[str, Any]) -> None:
    try:
        heard = Understanding.from_parse(parse)
    except (ValueError, KeyError):
        return

    assert heard.label.intent in Intent
