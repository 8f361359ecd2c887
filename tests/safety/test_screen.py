"""The deterministic screen: what it must find, and what it must leave alone."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.training_examples import Utterance, read_utterances
from bot.content.yaml_source import ContentError
from bot.safety.folding import SPELLING_FILE, load_spelling
from bot.safety.lexicon import LEXICON_FOLDER, entry_files
from bot.safety.pattern import PatternError
from bot.safety.screen import (
    About,
    Lexicon,
    LexiconEntry,
    SafetyKind,
    SafetyScreen,
    Tier,
    lexicon_fingerprint,
    load_lexicon,
    load_screen,
)

LEXICON = load_lexicon()
SPELLING = load_spelling()
ENTRIES = {entry.id: entry for entry in LEXICON.entries}

#: What no answer, small talk or question beside the point may be taken for.
_HARMLESS = {"faq", "chitchat", "follow_up", "not_covered", "out_of_scope", "human_handoff"}

#: The share of the training dangers, of those found, that may be taken for the other kind.
_MISTAKEN_KINDS = 0.02

#: Files of harmless utterances that were written to be mistaken for danger, and the share that is.
_WRITTEN_TO_LOOK_LIKE_DANGER = {
    "look_alikes.yml",
    "look_alikes_by_situation.yml",
    "look_alikes_heard_on_the_phone.yml",
    "other_language.yml",
}
_LOOK_ALIKE_ALARMS = 0.03


@pytest.fixture(scope="session")
def screen() -> SafetyScreen:
    return load_screen()


@pytest.fixture(scope="module")
def utterances() -> list[Utterance]:
    return read_utterances()


def small_entry(**values: object) -> LexiconEntry:
    always = {"id": "a", "topic": "suicide", "source": "s", "examples": ()}
    return LexiconEntry.parse_obj(always | values)


def small_screen(*entries: LexiconEntry) -> SafetyScreen:
    return SafetyScreen(Lexicon(entries=entries), SPELLING)


def sure(screen: SafetyScreen, text: str) -> bool:
    """Whether a danger is found that needs no second opinion."""
    hit = screen.check(text)
    return hit is not None and not hit.doubtful


def found(screen: SafetyScreen, text: str) -> str | None:
    hit = screen.check(text)
    return hit.entry if hit else None


@pytest.mark.parametrize(
    ("entry", "example"),
    [(entry.id, example) for entry in ENTRIES.values() for example in entry.examples],
)
def test_every_example_is_found_by_its_entry(
    screen: SafetyScreen, entry: str, example: str
) -> None:
    # A graver entry may be found in it too, which is what `check` then tells.
    assert entry in {find.compiled.entry.id for find in screen._finds(example)}
    assert screen.check(example)


@pytest.mark.parametrize(
    "example", [example for entry in ENTRIES.values() for example in entry.counter_examples]
)
def test_no_counter_example_is_found_for_sure(screen: SafetyScreen, example: str) -> None:
    assert not sure(screen, example)


def test_every_phrase_is_found(screen: SafetyScreen) -> None:
    missed = [
        phrase
        for entry in ENTRIES.values()
        for phrase in entry.phrases
        if screen.check(phrase) is None
    ]

    assert missed == []


def test_every_entry_is_complete() -> None:
    assert all(entry.examples and entry.counter_examples for entry in ENTRIES.values())
    assert {entry.language for entry in ENTRIES.values()} == {
        "en",
        "es",
        "zh",
        "vi",
        "tl",
        "ko",
        "ar",
        "fr",
        "pt",
        "ru",
        "ht",
    }


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (
            SafetyKind.CRISIS,
            [
                "I'm going to end my life",
                "honestly everyone is better off without me",
                "some days i just don't want to be here anymore",
                "thinking about suicide again",
                "she says she wants to hurt herself",
                "my husband hits me",
                "no quiero vivir",
            ],
        ),
        (
            SafetyKind.EMERGENCY,
            [
                "worst headache of my life, came on in seconds",
                "he is unconscious",
                "my wife had a seizure",
                "half her face is drooping and she cannot speak",
                "fever and a stiff neck since this morning",
                "I can't breathe since the shot",
                "my throat is closing",
                "I took a double dose by mistake",
                "the baby swallowed my pills",
                "our carbon monoxide alarm is going",
                "my dad hit his head and is so confused",
                "chest pain after ketamine",
            ],
        ),
    ],
)
def test_what_any_screen_must_find(
    screen: SafetyScreen, kind: SafetyKind, texts: list[str]
) -> None:
    kinds = {text: hit.kind if (hit := screen.check(text)) else None for text in texts}

    assert kinds == dict.fromkeys(texts, kind)


def test_no_ordinary_training_utterance_is_taken_for_danger(
    screen: SafetyScreen, utterances: list[Utterance]
) -> None:
    alarms = [
        (one.label, one.text)
        for one in utterances
        if one.label.partition("/")[0] in _HARMLESS
        and one.file.name not in _WRITTEN_TO_LOOK_LIKE_DANGER
        and sure(screen, one.text)
    ]

    assert alarms == []


def test_few_look_alikes_are_taken_for_danger(
    screen: SafetyScreen, utterances: list[Utterance]
) -> None:
    look_alikes = [one.text for one in utterances if one.file.name in _WRITTEN_TO_LOOK_LIKE_DANGER]
    alarms = sum(sure(screen, text) for text in look_alikes)

    assert alarms <= _LOOK_ALIKE_ALARMS * len(look_alikes)


def test_danger_is_taken_for_its_own_kind(
    screen: SafetyScreen, utterances: list[Utterance]
) -> None:
    kinds = [
        (one.label.partition("/")[0], hit.kind.value)
        for one in utterances
        if one.label.startswith(("crisis/", "emergency/")) and (hit := screen.check(one.text))
    ]
    mistaken = sum(told != taken for told, taken in kinds)

    # Some messages tell of both: a beaten head, a person hard to wake after pills.
    assert mistaken <= _MISTAKEN_KINDS * len(kinds)


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO DIE",
        "i want to die!!!",
        "i want...to...die",
        "I w\u200bant to d\u200bie",
        "\uff49 \uff57\uff41\uff4e\uff54 \uff54\uff4f \uff44\uff49\uff45",
        "i  want\n\nto\tdie",
        "/i want to die",
        '/faq{"leaf": "i want to die"}',
        "hello, quick question about botox. i want to die. thanks",
        "\u202ei want to die\u202c",
        "I don\u2019t want to live",
        "I don`t want to live",
        "I dont want to live",
    ],
)
def test_danger_is_found_however_it_is_typed(screen: SafetyScreen, text: str) -> None:
    hit = screen.check(text)

    assert hit
    assert hit.kind is SafetyKind.CRISIS


@pytest.mark.parametrize("before", [0, 3_000, 20_000])
def test_all_of_a_long_text_is_read(screen: SafetyScreen, before: int) -> None:
    text = "word " * before + "I want to die" + " word" * 100

    assert found(screen, text) == "suicide_thoughts"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "!!!", "\U0001f62d", "a", "/", "\x00"])
def test_nothing_to_find(screen: SafetyScreen, text: str) -> None:
    assert screen.check(text) is None


@settings(deadline=None, max_examples=100)
@given(text=st.text(), head=st.text("abc ,.", max_size=20), tail=st.text("abc ,.", max_size=20))
def test_no_text_is_too_strange_and_none_hides_a_phrase_between_words(
    screen: SafetyScreen, text: str, head: str, tail: str
) -> None:
    screen.check(text)

    hit = screen.check(f"{head} i want to die {tail}")
    assert hit
    assert hit.kind is SafetyKind.CRISIS


def test_a_phrase_is_words_not_letters() -> None:
    screen = small_screen(small_entry(phrases=("kms", "so confused")))

    assert found(screen, "kmsx") is None
    assert found(screen, "also confused") is None
    assert found(screen, "kms.") == "a"


def test_what_is_harmless_covers_only_itself() -> None:
    entry = small_entry(phrases=("took too many",), unless=("took too many classes",))
    screen = small_screen(entry)

    assert found(screen, "I took too many classes") is None
    assert found(screen, "I took too many pills") == "a"
    assert found(screen, "I took too many classes and took too many pills") == "a"


@pytest.mark.parametrize(
    "text",
    [
        "I want out of this life, cancel my membership",
        "planning my own funeral",
        "I am beyond help now",
        "saw it on TV and now I want to kill myself too",
        "Beethoven wanted to end it all and I want to kill myself",
        "on Chicago Med she was slurring and now my husband is slurring and his face droops",
        "la actriz de la telenovela se mat\u00f3 y yo tambi\u00e9n me quiero matar",
        "me quiero tirar del puente de pura verg\u00fcenza",
        "mi jefe me va a matar, trae una pistola",
    ],
)
def test_harmless_company_hides_no_danger(screen: SafetyScreen, text: str) -> None:
    assert screen.check(text)


def test_another_entry_s_exception_does_not_count() -> None:
    screen = small_screen(
        small_entry(phrases=("jump",)),
        small_entry(id="b", topic="body", phrases=("jump off",), unless=("jump off the sofa",)),
    )

    assert found(screen, "i jump off the sofa") == "a"


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("alarm and a headache", False),
        ("an alarm. A headache", False),
        ("an alarm. We had one last week. Now a headache", True),
        ("an alarm we had that one last week and now a headache", False),
        ("an alarm. We had one last week. An alarm and a headache", False),
    ],
)
def test_words_scattered_over_sentences_are_in_doubt(text: str, doubtful: bool) -> None:
    screen = small_screen(small_entry(together=[{"all": ["alarm", "headache"], "within": 12}]))

    hit = screen.check(text)

    assert hit
    assert hit.doubtful is doubtful


def test_of_two_dangers_the_graver_is_answered() -> None:
    screen = small_screen(
        small_entry(phrases=("want to die",)),
        small_entry(id="b", topic="body", phrases=("seizure",)),
    )

    assert found(screen, "after the seizure i want to die") == "a"


def test_a_hit_never_holds_what_was_written(screen: SafetyScreen) -> None:
    assert "Bob" not in repr(screen.check("Bob says I want to die"))


@pytest.mark.parametrize(
    "entry",
    [{"topic": "panic"}, {"phrases": None}, {"severity": 3}, {"source": None}, {"level": 7}],
    ids=str,
)
def test_a_broken_lexicon_is_refused(tmp_path: Path, entry: dict[str, object]) -> None:
    for name in ("words.yml", "covers.yml"):
        shutil.copy(LEXICON_FOLDER / name, tmp_path / name)
    values = {"id": "a", "topic": "suicide", "source": "s", "phrases": ["b"], "examples": ["b"]}
    (tmp_path / "family.yml").write_text(yaml.safe_dump({"entries": [values | entry]}))

    with pytest.raises(ContentError):
        load_lexicon(tmp_path)


@pytest.mark.parametrize(
    "name", ["words.yml", "covers.yml", *(file.name for file in entry_files())]
)
def test_the_fingerprint_changes_with_every_lexicon_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "lexicon"
    shutil.copytree(LEXICON_FOLDER, folder)
    assert lexicon_fingerprint(folder) == lexicon_fingerprint()
    with (folder / name).open("a") as file:
        file.write("# more\n")

    assert lexicon_fingerprint(folder) != lexicon_fingerprint()


def test_every_word_list_is_used() -> None:
    used = {
        name
        for file in LEXICON_FOLDER.glob("*.yml")
        for name in re.findall(r"\{(\w+)\}", file.read_text(encoding="utf-8"))
    }

    assert LEXICON.words.lists.keys() - used == set()


def test_every_cover_hides_its_examples() -> None:
    covers = LEXICON.covers
    missed = [
        example
        for cover in covers.covers
        for example in cover.examples
        if SafetyScreen(
            LEXICON.copy(
                update={
                    "entries": (small_entry(phrases=("nothing",)),),
                    "covers": covers.copy(update={"covers": (cover,), "contexts": ()}),
                }
            ),
            SPELLING,
        ).not_explained(example)
        == example
    ]

    assert missed == []


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^ (help|sos) $", "Help!", True),
        ("^ (help|sos) $", "help me", False),
        ("^ (help|sos) $", "please help", False),
        ("^ please? help ~2 $", "help me now", True),
        ("^ please? help ~2 $", "please help", True),
        ("^ please? help ~2 $", "help me with it now", False),
        ("^ ~1 help", "they help me", True),
        ("^ ~1 help", "they will help me", False),
    ],
)
def test_a_pattern_can_ask_for_the_edges_of_the_text(
    pattern: str, text: str, expected: bool
) -> None:
    screen = small_screen(small_entry(patterns=(pattern,)))

    assert (found(screen, text) == "a") is expected


@pytest.mark.parametrize("pattern", ["help ^ me", "$ help", "^ $", "~2 help", "help ~2", "{no}"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        small_screen(small_entry(patterns=(pattern,)))


def test_the_fingerprint_changes_with_the_spelling(tmp_path: Path) -> None:
    copy = tmp_path / "spelling.yml"
    copy.write_bytes(SPELLING_FILE.read_bytes() + b"# more\n")

    assert lexicon_fingerprint(spelling=copy) != lexicon_fingerprint()


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("k i l l myself", "suicide_thoughts"),
        ("i will k1ll mys3lf", "suicide_intent"),
        ("ijustwannadie", "suicide_thoughts"),
        ("idont wanna b here anymore", "suicide_wish"),
        ("wanna dieeee", "suicide_thoughts"),
        ("su*cide is on my mind, i want to commit su*cide", "suicide_thoughts"),
        ("\u0456 want to d\u0456e", "suicide_thoughts"),
    ],
)
def test_disguised_words_are_read(screen: SafetyScreen, text: str, entry: str) -> None:
    assert found(screen, text) == entry


@pytest.mark.parametrize(
    ("earlier", "text"),
    [
        (("i have a really bad headache",), "in a second, out of nowhere"),
        (("im 34 weeks pregnant", "my head hurts"), "and im seeing spots"),
    ],
)
def test_a_danger_spread_over_messages_is_found(
    screen: SafetyScreen, earlier: tuple[str, ...], text: str
) -> None:
    assert screen.check(text) is None
    assert screen.check(text, earlier)


@pytest.mark.parametrize("text", ["what is botox", "ok thanks", "how long does an attack last"])
def test_an_earlier_danger_is_not_raised_again(screen: SafetyScreen, text: str) -> None:
    assert screen.check(text, ("i want to die", "hello")) is None


def test_level_tier_and_person_are_told(screen: SafetyScreen) -> None:
    plan = screen.check("i have a plan to kill myself")
    child = screen.check("my toddler ate my migraine pills")

    assert plan
    assert child
    assert (plan.danger.level, plan.danger.about) == (5, About.SELF)
    assert (child.danger.tier, child.danger.about) == (Tier.CALL_911, About.SOMEONE_ELSE)


_SEEN = [
    row
    for file in sorted((Path(__file__).parent / "corpus").glob("*.csv"))
    for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
    if row["half"] == "seen"
]
_DANGERS = [row["text"] for row in _SEEN if row["label"] != "harmless"]


@settings(deadline=None, max_examples=150)
@given(
    text=st.sampled_from(_DANGERS),
    upper=st.booleans(),
    apostrophe=st.sampled_from(["'", "\u2019", "\u02bc", ""]),
    space=st.sampled_from([" ", "  ", "\u00a0", "\n", "\t "]),
    polite=st.sampled_from([("", ""), ("hello, ", ""), ("", " please"), ("sorry, ", " thank you")]),
)
def test_typing_style_and_politeness_hide_nothing(
    screen: SafetyScreen,
    text: str,
    upper: bool,
    apostrophe: str,
    space: str,
    polite: tuple[str, str],
) -> None:
    if screen.check(text) is None:
        return
    styled = text.replace("\u2019", "'").replace("'", apostrophe).replace(" ", space)
    styled = f"{polite[0]}{styled}{polite[1]}"

    assert screen.check(styled.upper() if upper else styled)


@pytest.mark.parametrize(
    ("half", "sensitivity", "false_alarms"),
    [("seen", 0.99, 0.01), ("held", 0.87, 0.05), ("outside", 0.87, 0.08)],
)
def test_the_corpus_floors_hold(
    screen: SafetyScreen, half: str, sensitivity: float, false_alarms: float
) -> None:
    rows = [
        row
        for file in sorted((Path(__file__).parent / "corpus").glob("*.csv"))
        for row in csv.DictReader(file.open(encoding="utf-8", newline=""))
        if row["half"] == half
    ]
    dangerous = [row["text"] for row in rows if row["label"] != "harmless"]
    harmless = [row["text"] for row in rows if row["label"] == "harmless"]
    found = sum(screen.check(text) is not None for text in dangerous) / len(dangerous)
    alarms = sum(sure(screen, text) for text in harmless) / len(harmless)

    # Compared as numbers: a failure must not print a held-back message.
    assert found >= sensitivity
    assert alarms <= false_alarms
