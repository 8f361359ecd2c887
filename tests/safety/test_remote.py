"""What is told as long over, or of somebody far away; and the danger that stands close to it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.safety.lexicon import Covers, Lexicon, LexiconEntry, Remote, WordLists
from bot.safety.screen import SafetyHit, SafetyScreen, load_screen
from tests.safety.shipped import LEXICON
from tests.safety.small_lexicon import entry

#: Dangers and what looks like them, in many words (`who_and_when.yml`), by kind.
_TOLD: dict[str, dict[str, list[str]]] = yaml.safe_load(
    (Path(__file__).parent / "who_and_when.yml").read_text(encoding="utf-8")
)

#: The share of those dangers that the screen finds by itself, and of the look-alikes that it is
#: sure of: somewhat beside what was measured.
_FOUND, _SURE = 0.88, 0.08


def remote_screen(
    *entries: LexiconEntry, lists: dict[str, object] | None = None, **rule: object
) -> SafetyScreen:
    """A screen with one remote rule."""
    always = {
        "id": "r",
        "kinds": ["emergency"],
        "context": "past",
        "told": ["long ago"],
        "within": 3,
        "examples": [],
        "counter_examples": [],
    }
    remote = Remote.parse_obj({"rules": [always | rule]} | (lists or {}))
    contexts = {"contexts": [{"context": "past", "patterns": ["maybe"]}]}
    return SafetyScreen(
        Lexicon(
            entries=entries,
            words=WordLists(),
            covers=Covers.parse_obj(contexts),
            remote=remote,
        )
    )


def body(name: str, **values: object) -> LexiconEntry:
    """A physical danger that the past may put in doubt."""
    return entry(name, topic="body", **{"not_in": ("past",)} | values)


def found(screen: SafetyScreen, text: str) -> SafetyHit:
    hit = screen.check(text)
    assert hit
    return hit


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("leap long ago", True),
        ("long ago there was leap", True),
        ("long ago there was one leap", False),
        ("long ago. leap", False),
        ("leap. long ago", False),
        ("leap long ago. leap", False),
        ("leap", False),
    ],
)
def test_only_what_stands_near_in_the_same_sentence_is_remote(text: str, remote: bool) -> None:
    hit = found(remote_screen(body("leap")), text)

    assert (hit.remote, hit.doubtful) == (remote, remote)


@pytest.mark.parametrize(
    "values",
    [{"not_in": ("news",)}, {"topic": "suicide"}, {"language": "es"}],
)
def test_a_rule_concerns_its_language_kind_and_context_only(values: dict[str, object]) -> None:
    one = entry("leap", **{"topic": "body", "not_in": ("past",)} | values)

    assert not found(remote_screen(one), "leap long ago").remote


@pytest.mark.parametrize(
    ("rule", "text", "remote"),
    [
        ({"only_with": ["healed"]}, "leap long ago", False),
        ({"only_with": ["healed"]}, "leap long ago. it healed", True),
        ({"undone_by": ["twice"]}, "leap long ago. twice", False),
        ({"undone_by": ["twice"], "despite": ["twice divorced"]}, "leap long ago. twice", False),
        (
            {"undone_by": ["twice"], "despite": ["twice divorced"]},
            "leap long ago. twice divorced",
            True,
        ),
    ],
)
def test_what_else_a_message_says_decides_too(
    rule: dict[str, object], text: str, remote: bool
) -> None:
    assert found(remote_screen(body("leap"), **rule), text).remote is remote


_NOW = {"going_on": ["now"], "present": ["still"], "over": ["fine now"]}


@pytest.mark.parametrize(
    ("text", "whenever", "remote"),
    [
        ("leap long ago. bad now", False, False),
        ("leap long ago. bad now", True, True),
        ("leap long ago. fine now", False, True),
        ("long ago still leap", False, False),
        ("long ago still leap", True, False),
        ("leap long ago. it was nice and still is", False, True),
    ],
)
def test_what_goes_on_is_not_remote(text: str, whenever: bool, remote: bool) -> None:
    screen = remote_screen(body("leap"), lists=_NOW, whenever=whenever)

    assert found(screen, text).remote is remote


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("leap long ago. nice bridge", True),
        ("leap long ago. i saw bridge", False),
        ("long ago i leap off one bridge", True),
        ("bridge. leap", False),
    ],
)
def test_half_of_a_danger_is_left_out_only_if_it_is_of_nobody(text: str, remote: bool) -> None:
    both = body("both", together=({"all": ("leap", "bridge")},))
    screen = remote_screen(both, lists={"personal": ["i"]})

    assert found(screen, text).remote is remote


def test_what_is_in_doubt_comes_before_what_is_remote() -> None:
    screen = remote_screen(body("leap", tier="today"), body("fall"))

    hits = [found(screen, text) for text in ("fall long ago. maybe leap", "fall long ago. leap")]

    assert [(hit.entry, hit.doubtful, hit.remote) for hit in hits] == [
        ("leap", True, False),
        ("leap", False, False),
    ]


_VANISH = remote_screen(body("vanish"))


@given(before=st.text(), after=st.text())
def test_no_text_around_it_makes_a_danger_of_its_own_sentence_remote(
    before: str, after: str
) -> None:
    hit = _VANISH.check(f"{before}. vanish. {after}")

    assert hit
    assert not hit.remote


_EXAMPLES = [text for rule in LEXICON.remote.rules for text in rule.examples]
_COUNTER = [text for rule in LEXICON.remote.rules for text in rule.counter_examples]
_UNLESS_NOW = [text for rule in LEXICON.remote.rules if not rule.whenever for text in rule.examples]


@pytest.mark.parametrize("text", _EXAMPLES)
def test_every_example_is_remote(text: str) -> None:
    assert found(load_screen(), text).remote


@pytest.mark.parametrize("text", _COUNTER)
def test_no_counter_example_is_remote(text: str) -> None:
    assert not found(load_screen(), text).remote


@pytest.mark.parametrize("text", _UNLESS_NOW)
@pytest.mark.parametrize(
    "said", ["and it is happening again now", "today it started again", "y ahorita otra vez"]
)
def test_no_example_is_remote_once_it_is_said_to_go_on(text: str, said: str) -> None:
    assert not found(load_screen(), f"{text}. {said}").remote


@pytest.mark.parametrize("text", [text for told in _TOLD["dangers"].values() for text in told])
def test_a_danger_of_now_is_not_remote(text: str) -> None:
    hit = load_screen().check(text)

    assert hit is None or not hit.remote


def test_most_dangers_of_now_are_found_and_few_look_alikes_for_sure() -> None:
    dangers = [load_screen().check(text) for told in _TOLD["dangers"].values() for text in told]
    others = [load_screen().check(text) for told in _TOLD["look_alikes"].values() for text in told]

    sure = [hit for hit in others if hit and not hit.doubtful]
    assert (len(dangers), len(others)) >= (250, 350)
    assert sum(map(bool, dangers)) >= _FOUND * len(dangers)
    assert len(sure) <= _SURE * len(others)


def test_nothing_that_the_lexicon_gives_as_an_example_of_danger_is_remote() -> None:
    remote = [
        example
        for one in LEXICON.entries
        for example in one.examples
        if (hit := load_screen().check(example)) and hit.remote
    ]

    assert remote == []
