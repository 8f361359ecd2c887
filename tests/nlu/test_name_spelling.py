"""Misspelt names are read as names, and nothing else is."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.content.library import load_library
from bot.content.name_rules import NameRules, load_name_rules, names_of
from bot.nlu.name_spelling import NameSpelling, ordinary_words

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


@given(
    names=st.sets(st.text("abct", min_size=1, max_size=12), max_size=30),
    word=st.text("abct", min_size=1, max_size=12),
    similarity=st.sampled_from([0.6, 0.75, 0.8, 0.9]),
)
def test_names_of_another_length_are_left_out_only_where_they_cannot_be_meant(
    names: set[str], word: str, similarity: float
) -> None:
    rules = NameRules(fewest_letters=3, similarity=similarity)
    long = sorted(name for name in names if len(name) >= 3)
    best = process.extractOne(word, long, scorer=OSA.normalized_similarity, score_cutoff=similarity)
    spared = len(word) < 3 or word in ordinary_words() or best is None

    assert NameSpelling(names, rules).corrected(word) == (word if spared else best[0])
