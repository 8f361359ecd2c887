"""The words for a danger: what can be said with them, and what cannot."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.content.training_examples import read_utterances
from bot.safety.danger import (
    DANGER_LEAVES,
    About,
    Danger,
    DangerTopic,
    SafetyKind,
    Tier,
)

PHYSICAL = {DangerTopic.BODY, DangerTopic.POISONING, DangerTopic.CARBON_MONOXIDE}


@pytest.mark.parametrize("topic", DangerTopic)
def test_only_danger_to_the_body_is_an_emergency(topic: DangerTopic) -> None:
    kind = SafetyKind.EMERGENCY if topic in PHYSICAL else SafetyKind.CRISIS

    assert topic.kind is kind
    assert Danger(topic=topic).kind is kind


def test_in_doubt_it_is_the_writer_in_english_and_at_once() -> None:
    danger = Danger(topic="body")

    assert (danger.tier, danger.level, danger.about, danger.language) == (
        Tier.CALL_911,
        None,
        About.SELF,
        "en",
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"topic": "headache"},
        {"topic": "suicide", "level": 0},
        {"topic": "suicide", "level": 7},
        {"topic": "suicide", "tier": "whenever"},
        {"topic": "suicide", "about": "everybody"},
        {"topic": "suicide", "language": "eng"},
        {"topic": "suicide", "language": "EN"},
        {"topic": "suicide", "language": "en\n"},
        {"topic": "suicide", "text": "i want to die"},
        {"topic": "suicide", "kind": "crisis"},
    ],
    ids=str,
)
def test_what_is_no_danger_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Danger.parse_obj(values)


def test_a_danger_cannot_be_changed() -> None:
    danger = Danger(topic="suicide", level=5)

    with pytest.raises(TypeError):
        danger.level = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("leaf", "topic", "level"),
    [
        ("suicide.1", DangerTopic.SUICIDE, 1),
        ("suicide.6", DangerTopic.SUICIDE, 6),
        ("abuse", DangerTopic.ABUSE, None),
        ("carbon_monoxide", DangerTopic.CARBON_MONOXIDE, None),
    ],
)
def test_a_leaf_names_topic_and_level(leaf: str, topic: DangerTopic, level: int | None) -> None:
    danger = Danger.of_leaf(leaf, About.SOMEONE_ELSE, "es")

    assert danger == Danger(
        topic=topic, level=level, about=About.SOMEONE_ELSE, language="es", tier=Tier.CALL_911
    )


@pytest.mark.parametrize("leaf", ["", "sadness", "suicide.7", "suicide.x", "suicide.0"])
def test_a_leaf_of_no_danger_is_refused(leaf: str) -> None:
    with pytest.raises(ValueError):
        Danger.of_leaf(leaf)


def test_the_leaves_are_those_of_the_training_data() -> None:
    labels = {one.label for one in read_utterances()}
    trained = {label for label in labels if label.split("/")[0] in set(SafetyKind)}

    assert trained == {f"{Danger.of_leaf(leaf).kind.value}/{leaf}" for leaf in DANGER_LEAVES}
    assert len(DANGER_LEAVES) == len(set(DANGER_LEAVES))


def test_it_comes_back_whole_from_json() -> None:
    danger = Danger(topic="suicide", level=3, about="someone_else", language="ht", tier="today")

    assert Danger.parse_raw(danger.json()) == danger
