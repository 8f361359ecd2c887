"""The words of the widget: the same keys and places to fill in every language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.check import check_content
from bot.content.texts import load_texts
from bot.content.widget_texts import FACTS, WIDGET_TEXTS_FILE, WidgetTexts, load_widget_texts
from bot.content.yaml_source import ContentError

GOOD = """\
en:
  hello: "Hello, {clinic} at {phone}."
  wait: "Wait {seconds} seconds."
es:
  hello: "Hola, {phone} de {clinic}."
  wait: "Espere {seconds} segundos."
"""


def faults_of(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "widget_texts.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as found:
        load_widget_texts(file)
    return [f"{fault.line}: {fault.message}" for fault in found.value.faults]


def test_the_shipped_texts_are_there_in_english_and_spanish() -> None:
    texts = load_widget_texts()

    assert texts.languages[:2] == ("en", "es")
    assert all(texts.strings[language] for language in texts.languages)


def test_the_source_line_is_the_one_that_other_channels_say() -> None:
    assert load_widget_texts().strings["en"]["source_line"] == load_texts().source_line


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('  wait: "Espere {seconds} segundos."\n', "", "4: lacks wait"),
        ("es:\n", "es:\n  more: Más\n", "5: en lacks more"),
        ("{phone} de {clinic}", "{clinic}", "5: has other {places} than en"),
        ("Espere {seconds}", "Espere", "6: has other {places} than en"),
        ("Hello, {clinic}", "Hello, {clinic} {wether}", "2: nobody fills in {wether}"),
        ("Hello, {clinic}", "Hello, {{clinic}}", "2: has a brace that belongs to no {place}"),
        ("Wait {seconds}", "Wait {seconds", "3: has a brace that belongs to no {place}"),
        ("Wait {seconds}", "Wait {0} {seconds}", "3: has a brace that belongs to no {place}"),
        ('"Hello, {clinic} at {phone}."', "", "2: must be a text"),
        ('"Hello, {clinic} at {phone}."', "3", "2: must be a text"),
        ('"Hello, {clinic} at {phone}."', "[a]", "2: must be a text"),
        ('  hello: "Hello', '  Hello There: "Hello', "2: 'Hello There' is no key of small letters"),
        ("es:", "spanish:", "4: 'spanish' is no language code of two letters"),
        ("en:", "fr:", "1: lacks the language en"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, fault: str
) -> None:
    assert old in GOOD
    assert fault in faults_of(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize("text", ["", "[]", "en: 3\n", "en: {}\n", "en:\n  a: b\nes: 3\n"])
def test_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    assert faults_of(tmp_path, text)


def test_content_check_tells_of_them(tmp_path: Path) -> None:
    file = tmp_path / "widget_texts.yml"
    file.write_text(GOOD.replace("{seconds}", "{moons}"), encoding="utf-8")

    found = [fault for fault in check_content(widget_texts_file=file).faults if fault.file == file]

    assert {fault.message for fault in found} == {"nobody fills in {moons}"}
    assert not check_content(widget_texts_file=WIDGET_TEXTS_FILE).faults


@given(facts=st.fixed_dictionaries({name: st.text(max_size=10) for name in sorted(FACTS)}))
def test_facts_are_put_in_as_they_are_and_the_rest_is_left(facts: dict[str, str]) -> None:
    places = " ".join(f"{{{name}}}" for name in facts)
    texts = WidgetTexts({"en": {"all": f"{places} {{name}}"}})

    assert texts.filled_in("en", facts) == {"all": " ".join([*facts.values(), "{name}"])}


@pytest.mark.parametrize("language", load_widget_texts().languages)
def test_no_fact_is_left_open(language: str) -> None:
    texts = load_widget_texts()
    filled = texts.filled_in(language, dict.fromkeys(FACTS, "it"))

    left = {place for text in filled.values() for place in re.findall(r"\{(\w+)\}", text)}
    assert not left & FACTS


@pytest.mark.parametrize("language", load_widget_texts().languages)
@pytest.mark.parametrize("key", ["offline", "unreachable", "too_many", "refused", "too_long"])
def test_who_cannot_be_answered_reads_where_help_is(language: str, key: str) -> None:
    text = load_widget_texts().strings[language][key]

    assert "911" in text
    assert "988" in text


@pytest.mark.parametrize("language", load_widget_texts().languages)
@pytest.mark.parametrize("key", ["offline", "unreachable", "refused"])
def test_a_failure_names_the_telephone(language: str, key: str) -> None:
    assert "{phone}" in load_widget_texts().strings[language][key]
