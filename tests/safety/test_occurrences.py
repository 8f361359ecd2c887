"""Where patterns stand in a text, compared with a matcher that tries everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.occurrences import Occurrences, PhraseFinder, near_each_other, required_groups
from bot.safety.pattern import Edge, Element, Gap, Pattern, PatternError, PatternParser

WORDS = ("a", "b", "c", "ab")


def bits(mask: int) -> set[int]:
    return {place for place in range(mask.bit_length()) if mask >> place & 1}


def mask(places: set[int]) -> int:
    return sum(1 << place for place in places)


def ways(
    element: Element, words: list[str], breaks: set[int], erased: set[int], place: int
) -> Iterator[int]:
    """Every place behind `element` if it stands at `place`."""
    if isinstance(element, Edge):
        if place == (0 if element is Edge.START else len(words)):
            yield place
    elif isinstance(element, Gap):
        if element.words or place not in breaks:
            yield place
        for skipped in range(1, element.words + 1):
            passed = range(place, place + skipped + 1)
            if passed[-1] <= len(words) and breaks.isdisjoint(passed):
                yield passed[-1]
    else:
        if element.optional:
            yield place
        for phrase in element.phrases:
            end = place + len(phrase)
            here = tuple(words[place:end])
            starred = phrase[0].endswith("*")
            fits = bool(here) and here[0].startswith(phrase[0][:-1]) if starred else here == phrase
            if fits and erased.isdisjoint(range(place, end)):
                yield end


def spans(
    pattern: Pattern, words: list[str], breaks: set[int], erased: set[int]
) -> set[tuple[int, int]]:
    """First and last place of every occurrence, by trying everything."""
    found = {(start, start) for start in range(len(words))}
    for element in pattern:
        found = {
            (start, end)
            for start, place in found
            for end in ways(element, words, breaks, erased, place)
        }
    return found


@st.composite
def pattern_texts(draw: st.DrawFn) -> str:
    phrase = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
    choice = st.lists(phrase | st.just("a*"), min_size=1, max_size=3).map("|".join)
    group = st.builds("({}){}".format, choice, st.sampled_from(["", "?"]))
    gap = st.integers(0, 4).map("~{}".format)
    parts = draw(st.lists(group | gap | st.sampled_from(WORDS), min_size=1, max_size=5))
    return " ".join(
        [*draw(st.sampled_from([[], ["^"]])), *parts, *draw(st.sampled_from([[], ["$"]]))]
    )


TEXTS = st.lists(st.sampled_from([*WORDS, "x", "abc"]), max_size=9)


def parsed(text: str) -> Pattern | None:
    try:
        return PatternParser({}).parse(text)
    except PatternError:
        return None


PATTERNS = pattern_texts().map(parsed).filter(lambda pattern: pattern is not None)


@settings(deadline=None, max_examples=600)
@given(pattern=PATTERNS, words=TEXTS, data=st.data())
def test_the_same_as_trying_everything(
    pattern: Pattern, words: list[str], data: st.DataObject
) -> None:
    places = st.sets(st.integers(0, max(0, len(words) - 1)), max_size=3)
    breaks = {place for place in data.draw(places) if 0 < place < len(words)}
    erased = {place for place in data.draw(places) if place < len(words)}
    found = PhraseFinder([pattern]).find(words, mask(breaks))

    expected = spans(pattern, words, breaks, erased)
    assert bits(found.ends(pattern, mask(erased))) == {end for _, end in expected}

    whole = spans(pattern, words, breaks, set())
    covered = {place for start, end in whole for place in range(start, end)}
    assert bits(found.covered(pattern)) == covered


@settings(deadline=None)
@given(patterns=st.lists(PATTERNS, min_size=2, max_size=5), words=TEXTS)
def test_patterns_do_not_disturb_each_other(patterns: list[Pattern], words: list[str]) -> None:
    together = PhraseFinder(patterns).find(words, 0)

    for pattern in patterns:
        alone = PhraseFinder([pattern]).find(words, 0)
        assert together.ends(pattern) == alone.ends(pattern)
        assert together.covered(pattern) == alone.covered(pattern)


@settings(deadline=None)
@given(pattern=PATTERNS, words=TEXTS)
def test_nothing_occurs_without_its_required_groups(pattern: Pattern, words: list[str]) -> None:
    found = PhraseFinder([pattern]).find(words, 0)

    if found.ends(pattern):
        assert required_groups(pattern) <= found.groups.keys()


def look(pattern: str, text: str, breaks: int = 0) -> tuple[Occurrences, Pattern]:
    read = PatternParser({}).parse(pattern)
    return PhraseFinder([read]).find(text.split(), breaks), read


@pytest.mark.parametrize(
    ("pattern", "text", "breaks", "found"),
    [
        ("took ~2 pills", "took pills", 0, True),
        ("took ~2 pills", "took all my pills", 0, True),
        ("took ~2 pills", "took all of my pills", 0, False),
        ("took ~2 pills", "took it . all pills".replace(" .", ""), 0b100, False),
        ("took ~2 pills", "pills took", 0, False),
        ("(my)? head", "head", 0, True),
        ("overdos*", "overdosing", 0, True),
        ("overdos*", "overdo", 0, False),
        ("^ help $", "help", 0, True),
        ("^ help $", "help with botox", 0, False),
        ("^ help $", "please help", 0, False),
    ],
)
def test_examples(pattern: str, text: str, breaks: int, found: bool) -> None:
    occurrences, read = look(pattern, text, breaks)

    assert bool(occurrences.ends(read)) is found


def test_what_is_covered_reaches_from_the_first_word_to_the_last() -> None:
    occurrences, read = look("took ~2 pills", "i took all my pills today")

    assert bits(occurrences.covered(read)) == {1, 2, 3, 4}


def test_a_word_of_nobody_s_vocabulary_is_not_kept() -> None:
    pattern = PatternParser({}).parse("took pills")
    finder = PhraseFinder([pattern])
    finder.find(["someone", "took", "pills"], 0)
    before = len(finder._vocabulary)

    finder.find(["bob", "smith", "took", "pills"], 0)

    assert len(finder._vocabulary) == before
    assert "bob" not in finder._vocabulary.strings


@given(
    ends=st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=4), min_size=1, max_size=3),
    words=st.integers(1, 20),
)
def test_near_each_other_means_so_many_words_from_the_first_to_the_last(
    ends: list[set[int]], words: int
) -> None:
    expected = any(
        all(any(place - words <= end <= place for end in one) for one in ends)
        for place in range(60)
    )

    assert near_each_other([mask(one) for one in ends], words) is expected


@given(
    positions=st.sets(st.integers(0, 20)),
    breaks=st.sets(st.integers(1, 20)),
    words=st.integers(0, 6),
)
def test_each_end_of_a_sentence_sets_what_follows_further_apart(
    positions: set[int], breaks: set[int], words: int
) -> None:
    occurrences = Occurrences(21, mask(breaks), {}, 0, 0)
    expected = {place + words * sum(begin < place for begin in breaks) for place in positions}

    assert bits(occurrences.apart(mask(positions), words)) == expected
