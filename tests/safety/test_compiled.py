"""Rules, their order, and what makes dangerous words harmless, on lexicons of a few words."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest

from bot.safety.compiled import compile_lexicon, gravity
from bot.safety.danger import DangerTopic, Tier
from bot.safety.folding import load_spelling
from bot.safety.lexicon import LexiconEntry
from bot.safety.occurrences import PhraseFinder
from bot.safety.pattern import Group, PatternError
from bot.safety.rules import Rule, RuleIndex
from tests.safety.small_lexicon import entry, found, lexicon, screen_of

IN_ORDER = [
    entry("level6", level=6),
    entry("level5", level=5),
    entry("level2", level=2, tier="today"),
    entry("nolevel"),
    entry("ambulance", topic="body"),
    entry("hospital", topic="poisoning", tier="emergency_department"),
    entry("slow", topic="eating_disorder", tier="today"),
    entry("soon", topic="body", tier="today"),
    entry("anyhelp", topic="urgent_help"),
]


def test_the_gravest_comes_first_whatever_the_order_of_the_files() -> None:
    for entries in [IN_ORDER[::-1], IN_ORDER[3:] + IN_ORDER[:3]]:
        compiled = compile_lexicon(lexicon(*entries), load_spelling())

        assert [one.entry.id for one in compiled.entries] == [one.id for one in IN_ORDER]


@pytest.mark.parametrize(("graver", "milder"), pairwise(IN_ORDER))
def test_of_two_dangers_the_graver_is_answered(graver: LexiconEntry, milder: LexiconEntry) -> None:
    screen = screen_of(milder, graver)

    assert gravity(graver) < gravity(milder)
    assert found(screen, f"{milder.id} and {graver.id}") == graver.id
    assert found(screen, f"{graver.id} and {milder.id}") == graver.id
    assert found(screen, milder.id) == milder.id


def test_every_danger_says_more_than_a_bare_cry_for_help() -> None:
    cry = entry("help", topic="urgent_help")

    for topic in set(DangerTopic) - {DangerTopic.URGENT_HELP}:
        for tier in Tier:
            assert gravity(entry(topic=topic.value, tier=tier.value)) < gravity(cry)


def test_together_means_all_of_them_in_any_order() -> None:
    screen = screen_of(entry(together=[{"all": ["(pills|tablets)", "goodbye", "tonight"]}]))

    for words in permutations(["pills", "goodbye", "tonight"]):
        assert found(screen, " and then some more words. ".join(words)) == "a"
    assert found(screen, "pills and goodbye") is None


@pytest.mark.parametrize(("between", "is_found"), [(0, True), (3, True), (4, False), (9, False)])
def test_within_counts_words_from_end_to_end(between: int, is_found: bool) -> None:
    screen = screen_of(entry(together=[{"all": ["pills", "goodbye"], "within": 4}]))
    gap = ["xx"] * between

    for first, last in (("pills", "goodbye"), ("goodbye", "pills")):
        assert (found(screen, " ".join([first, *gap, last])) == "a") is is_found


def test_one_near_pair_among_far_ones_is_enough() -> None:
    screen = screen_of(entry(together=[{"all": ["pills", "goodbye"], "within": 3}]))

    assert found(screen, f"pills {'xx ' * 20} goodbye now pills {'xx ' * 20} goodbye") == "a"


def test_within_does_not_join_one_pair_here_and_another_there() -> None:
    rule = {"all": ["pills", "goodbye", "tonight"], "within": 3}
    screen = screen_of(entry(together=[rule]))

    assert found(screen, f"pills goodbye {'xx ' * 20} goodbye tonight") is None
    assert found(screen, f"pills goodbye {'xx ' * 20} pills goodbye tonight") == "a"


def test_a_phrase_is_found_in_the_spelling_that_texts_are_folded_to() -> None:
    screen = screen_of(entry(phrases=["I don't want to be here", "¿Cómo me mato?"]))

    for text in ("i dont wanna be here", "I DO NOT WANT TO BE HERE", "i don’t want 2 be here"):
        assert found(screen, text) == "a"
    assert found(screen, "como me mato") == "a"


def test_words_of_a_list_are_found() -> None:
    parts = {"lists": {"kin": ("mom", "son in law")}}
    screen = screen_of(entry(patterns=["my {kin} fell"]), **parts)

    assert found(screen, "my son-in-law fell") == "a"
    assert found(screen, "my boss fell") is None


@pytest.mark.parametrize("field", ["patterns", "hints", "unless"])
def test_a_pattern_that_cannot_be_read_stops_the_start(field: str) -> None:
    with pytest.raises(PatternError):
        screen_of(entry(phrases=["a"], **{field: ["({nobody} fell)"]}))


def test_harmless_words_hide_only_themselves() -> None:
    screen = screen_of(entry(patterns=["took ~2 many"], unless=["took too many classes"]))

    assert found(screen, "i took too many classes") is None
    assert found(screen, "i took too many pills") == "a"
    assert found(screen, "i took too many classes and took too many pills") == "a"


def test_what_only_hints_at_a_danger_is_in_doubt() -> None:
    hints = ["on the roof", {"all": ["train", "alone"], "within": 4}]
    screen = screen_of(entry(phrases=["jump off"], hints=hints, unless=["the cat is on the roof"]))

    doubts = {
        text: hit.doubtful if (hit := screen.check(text)) else None
        for text in (
            "i am on the roof",
            "alone on the train",
            "the cat is on the roof",
            "on the roof and about to jump off",
        )
    }

    assert list(doubts.values()) == [True, True, None, False]


def test_a_cover_hides_from_its_kinds_only() -> None:
    cover = {"id": "c", "kinds": ["crisis"], "patterns": ["killing me"], "examples": []}
    covers = {"covers": [cover]}
    crisis = screen_of(entry(phrases=["killing"]), covers=covers)
    emergency = screen_of(entry(phrases=["killing"], topic="body"), covers=covers)

    assert found(crisis, "this is killing me") is None
    assert found(crisis, "this is killing me and i am killing him") == "a"
    assert found(emergency, "this is killing me") == "a"


def test_a_denial_counts_only_where_nothing_takes_it_back() -> None:
    denial = {"id": "c", "kinds": ["crisis"], "denial": True, "examples": []}
    covers = {"covers": [denial | {"patterns": ["not suicidal"]}], "undone_by": ["but"]}
    screen = screen_of(entry(phrases=["suicidal"]), covers=covers)

    assert found(screen, "i am not suicidal") is None
    assert found(screen, "i am not suicidal but it is dark") == "a"
    assert found(screen, "i am suicidal") == "a"


def test_a_cover_counts_only_with_what_it_asks_for_and_without_what_undoes_it() -> None:
    cover = {"id": "c", "kinds": ["crisis"], "patterns": ["on suicide"], "examples": []}
    cover |= {"only_with": ["thesis", "essay"], "undone_by": ["myself"]}
    screen = screen_of(entry(phrases=["suicide"]), covers={"covers": [cover]})

    assert found(screen, "a book on suicide") == "a"
    assert found(screen, "my thesis is on suicide") is None
    assert found(screen, "on suicide: an essay") is None
    assert found(screen, "my thesis is on suicide, suicide is all i want") == "a"
    assert found(screen, "my thesis is on suicide, by myself") == "a"


def test_a_no_that_ends_its_sentence_denies_nothing_behind_it() -> None:
    denial = {"id": "c", "kinds": ["crisis"], "patterns": ["no ~0 suicidal"], "examples": []}
    screen = screen_of(entry(phrases=["suicidal"]), covers={"covers": [denial]})

    assert found(screen, "no suicidal thoughts") is None
    assert found(screen, "am i ok? no. suicidal.") == "a"


def test_a_context_counts_for_the_entries_that_say_so_and_can_be_undone() -> None:
    rule = {"context": "news", "patterns": ["movie"], "undone_by": ["myself"]}
    kept, put_aside = entry("kept", level=1), entry("aside", level=5, not_in=["news"])
    screen = screen_of(kept, put_aside, covers={"contexts": [rule]})

    assert found(screen, "kept aside") == "aside"
    assert found(screen, "kept aside in the movie") == "kept"
    assert found(screen, "kept aside in the movie about myself") == "aside"


_SAID = ("aside", "aside in the movie", "the movie")


def test_what_a_context_puts_aside_is_found_in_doubt() -> None:
    rule = {"context": "news", "patterns": ["movie"]}
    screen = screen_of(entry("aside", level=5, not_in=["news"]), covers={"contexts": [rule]})

    hits = {text: screen.check(text) for text in _SAID}
    doubtful = {text: hit and hit.doubtful for text, hit in hits.items()}

    assert doubtful == {"aside": False, "aside in the movie": True, "the movie": None}


def test_what_is_told_puts_every_entry_in_doubt() -> None:
    rule = {"context": "told", "patterns": ["movie"]}
    grave, less = entry("grave", level=5), entry("less", level=1)
    screen = screen_of(grave, less, covers={"contexts": [rule]})

    hit = screen.check("the movie: less and grave")

    assert hit
    assert (hit.entry, hit.doubtful) == ("grave", True)


def test_what_is_told_counts_beside_the_danger_and_in_its_language_only() -> None:
    rule = {"context": "told", "patterns": ["no"]}
    breath = entry("breath", phrases=["no breath"])
    other = entry("otro", phrases=["otro"], language="es")
    screen = screen_of(breath, other, covers={"contexts": [rule]})

    texts = ("no breath", "no no breath", "no otro")
    doubtful = [hit.doubtful for text in texts if (hit := screen.check(text))]

    assert doubtful == [False, True, False]


def test_a_danger_of_several_messages_is_in_doubt_with_one_of_them() -> None:
    rule = {"context": "told", "patterns": ["movie"]}
    both = entry("both", together=[{"all": ["one", "two"], "within": 10}])
    screen = screen_of(both, covers={"contexts": [rule]})

    sure, doubtful = screen.check("two", ("one",)), screen.check("two", ("one movie",))

    assert sure and not sure.doubtful
    assert doubtful and doubtful.doubtful


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(PatternError, match="without words"):
        compile_lexicon(lexicon(entry(phrases=["!?"])), load_spelling())


def test_the_index_finds_every_rule_that_can_hold_and_no_other() -> None:
    groups = [Group(frozenset({(word,)})) for word in "abcd"]
    rules = [
        Rule.of([tuple(chosen)]) for size in range(1, 5) for chosen in combinations(groups, size)
    ]
    index = RuleIndex([rules[:5], [], rules[5:]])
    finder = PhraseFinder(pattern for rule in rules for pattern in rule.patterns)

    for words in (list(chosen) for size in range(5) for chosen in combinations("abcd", size)):
        found = finder.find(words, 0)
        possible = index.possible(found)

        for owner, its in ((0, rules[:5]), (1, []), (2, rules[5:])):
            expected = {id(rule) for rule in its if rule.required <= found.groups.keys()}
            assert {id(rule) for rule in possible.get(owner, [])} == expected
        assert list(possible) == sorted(possible)
