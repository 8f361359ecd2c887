"""Key words, opt-outs in clear wording, and what only looks like them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.text_rules import RULES_FILE, load_text_rules
from bot.content.yaml_source import ContentError
from bot.replies.texting.choices import Choice, ChoiceReader
from bot.replies.texting.keywords import Keyword, KeywordReader
from bot.safety.screen import load_screen

RULES = load_text_rules()
READER = KeywordReader(RULES)
CHOICES = ChoiceReader(RULES)

#: 47 CFR 64.1200(a)(10), and Twilio's words.
OPT_OUTS = [
    "stop",
    "quit",
    "end",
    "revoke",
    "opt out",
    "cancel",
    "unsubscribe",
    "stopall",
    "optout",
]

NO_OPT_OUTS = [
    "cancel my appointment",
    "how do I stop topiramate",
    "I want it all to stop",
    "END IT ALL",
    "stop the pain",
    "make it stop",
    "when does it end",
    "should I quit coffee",
    "I can't stop texting my ex",
    "I cannot stop sending messages",
    "I don't understand your messages",
    "can I cancel",
    "I got your message",
    "no",
    "yes",
    "quiero que todo pare",
    "cómo dejo el topiramato",
    "cancelar mi cita",
    "no puedo parar de mandar mensajes",
]

CLEAR = [
    "please stop texting me",
    "stop sending me these",
    "Don't text me again",
    "do not send me any more texts",
    "no more messages please",
    "take me off your list",
    "I want to unsubscribe",
    "unsubscribe me",
    "I don't want any more texts",
    "stop all of these messages",
    "deje de mandarme mensajes",
    "no me escriban más",
    "no quiero más mensajes",
    "quiero darme de baja",
]


@pytest.mark.parametrize("word", OPT_OUTS)
def test_every_opt_out_word_counts_as_a_whole_message(word: str) -> None:
    for said in (word, word.upper(), f" {word}. ", f"“{word}”", f"{word} please", f"{word}!!"):
        assert READER.keyword(said) is Keyword.STOP, said
    assert READER.keyword(f"{word} my topiramate") is None


@pytest.mark.parametrize("text", NO_OPT_OUTS)
def test_these_are_no_opt_outs(text: str) -> None:
    assert READER.keyword(text) is None
    assert not READER.asks_to_stop(text)


@pytest.mark.parametrize("text", CLEAR)
def test_clear_wording_is_asked_about_and_is_no_key_word(text: str) -> None:
    assert READER.keyword(text) is None
    assert READER.asks_to_stop(text)


@pytest.mark.parametrize("text", ["I want it all to stop", "END IT ALL"])
def test_what_only_looks_like_an_opt_out_is_a_crisis(text: str) -> None:
    assert load_screen().check(text)


@pytest.mark.parametrize(
    ("text", "keyword", "language"),
    [
        ("HELP", Keyword.HELP, "en"),
        ("info", Keyword.HELP, "en"),
        ("Ayuda", Keyword.HELP, "es"),
        ("please help", None, None),
        ("help me", None, None),
        ("START", Keyword.START, "en"),
        ("unstop", Keyword.START, "en"),
        ("YES", None, None),
        ("more", Keyword.MORE, "en"),
        ("Más", Keyword.MORE, "es"),
        ("SOURCES", Keyword.SOURCES, "en"),
        ("fuentes", Keyword.SOURCES, "es"),
        ("PERSON please", Keyword.PERSON, "en"),
        ("una persona", Keyword.PERSON, "es"),
        ("alto", Keyword.STOP, "es"),
        ("", None, None),
    ],
)
def test_key_words(text: str, keyword: Keyword | None, language: str | None) -> None:
    assert READER.keyword(text) is keyword
    assert READER.language(text) == language


def test_only_who_is_opted_out_says_yes_to_start() -> None:
    assert READER.starts_again("Yes")
    assert READER.starts_again("START")
    assert not READER.starts_again("no")


@given(st.text(max_size=200))
def test_no_text_breaks_a_reader(text: str) -> None:
    READER.keyword(text)
    READER.asks_to_stop(text)
    READER.starts_again(text)
    offered = (Choice(1, "SEND", "Send", "a"), Choice(2, None, "What is aura?", "b"))
    assert CHOICES.read(text, offered) in (None, "a", "b")


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", "a"), ("1.", "a"), ("#1", "a"), ("(1)", "a"), ("1️⃣", "a"), ("１", "a"),
        ("option 1", "a"), ("one", "a"), ("uno", "a"), ("1 please", "a"), ("send", "a"),
        ("2", "b"), ("what is AURA", "b"), ("PERSON", "p"), ("talk to a person", "p"),
        ("3", None), ("12", None), ("1 and 2", None), ("0", None), ("", None), ("aura", None),
        ("9" * 500, None), ("-1", "a"), ("no", None),
    ],
)  # fmt: skip
def test_a_choice_is_read_by_number_word_and_label(text: str, chosen: str | None) -> None:
    offered = (
        Choice(1, "SEND", "Send", "a"),
        Choice(2, None, "What is aura?", "b"),
        Choice(None, "PERSON", "Talk to a person", "p"),
    )
    assert CHOICES.read(text, offered) == chosen


def test_what_two_choices_are_called_chooses_none() -> None:
    twice = (Choice(1, None, "Same", "a"), Choice(2, None, "same", "b"))
    assert CHOICES.read("same", twice) is None
    assert CHOICES.read("2", twice) == "b"


def test_a_list_without_the_words_of_the_law_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "rules.yml"
    broken.write_text(RULES_FILE.read_text("utf-8").replace("quit, revoke,", "quit,"), "utf-8")
    with pytest.raises(ContentError, match="lacks revoke"):
        load_text_rules(broken)
