"""The deterministic screen: what it must find, and what it must leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.training_examples import read_utterances
from bot.content.yaml_source import ContentError
from bot.safety import screen as screen_module
from bot.safety.screen import (
    Lexicon,
    LexiconEntry,
    SafetyKind,
    SafetyScreen,
    lexicon_fingerprint,
    load_lexicon,
    load_screen,
    plain_words,
)

ENTRIES = {entry.id: entry for entry in load_lexicon().entries}

#: What no answer, small talk or question beside the point may be taken for.
_HARMLESS = {"faq", "chitchat", "follow_up", "not_covered", "out_of_scope"}


@pytest.fixture(scope="session")
def screen() -> SafetyScreen:
    return load_screen()


def small_screen(**entry: object) -> SafetyScreen:
    values = {"id": "a", "kind": "crisis", "source": "s", "phrases": ("want to vanish",)}
    return SafetyScreen(
        Lexicon(entries=(LexiconEntry.parse_obj({"examples": ()} | values | entry),))
    )


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
    hit = screen.check(example)

    assert hit
    assert (hit.kind, hit.entry) == (ENTRIES[entry].kind, entry)


@pytest.mark.parametrize(
    "example", [example for entry in ENTRIES.values() for example in entry.counter_examples]
)
def test_no_counter_example_is_found(screen: SafetyScreen, example: str) -> None:
    assert screen.check(example) is None


def test_every_phrase_is_found(screen: SafetyScreen) -> None:
    missed = [
        phrase
        for entry in ENTRIES.values()
        for phrase in entry.phrases
        if screen.check(f"hello, {phrase}, please") is None
    ]

    assert missed == []


def test_the_gravest_kind_stands_first() -> None:
    kinds = [entry.kind for entry in ENTRIES.values()]

    assert kinds == sorted(kinds, key=[SafetyKind.CRISIS, SafetyKind.EMERGENCY].index)
    assert all(entry.examples and entry.counter_examples for entry in ENTRIES.values())
    assert all(plain_words(phrase) == phrase for e in ENTRIES.values() for phrase in e.phrases)


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


def test_no_harmless_training_utterance_is_taken_for_danger(screen: SafetyScreen) -> None:
    alarms = [
        (one.label, one.text)
        for one in read_utterances()
        if one.label.partition("/")[0] in _HARMLESS and screen.check(one.text)
    ]

    assert alarms == []


def test_danger_is_taken_for_its_own_kind(screen: SafetyScreen) -> None:
    mistaken = [
        (one.label, one.text)
        for one in read_utterances()
        if one.label in ("crisis", "emergency")
        and (hit := screen.check(one.text))
        and hit.kind.value != one.label
    ]

    # A person who cannot talk may mean a stroke or an abuser who listens: both get 911.
    assert len(mistaken) <= 1


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

    assert found(screen, text) == "suicidal_thoughts"


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
    screen = small_screen(phrases=("kms", "so confused"))

    assert found(screen, "kmsx") is None
    assert found(screen, "also confused") is None
    assert found(screen, "kms.") == "a"


def test_what_is_harmless_covers_only_itself() -> None:
    screen = small_screen(phrases=("took too many",), unless=("took too many classes",))

    assert found(screen, "I took too many classes") is None
    assert found(screen, "I took too many pills") == "a"
    assert found(screen, "I took too many classes and took too many pills") == "a"


def test_another_entry_s_exception_does_not_count() -> None:
    lexicon = Lexicon(
        entries=(
            LexiconEntry(id="a", kind="crisis", source="s", phrases=("jump",), examples=()),
            LexiconEntry(
                id="b",
                kind="emergency",
                source="s",
                phrases=("jump off",),
                unless=("jump off the sofa",),
                examples=(),
            ),
        )
    )

    assert found(SafetyScreen(lexicon), "i jump off the sofa") == "a"


def test_of_two_dangers_the_graver_is_answered() -> None:
    lexicon = Lexicon(
        entries=(
            LexiconEntry(id="a", kind="crisis", source="s", phrases=("want to die",), examples=()),
            LexiconEntry(id="b", kind="emergency", source="s", phrases=("seizure",), examples=()),
        )
    )

    assert found(SafetyScreen(lexicon), "after the seizure i want to die") == "a"


def test_a_hit_never_holds_what_was_written(screen: SafetyScreen) -> None:
    assert "Bob" not in repr(screen.check("Bob says I want to die"))


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "panic"},
        {"phrases": None},
        {"severity": 3},
        {"source": None},
    ],
    ids=str,
)
def test_a_broken_lexicon_is_refused(tmp_path: Path, entry: dict[str, object]) -> None:
    file = tmp_path / "lexicon.yml"
    values = {"id": "a", "kind": "crisis", "source": "s", "phrases": ["b"], "examples": ["b"]}
    file.write_text(yaml.safe_dump({"entries": [values | entry]}))

    with pytest.raises(ContentError):
        load_lexicon(file)


def test_the_fingerprint_changes_with_the_lexicon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lexicon_fingerprint()
    copy = tmp_path / "lexicon.yml"
    copy.write_bytes(screen_module.LEXICON_FILE.read_bytes() + b"\n# more\n")
    monkeypatch.setattr(screen_module, "LEXICON_FILE", copy)

    assert lexicon_fingerprint() != before
