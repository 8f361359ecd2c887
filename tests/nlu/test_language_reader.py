"""Another language is recognised, and English with foreign-looking names is not one."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.configuration.settings import ROOT
from bot.content.language_rules import load_language_rules
from bot.content.library import load_library
from bot.content.name_rules import names_of
from bot.content.texts import load_texts
from bot.nlu.language_reader import LanguageReader
from bot.nlu.language_recognition import LanguageRecognition
from bot.nlu.question_list import QuestionList
from bot.nlu.safety_gate import SafetyGate
from bot.safety.replies import load_safety_replies
from tests.nlu.pipeline import classified, context_of, heard

TEXTS = load_texts()
RECOGNITION = LanguageRecognition(
    TEXTS.other_language, names_of(load_library()), load_language_rules()
)

WRITTEN = {
    "es": "¿qué es la migraña y cuánto dura?",
    "zh": "偏头痛是什么",
    "vi": "đau nửa đầu là gì và chữa thế nào",
    "tl": "masakit ang ulo ko, magkano ang gamot",
    "ar": "ما هو الصداع النصفي",
    "fr": "est-ce que la kétamine aide contre la migraine",
    "ko": "편두통이 뭐예요",
    "ru": "что такое мигрень",
    "pt": "estou com dor de cabeça e quero falar com uma pessoa",
    "ht": "mwen gen maltèt, èske gen medikaman pou sa",
    "de": "hilft Ketamin bei Migräne, und was kostet das",
}

ENGLISH = [
    "migraine aura explained",
    "rizatriptan migraine",
    "propranolol migrane prevention",
    "effexor migraine depression both",
    "onabotulinumtoxinA indication",
    "Botox?",
    "no",
    "ok merci",
    "sumatriptan vs rizatriptan vs eletriptan",
    "",
    "12345 !!!",
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> LanguageReader:
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("storage"))
    return LanguageReader.create({}, storage, Resource("reader"), context_of("reader"))


@pytest.mark.parametrize("language", TEXTS.other_language)
def test_each_language_with_an_answer_is_recognised(language: str) -> None:
    found = RECOGNITION.foreign(WRITTEN[language])

    assert found is not None
    assert found.language == language
    assert found.confidence >= load_language_rules().likely


@pytest.mark.parametrize("text", ENGLISH)
def test_english_and_names_and_short_words_are_not(text: str) -> None:
    assert RECOGNITION.foreign(text) is None


def test_no_english_utterance_is_taken_for_another_language() -> None:
    file = ROOT / "tests" / "understanding" / "fitting.csv"
    with file.open(encoding="utf-8", newline="") as rows:
        english = [row["text"] for row in csv.DictReader(rows) if "language" not in row["expected"]]

    assert [text for text in english if RECOGNITION.foreign(text)] == []


@given(st.text())
def test_whatever_is_written_can_be_looked_at(text: str) -> None:
    found = RECOGNITION.foreign(text)

    assert found is None or found.language in TEXTS.other_language


def test_every_text_names_phone_911_and_988() -> None:
    for text in TEXTS.other_language.values():
        assert all(said in text for said in ("{clinic}", "{phone}", "911", "988"))


def test_languages_of_the_lines_before_english_have_an_answer_too() -> None:
    lines = load_safety_replies().before_english

    told = {line.language for line in (*lines.emergency, *lines.crisis)}
    assert told <= set(TEXTS.other_language)


def test_a_sure_english_answer_gives_way(reader: LanguageReader) -> None:
    message = classified(WRITTEN["fr"], faq__botox=0.97)
    reader.process([message])

    understood = heard(message)
    assert str(understood.label) == "other_language/fr"
    assert understood.confidence > 0.9


@pytest.mark.parametrize("label", ["crisis", "emergency", "human_handoff", "affirm", "deny"])
def test_what_holds_in_every_language_stands(reader: LanguageReader, label: str) -> None:
    message = classified(WRITTEN["ru"], **{label: 0.9})
    reader.process([message])

    assert heard(message).label.intent.value == label


def test_english_is_left_alone(reader: LanguageReader) -> None:
    message = classified("is botox used for migraine", faq__botox=0.9)
    reader.process([message])

    assert str(heard(message).label) == "faq/migraine.botox"


def test_a_message_that_was_not_classified_is_left_alone(reader: LanguageReader) -> None:
    (message,) = reader.process([Message({"text": WRITTEN["ru"]})])

    assert message.get("intent") is None


def test_danger_is_answered_in_its_language(reader: LanguageReader, storage: ModelStorage) -> None:
    message = classified(WRITTEN["vi"], crisis__suicide=0.9)
    gate = SafetyGate.create(
        SafetyGate.get_default_config(), storage, Resource("gate"), context_of("gate")
    )
    gate.process(reader.process([message]))

    danger = heard(message).danger
    assert danger is not None
    assert danger.language == "vi"


def test_parts_of_a_message_in_another_language_are_not_answered(
    reader: LanguageReader, storage: ModelStorage
) -> None:
    message = classified(WRITTEN["fr"], faq__botox=0.9)
    parts = [classified("a", faq__botox=0.9), classified("b", faq__aura=0.9)]
    message.set("parts", parts)
    listing = QuestionList.create({}, storage, Resource("list"), context_of("list"))
    listing.process(reader.process([message]))

    assert heard(message).questions == ()
