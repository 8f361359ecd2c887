"""The importer: a response for every leaf of the training data, from the curated content."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path

import numpy as np
import pytest
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.configuration.settings import ROOT
from bot.content.library import load_library
from bot.content.texts import load_texts
from bot.nlu.content_importer import CuratedContentImporter, leaf_responses
from bot.nlu.training_example import TrainingExample
from bot.safety.danger import Danger, DangerTopic
from bot.safety.replies import load_safety_replies


@pytest.fixture(scope="module")
def importer() -> TrainingDataImporter:
    """What Rasa reads the root with; it reads each file once."""
    return TrainingDataImporter.load_from_config(
        str(ROOT / "config.yml"), str(ROOT / "domain.yml"), [str(ROOT / "data")]
    )


@pytest.fixture(scope="module")
def loaded(importer: TrainingDataImporter) -> tuple[TrainingData, list[str]]:
    """What Rasa reads at the root, and what it warns about."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = importer.get_nlu_data()
        data.validate()
        importer.get_domain()
        importer.get_stories()
    return data, [str(one.message) for one in caught if one.category is UserWarning]


def test_every_leaf_of_the_training_data_has_a_response(
    loaded: tuple[TrainingData, list[str]],
) -> None:
    data, _ = loaded
    leaves = {one.get_full_intent() for one in data.intent_examples}

    needed = {f"utter_{leaf}" for leaf in leaves if "/" in leaf}
    assert needed <= set(data.responses)
    # Most languages are recognised without examples.
    without = set(data.responses) - needed
    assert all(name.startswith("utter_other_language/") for name in without)
    assert len(data.intent_examples) > 2500


def test_rasa_warns_about_nothing_of_ours(loaded: tuple[TrainingData, list[str]]) -> None:
    # Rasa 3.6 says the first of any domain with slots, the second of any with leaves.
    always = ("Slot auto-fill has been removed", "The following duplicated intents")

    assert [message for message in loaded[1] if not message.startswith(always)] == []


def test_the_responses_say_what_the_content_says() -> None:
    library = load_library()

    responses = leaf_responses()

    for topic in library.topics():
        assert responses[f"utter_faq/{topic}"] == [{"text": library.answer(topic).short}]


def test_a_danger_s_response_is_the_reply_that_it_gets() -> None:
    responses, replies = leaf_responses(), load_safety_replies()

    dangers = {
        "crisis/suicide.1": Danger(topic=DangerTopic.SUICIDE, level=1),
        "crisis/suicide.6": Danger(topic=DangerTopic.SUICIDE, level=6),
        "crisis/abuse": Danger(topic=DangerTopic.ABUSE),
        "emergency/poisoning": Danger(topic=DangerTopic.POISONING),
    }
    for leaf, danger in dangers.items():
        assert responses[f"utter_{leaf}"] == [{"text": replies.text_for(danger)}]


def test_every_language_that_is_trained_has_its_text() -> None:
    responses, texts = leaf_responses(), load_texts()

    assert responses["utter_other_language/es"] == [{"text": texts.other_language["es"]}]


def test_the_importer_adds_nothing_else() -> None:
    importer = CuratedContentImporter(None, None, None)

    assert importer.get_config() == {}
    assert importer.get_domain().is_empty()
    assert importer.get_stories().is_empty()
    assert importer.get_conversation_tests().is_empty()
    assert importer.get_config_file_for_auto_config() is None
    assert importer.get_nlu_data().intent_examples == []


def test_a_copy_of_an_example_is_equal_and_its_own() -> None:
    example = TrainingExample.of(Message({"text": "what is aura", "intent": "faq"}))

    copied = copy.deepcopy(example)
    copied.set("intent", "chitchat")
    copied.add_features(Features(np.ones((1, 3)), FEATURE_TYPE_SENTENCE, "text", "encoder"))
    copied.output_properties.add("intent")

    assert example.get("intent") == "faq"
    assert example.features == []
    assert example.output_properties == {"text"}
    assert copy.deepcopy(copied).features == copied.features
    assert copied != example == copy.deepcopy(example)


def test_the_same_example_twice_is_kept_once() -> None:
    twice = [TrainingExample.of(Message({"text": "what is aura", "intent": "faq"}))] * 2
    another = TrainingExample.of(Message({"text": "what is aura", "intent": "chitchat"}))

    assert TrainingData([*twice, another]).training_examples == [twice[0], another]


def test_the_domain_knows_every_intent_that_is_trained(
    importer: TrainingDataImporter, loaded: tuple[TrainingData, list[str]]
) -> None:
    intents = {one.get("intent") for one in loaded[0].intent_examples}

    assert intents <= set(importer.get_domain().intents)


def test_no_text_of_the_page_has_a_second_home_in_rasa_s_files() -> None:
    files = [ROOT / "domain.yml", *Path(ROOT / "data").rglob("*.yml")]
    text = "\n".join(file.read_text() for file in files)

    library = load_library()
    assert all(library.answer(topic).short[:60] not in text for topic in library.topics())
    assert "utter_" not in text
