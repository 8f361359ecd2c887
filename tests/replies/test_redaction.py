"""What could lead to a person is taken out of a text, and the rest of it is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.redaction_rules import load_redaction_rules
from bot.content.yaml_source import ContentError
from bot.replies.redaction import Redactor

RULES = load_redaction_rules()
REDACTOR = Redactor(RULES)
MARKS = sorted(
    {RULES.phones.mark, *(rule.mark for rule in (*RULES.before_phones, *RULES.after_phones))}
)

#: Words of comments that no rule is about.
_WORDS = (
    "the answer did not help me at all because it was too short and hard to read i need more on "
    "what to do next no entiendo la respuesta es muy corta"
)
ORDINARY = st.sampled_from(_WORDS.split(" "))

#: What must never be left over.
TELLING = st.sampled_from(
    [
        *("212-555-0147", "(212) 555-0147", "+1 212 555 0147", "2125550147", "555-0147"),
        *("+44 20 7946 0958", "ana@example.com", "ana.maria+x@mail.example.co.uk"),
        *("123-45-6789", "123 45 6789", "123456789", "MRN 0098765432"),
        *("05/12/1980", "1980-05-12", "5.12.80", "May 12, 1980", "12 May 1980", "12th of May 1980"),
        *("12 de mayo de 1980", "12 Oak Street", "1200 N Oak Hill Ave, Apt 4", "calle Mayor 12"),
        *(
            "NY 10001",
            "PO Box 771",
            "https://example.com/u/ana?x=1",
            "www.ana.example",
            "ana.com/me",
        ),
        *("my name is Ana", "My name is ana lopez", "I am Ana", "I'm Ana Lopez", "me llamo Ana"),
        *("Mi nombre es Ana López", "soy Ana", "Dr. Soffer", "Mrs Lopez"),
    ]
)

#: Parts of the above by which it would be known again.
TRACES = (
    *("555", "0147", "7946", "@", "example", "6789", "456", "98765", "1980", "5.12", "mayo de"),
    *("Oak", "Mayor", "10001", "771", "ana", "lopez", "lópez", "soffer"),
)


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("My name is Ana and it did not help.", "My name is [name] and it did not help."),
        ("my name is ana lopez, call me", "my name is [name], call me"),
        ("I am Ana Lopez. Too long!", "I am [name]. Too long!"),
        ("I'm Ana", "I'm [name]"),
        ("Me llamo José Pérez y no entiendo", "Me llamo [name] y no entiendo"),
        ("Call 212-555-0147 or (646) 555 0199.", "Call [phone] or [phone]."),
        ("write to ana@example.com.", "write to [e-mail]"),
        ("born 5/12/1980, SSN 123-45-6789", "born [date], SSN [number]"),
        ("since May 12th, 2024 it is worse", "since [date] it is worse"),
        ("I live at 12 Oak Street, Albany NY 12207", "I live at [address], Albany [address]"),
        ("see https://example.com/a?b=1 for it", "see [link] for it"),
    ],
)
def test_what_leads_to_a_person_is_taken_out(comment: str, left: str) -> None:
    assert REDACTOR.redact(comment) == left


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "It was helpful.",
        "I am disappointed. This is too long, and I'm tired of reading.",
        "A third of people, 4 to 72 hours, 15 or more days a month",
        "I may 100% need this",
        "Pain 7/10 for 3 days, 2 pills at 8 pm",
        "Call 911, or text 988. 24/7.",
        "No me sirvió, es muy corto.",
        "I have had it for 5 years at work st. nothing helps",
    ],
)
def test_ordinary_comments_stay_as_they_are(comment: str) -> None:
    assert REDACTOR.redact(comment) == comment


@settings(deadline=None, max_examples=200)
@given(before=st.lists(ORDINARY, max_size=6), telling=TELLING, after=st.lists(ORDINARY, max_size=6))
def test_nothing_telling_is_left_wherever_it_stands(
    before: list[str], telling: str, after: list[str]
) -> None:
    left = REDACTOR.redact(" ".join([*before, telling, *after]))
    for mark in MARKS:
        left = left.replace(mark, " ")
    # Words that stood around it are no trace of it.
    words = {word.casefold().strip(".,") for word in left.split()} - {*before, *after}
    assert not [trace for trace in TRACES for word in words if trace.casefold() in word]


@settings(deadline=None, max_examples=300)
@given(
    text=st.one_of(
        st.text(max_size=120),
        st.lists(
            st.one_of(ORDINARY, TELLING, st.text(max_size=5), st.sampled_from(MARKS)), max_size=12
        ).map("".join),
        st.lists(st.one_of(ORDINARY, TELLING, st.sampled_from(MARKS)), max_size=12).map(" ".join),
    )
)
def test_redacting_again_changes_nothing(text: str) -> None:
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


@settings(deadline=None, max_examples=200)
@given(words=st.lists(ORDINARY, max_size=30))
def test_words_alone_are_never_touched(words: list[str]) -> None:
    text = " ".join(words)
    assert REDACTOR.redact(text) == text


@pytest.mark.parametrize(
    "piece", ["1 ", "a.", "1-", "12 oak ", "my name is ", "@", "a@", "www.", "["]
)
def test_a_long_text_of_one_piece_ends(piece: str) -> None:
    REDACTOR.redact(piece * (2000 // len(piece)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('mark: "[link]"', 'mark: "link"', "mark"),
        ("region: US", "region: us", "region"),
        ("'(?i:\\b(?:https?://|www\\.)\\S+)'", "'(?i:'", "is no regular expression"),
        ("'(?i:\\b(?:https?://|www\\.)\\S+)'", "'x*'", "matches nothing"),
        ("after_phones:", "later:", "after_phones"),
    ],
)
def test_broken_rules_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    from bot.content.redaction_rules import RULES_FILE

    shipped = RULES_FILE.read_text(encoding="utf-8")
    assert old in shipped
    file = tmp_path / "rules.yml"
    file.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        load_redaction_rules(file)
