"""However a word is typed, it is read as the word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.danger import SafetyKind
from bot.safety.folding import Folded, Folder, load_spelling
from bot.safety.normalise import normalise
from bot.safety.screen import load_screen

KNOWN = frozenset(
    "i im ive id dont cant wont he hes she shes want wanna to die kill killing myself end my life "
    "face is drooping headache worst of pills took too many gonna overdose swallowed bleeding help "
    "me quiero morirme morir me no puedo respirar hijo chest pain after stroke this a passed out "
    "cabeza duele migraña suicide gun hurt anymore".replace("ñ", "n").split()
)
FOLDER = Folder(load_spelling(), KNOWN, lambda word: word.startswith("morir"))


def fold(text: str) -> str:
    return " ".join(FOLDER.fold(text).words)


APOSTROPHES = (
    "'\u2018\u2019\u201b\u02bc\u02bb\u02b9\u02c8\u2032\u2035\u00b4`\uff07\ua78c\u055a\u275c"
)
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\ufe0f\u180e\u202e\u202c\u2066\u2069"


@pytest.mark.parametrize("mark", [*APOSTROPHES, "", '"', ";", " ", "' ", " '", "''"])
def test_any_apostrophe_or_none(mark: str) -> None:
    assert fold(f"I don{mark}t, can{mark}t, won{mark}t") == "i dont cant wont"
    assert fold(f"I{mark}m / he{mark}s / I{mark}ve") == "im hes ive"


@pytest.mark.parametrize("sign", INVISIBLE)
def test_what_is_not_seen_is_not_read(sign: str) -> None:
    assert fold(sign.join("I want to die")) == "i wanna die"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Letters that look alike, are wide, dressed up, or have marks on them
        ("\uff49 \uff57\uff41\uff4e\uff54 \uff54\uff4f \uff44\uff49\uff45", "i wanna die"),
        ("\U0001d422 \U0001d430\U0001d41a\U0001d427\U0001d42d to die", "i wanna die"),
        ("ⓘ ⓦⓐⓝⓣ to die", "i wanna die"),
        ("\U0001f178 \U0001f186\U0001f170\U0001f17d\U0001f183 to die", "i wanna die"),
        ("ɪ ᴡᴀɴᴛ ᴛᴏ ᴅɪᴇ", "i wanna die"),
        ("\u0456 w\u0430nt t\u043e d\u0456\u0435", "i wanna die"),
        ("d\u0336i\u0336e\u0336", "die"),
        ("DIÉ ñ", "die n".replace(" n", " and")),
        ("quiero morirme, mi hĳo".replace("mi ", ""), "quiero morirme hijo"),
        # Digits and signs for letters
        ("k1ll mys3lf", "kill myself"),
        ("k!ll my$elf", "kill myself"),
        ("p@$$ed out", "passed out"),
        ("k|lling", "killing"),
        ("ki11 myself", "kill myself"),
        ("su!c1de", "suicide"),
        # Letters repeated, spaced out or left together
        ("dieeeeee", "die"),
        ("quieroooo morirrrr", "quiero morir"),
        ("k i l l myself", "kill myself"),
        ("k.i.l.l. m y s e l f", "kill myself"),
        ("\u043a i l l myself", "kill myself"),
        ("iwannadie", "i wanna die"),
        ("tooktoomanypills", "took too many pills"),
        ("chestpainafterastroke", "chest pain after a stroke"),
        ("took2many", "took too many"),
        # Words misspelled, shortened, or told apart
        ("headach", "headache"),
        ("swalowed", "swallowed"),
        ("overdosse", "overdose"),
        ("want 2 die", "wanna die"),
        ("going to die", "gonna die"),
        ("want-to-die", "wanna die"),
        ("want_to_die", "wanna die"),
        ("want\nto\tdie", "wanna die"),
        ("want/to/die", "wanna die"),
        ("cannot can not", "cant cant"),
        ("my self", "myself"),
        ("od", "overdose"),
        # Emoji are words, and part others
        ("\U0001f52b", "gun"),
        ("want\U0001f622to\U0001f622die", "wanna die"),
        ("\U0001fa78\ufe0f", "bleeding"),
    ],
)
def test_a_word_is_read_however_it_is_typed(text: str, words: str) -> None:
    assert fold(text) == words
    assert fold(text.upper()) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my face is drooping!help me", "my face is drooping help me"),
        ("i want to die!!help", "i wanna die help"),
        ("took pills|help", "took pills help"),
        ("$50 @10pm 5$", "50 10 pm 5"),
        ("bob carbamazepine", "bob carbamazepine"),
        ("dying", "dying"),
        ("skills", "skills"),
        ("on the 5th", "on the 5th"),
    ],
)
def test_other_words_stay_what_they_are(text: str, words: str) -> None:
    assert fold(text) == words


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("pills. help", {1}),
        ("pills! help? me", {1, 2}),
        ("pills... help", set()),
        ("pills\u2026 help", set()),
        ("pills.help", set()),
        ("...pills", set()),
        (". pills. . help", {1}),
        ("pills... . help", {1}),
        ("\u00bfpuedo? no", {1}),
        ("no. want to die. help", {1, 3}),
    ],
)
def test_where_sentences_begin(text: str, begins: set[int]) -> None:
    folded = FOLDER.fold(text)

    assert {n for n in range(len(folded.words)) if folded.breaks >> n & 1} == begins


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b", "!?.", "\x00", "\ud800", "\U0001f62d", "''", "$"]
)
def test_no_words(text: str) -> None:
    assert FOLDER.fold(text) == Folded((), 0)


STRANGE = st.text() | st.lists(
    st.sampled_from(
        [*APOSTROPHES, *INVISIBLE, "\ud800", "\U0001f52b", "k", "i", "l", "!", "1", " ", "."]
    )
).map("".join)


@settings(deadline=None, max_examples=500)
@given(STRANGE)
def test_no_text_is_too_strange(text: str) -> None:
    folded = FOLDER.fold(text)

    assert all(folded.words)
    assert folded.breaks >> len(folded.words) == 0
    assert not folded.breaks & 1
    for word in folded.words:
        assert not any(character.isspace() for character in word)
        assert word == word.casefold()


@settings(deadline=None, max_examples=300)
@given(STRANGE)
def test_normalising_first_changes_nothing(text: str) -> None:
    assert FOLDER.fold(normalise(text)) == FOLDER.fold(text)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(sorted(KNOWN - {"to"})), max_size=12))
def test_twice_is_the_same_as_once(words: list[str]) -> None:
    once = fold(" ".join(words))

    assert fold(once) == once


@settings(deadline=None)
@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_case_and_repeated_letters_change_no_word(word: str, data: st.DataObject) -> None:
    if len(word) < 3:
        return
    place = data.draw(st.integers(0, len(word) - 1))
    times = data.draw(st.integers(3, 6))
    upper = data.draw(st.lists(st.booleans(), min_size=len(word), max_size=len(word)))
    typed = [c.upper() if up else c for c, up in zip(word, upper, strict=True)]
    typed[place] *= times

    assert fold("".join(typed)) == fold(word)


@pytest.mark.parametrize(
    "text", ["who painted the mona lisa", "I am painting the nursery", "we help homeless people"]
)
def test_an_ordinary_word_is_no_misspelling(text: str) -> None:
    assert load_screen().check(text) is None


def test_a_misspelling_still_is_one() -> None:
    found = load_screen().check("he faintad")
    assert found and found.kind is SafetyKind.EMERGENCY
