"""The language of the lexicon's patterns: what each sign means, and what is refused."""

from __future__ import annotations

import pytest

from bot.safety.pattern import Edge, Gap, Group, Pattern, PatternError, PatternParser, Phrase


def read(text: str, **lists: list[str]) -> Pattern:
    return PatternParser(lists).parse(text)


def group(*phrases: str, optional: bool = False) -> Group:
    return Group(frozenset(tuple(phrase.split()) for phrase in phrases), optional)


def phrases_of(pattern: Pattern) -> set[Phrase]:
    (only,) = pattern
    assert isinstance(only, Group)
    return set(only.phrases)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("die", (group("die"),)),
        ("want to die", (group("want"), group("to"), group("die"))),
        ("(want|wish to) die", (group("want", "wish to"), group("die"))),
        ("so? done", (group("so", optional=True), group("done"))),
        ("(so|very much)? done", (group("so", "very much", optional=True), group("done"))),
        ("took ~3 pills", (group("took"), Gap(3), group("pills"))),
        ("took ~15 pills", (group("took"), Gap(15), group("pills"))),
        ("suicid*", (group("suicid*"),)),
        ("(suicid*|overdos*)", (group("suicid*", "overdos*"),)),
        ("^ help $", (Edge.START, group("help"), Edge.END)),
        ("  want \t to  ", (group("want"), group("to"))),
        ("疼 no", (group("疼"), group("no"))),
    ],
)
def test_what_the_signs_mean(text: str, pattern: Pattern) -> None:
    assert read(text) == pattern


def test_a_list_stands_for_each_of_its_entries() -> None:
    assert phrases_of(read("{kin}", kin=["mom", "son in law"])) == {("mom",), ("son", "in", "law")}


def test_a_list_may_name_other_lists() -> None:
    lists = {"small": ["baby", "{toddlers}"], "toddlers": ["toddler", "2 year old"]}

    found = phrases_of(PatternParser(lists).parse("({small}|dog)"))

    assert found == {("baby",), ("toddler",), ("2", "year", "old"), ("dog",)}


def test_a_list_beside_words_is_multiplied_out() -> None:
    pattern = read("(my {kin} {verb})", kin=["mom", "big brother"], verb=["fell", "hit"])

    assert phrases_of(pattern) == {
        ("my", "mom", "fell"),
        ("my", "mom", "hit"),
        ("my", "big", "brother", "fell"),
        ("my", "big", "brother", "hit"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "~3",
        "so?",
        "(a|b)? ~2 c?",
        "~3 die",
        "die ~3",
        "took ~16 pills",
        "took ~99999 pills",
        "{nobody} fell",
        "({nobody}|she) fell",
        "{kin fell",
        "(want|wish",
        "want|wish)",
        "(want||wish) it",
        "(want|) it",
        "() it",
        "((a|b) c)",
        "(suicid* note)",
        "({starred} note)",
        "want ^ it",
        "want $ it",
        "$ it",
        "it ^",
        "^ $",
    ],
)
def test_what_cannot_be_read_is_refused_by_name(text: str) -> None:
    with pytest.raises(PatternError) as error:
        read(text, kin=["mom"], starred=["suicid*"])

    assert repr(text) in str(error.value) or "{" in str(error.value)


def test_an_entry_of_a_list_that_cannot_be_read_is_named() -> None:
    with pytest.raises(PatternError, match="kin"):
        read("{kin}", kin=["mom", "(dad"])


def test_a_gap_is_no_word_that_must_stand() -> None:
    with pytest.raises(PatternError, match="must stand"):
        read("a? ~1 b?")
