"""Misspelt names are read as names, and nothing else is."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.library import load_library
from bot.content.name_rules import NameRules, load_name_rules, names_of
from bot.nlu.name_spelling import NameSpelling

NAMES = names_of(load_library())
SPELLING = NameSpelling(NAMES, load_name_rules())
LONG = sorted(name for name in NAMES if len(name) >= 8)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("what is a migrane", "what is a migraine"),
        ("does topiramat help", "does topiramate help"),
        ("propanolol or amitriptylin?", "propranolol or amitriptyline?"),
        ("AMOVIG, emgalty", "aimovig, emgality"),
        ("sumatripan-tablets", "sumatriptan-tablets"),
    ],
)
def test_a_misspelt_name_is_put_right(written: str, read: str) -> None:
    assert SPELLING.corrected(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "what is a Migraine",
        "is prevention better than the cure",
        "my depressed friend has a headband",
        "an aurora is no aura",
        "does it hurt",
        "botx",
        "",
        "500 mg, 2x/day (see p. 3)",
    ],
)
def test_what_is_right_ordinary_or_short_stays(text: str) -> None:
    assert SPELLING.corrected(text) == text


def test_the_cut_off_is_that_of_the_rules() -> None:
    strict = NameSpelling(NAMES, NameRules(fewest_letters=5, similarity=0.99))

    assert strict.corrected("migrane") == "migrane"


def test_one_wrong_letter_in_a_long_name_is_forgiven() -> None:
    chance = random.Random(1)
    for name in LONG:
        place = chance.randrange(1, len(name))
        missing = name[:place] + name[place + 1 :]
        assert SPELLING.corrected(missing) in NAMES | {missing}
    right = [name for name in LONG if SPELLING.corrected(name[:-3] + name[-2:]) == name]
    assert len(right) > len(LONG) / 2


@given(st.text())
def test_only_words_change_and_only_into_names(text: str) -> None:
    corrected = SPELLING.corrected(text)

    word = re.compile(r"[^\W\d_]+")
    assert word.sub("", corrected) == word.sub("", text)
    for before, after in zip(word.findall(text), word.findall(corrected), strict=True):
        assert before == after or after in NAMES
    assert SPELLING.corrected(corrected) == corrected
