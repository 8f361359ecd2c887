"""Dangers told over several messages, taken back, or told long ago."""

from __future__ import annotations

import pytest

from bot.safety.danger import SafetyKind
from bot.safety.screen import EARLIER_MESSAGES
from tests.safety.shipped import danger_in, examples, is_lower
from tests.safety.small_lexicon import entry, found, screen_of

SPREAD = entry(together=[{"all": ["pills", "goodbye"]}], level=5)
WISH = entry("wish", phrases=["want to die"], level=2)


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        (("i have a really bad headache",), "in a second, out of nowhere"),
        (("im 34 weeks pregnant", "my head hurts"), "and im seeing spots"),
        (("im 34 weeks pregnant", "   ", "my head hurts"), "and im seeing spots"),
    ],
)
def test_a_danger_spread_over_messages_is_found(earlier: tuple[str, ...], text: str) -> None:
    assert all(danger_in(one) is None for one in (*earlier, text))

    danger = danger_in(text, *[one for one in earlier if one.strip()])

    assert danger is not None
    assert danger.kind is SafetyKind.EMERGENCY


def test_the_last_three_messages_count_and_none_before_them() -> None:
    screen = screen_of(SPREAD)

    assert EARLIER_MESSAGES == 2
    assert found(screen, "goodbye", "pills") == "a"
    assert found(screen, "goodbye", "pills", "hello") == "a"
    assert found(screen, "goodbye", "pills", "hello", "again") is None


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_an_empty_message_tells_nothing_new(blank: str) -> None:
    assert found(screen_of(SPREAD), blank, "pills", "goodbye") is None


def test_words_of_two_messages_are_no_sentence() -> None:
    screen = screen_of(entry(patterns=["want ~5 die"]))

    assert found(screen, "want it to die") == "a"
    assert found(screen, "it to die", "i want") is None


def test_a_danger_that_was_told_does_not_fire_again() -> None:
    screen = screen_of(WISH, SPREAD)

    assert found(screen, "what is botox", "i want to die") is None
    assert found(screen, "what is botox", "pills", "goodbye") is None
    assert found(screen, "i want to die", "i want to die") == "wish"


def test_a_graver_danger_than_was_told_fires() -> None:
    screen = screen_of(WISH, SPREAD)

    assert found(screen, "goodbye", "pills, i want to die") == "a"


def test_a_milder_danger_than_was_told_stays_quiet_until_it_is_said_whole() -> None:
    screen = screen_of(
        entry("plan", level=5), entry(**{"together": [{"all": ["pills", "goodbye"]}]})
    )

    assert found(screen, "goodbye", "plan pills") is None
    assert found(screen, "pills goodbye", "plan pills") == "a"


@pytest.mark.parametrize("text", ["what is botox", "ok thanks", "how long does an attack last"])
@pytest.mark.parametrize("danger", ["i want to die", "my face is drooping on the left"])
def test_an_ordinary_question_after_a_danger_is_ordinary(danger: str, text: str) -> None:
    assert danger_in(text, danger) is None
    assert danger_in(text, danger, "hello") is None
    assert danger_in(text, "hello", danger) is None


def test_no_example_fires_again_at_a_word_of_thanks() -> None:
    again = [
        (entry.id, example)
        for entry, example in examples()
        if danger_in("ok", example) or danger_in("what is aura", "hello", example)
    ]

    assert again == []


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        ("i want to kill myself", "jk about the suicide thing lol"),
        ("i'm going to hurt myself", "i take it back i'm not gonna hurt myself"),
        ("i have a gun in my hand", "i put the gun away so we're good i guess"),
        ("thinking about suicide", "i didn't mean it when i said i want to die"),
    ],
)
def test_what_is_taken_back_was_said(earlier: str, text: str) -> None:
    for danger in (danger_in(text), danger_in(text, earlier)):
        assert danger is not None
        assert danger.kind is SafetyKind.CRISIS
        assert (danger.level or 0) >= 2


@pytest.mark.parametrize(
    "told",
    [
        "he hit his head and can't stay awake",
        "my face is drooping on the left",
        "I have a plan to kill myself tonight",
        "i want to die",
        "i took 14 excedrin since this morning and my ears are ringing",
        "my toddler ate my migraine pills",
        "my son says he wants to kill himself",
        "my husband hits me",
        "worst headache of my life, came on in seconds",
        "quiero matarme",
    ],
)
@pytest.mark.parametrize(
    "minimising",
    [
        " but it's probably nothing",
        ". it's probably nothing, no big deal",
        ", don't worry about it",
        " but i'm sure he's just being dramatic",
        " lol",
        " haha whatever",
        ". i don't want to make a fuss",
        " but i feel a little better now",
        ". pero no es nada",
    ],
)
def test_minimising_lowers_nothing(told: str, minimising: str) -> None:
    before = danger_in(told)

    assert before is not None
    assert not is_lower(danger_in(told + minimising), before)
