"""Questions are redacted for review: names that no rule finds, and nothing of the content."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.redaction import MESSAGES
from benchmarks.redaction_figures import (
    MarkedFileError,
    MarkedMessage,
    Span,
    judge,
    judge_all,
    read_messages,
    taken_out,
)
from bot.content.library import load_library
from bot.content.training_examples import read_utterances
from bot.content.yaml_source import ContentError
from bot.review.name_words import NAMES_FILE, load_name_words
from bot.review.redaction import ReviewRedactor

LIBRARY = load_library()


@pytest.fixture(scope="module")
def redactor() -> ReviewRedactor:
    return ReviewRedactor.shipped(LIBRARY, read_utterances())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ask Melissa to call", "ask [name] to call"),
        ("my wife sarah says hi", "my wife [name] says hi"),
        ("doctor nguyen gave me that", "doctor [name] gave me that"),
        ("what is aura? Bukola T.", "what is aura? [name] [name]."),
        (
            "my full name is Ana de los Angeles Castillo",
            "my full name is [name] [name] [name] [name]",
        ),
        ("Dave's doctor", "[name]'s doctor"),
        ("Großmann's aura", "[name]'s aura"),
        ("is there an office in Chattanooga", "is there an office in [place]"),
        ("my uncle Mark", "my uncle [name]"),
        ("mark my words", "mark my words"),
        ("it may help in May", "it may help in May"),
        ("do you treat people in Florida", "do you treat people in Florida"),
        ("Maria, 12 Oak Street, 212-555-0142", "[name], [address], [phone]"),
    ],
)
def test_names_are_found_however_they_are_written(
    redactor: ReviewRedactor, text: str, left: str
) -> None:
    assert redactor.redact(text) == left


def test_nothing_of_the_content_is_taken_for_a_name(redactor: ReviewRedactor) -> None:
    named = [medicine for page in LIBRARY.pages for medicine in (page.title, *page.medicines)]
    texts = [f"can I take {name.title()}" for name in named]
    texts += [f"{name} helps me, is that normal" for name in named]
    texts += [LIBRARY.answer(topic).question for topic in LIBRARY.topics()]

    assert [text for text in texts if redactor.redact(text) != text] == []


def test_the_seen_half_of_the_test_messages_is_redacted(redactor: ReviewRedactor) -> None:
    messages = [one for one in read_messages(MESSAGES) if one.half == "seen"]

    judged = judge_all(messages, redactor.redact)

    count = sum(len(one.message.spans) for one in judged)
    missed = sum(len(one.missed) for one in judged)
    without_need = sum(one.excess > 0 for one in judged if not one.message.spans)
    # Measured: 2 of 178, and none.
    assert missed / count <= 0.03
    assert without_need <= 2


def test_there_are_enough_test_messages_of_every_kind() -> None:
    messages = read_messages(MESSAGES)

    assert sum(bool(one.spans) for one in messages) >= 300
    assert sum(not one.spans for one in messages) >= 150
    assert {one.half for one in messages} == {"seen", "held"}
    kinds = {(span.kind, one.half) for one in messages for span in one.spans}
    assert len({kind for kind, _ in kinds}) * 2 == len(kinds) == 22


@settings(deadline=None, max_examples=150)
@given(
    text=st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                ["my", "wife", "Ana", "de", "la", "T.", "[name]", "Dr", "May", "-", ".", "\n", "is"]
            ),
            max_size=10,
        ).map(" ".join),
    )
)
def test_redaction_only_ever_takes_out(redactor: ReviewRedactor, text: str) -> None:
    redacted = redactor.redact(text)

    if "[" not in text:
        taken_out(text, redacted)
    assert redactor.redact(text) == redacted


def test_lists_in_capitals_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "names.yml"
    file.write_text(NAMES_FILE.read_text(encoding="utf-8").replace("angel,", "Angel,"), "utf-8")

    with pytest.raises(ContentError, match="lower case"):
        load_name_words(file)


def test_markings_are_places_in_the_text() -> None:
    message = MarkedMessage.parse("I am [[NAME:Ana]], call [[PHONE:555-0142]]", "seen")

    assert message.text == "I am Ana, call 555-0142"
    assert message.spans == (Span("NAME", 5, 8), Span("PHONE", 15, 23))


@pytest.mark.parametrize(
    ("redacted", "missed", "excess"),
    [
        ("I am [name], ok", 0, 0),
        ("I am Ana [name], ok", 1, 0),
        ("I am [name] Lopez, ok", 1, 0),
        ("I [name], ok", 0, 1),
        ("I am Ana Lopez, [name]", 1, 1),
    ],
)
def test_what_is_left_and_what_went_too_is_counted(redacted: str, missed: int, excess: int) -> None:
    message = MarkedMessage.parse("I am [[NAME:Ana Lopez]], ok", "seen")

    judged = judge(message, lambda text: redacted)

    assert (len(judged.missed), judged.excess) == (missed, excess)


def test_another_text_is_no_redaction() -> None:
    with pytest.raises(ValueError, match="marks"):
        taken_out("I am Ana", "I was [name]")


@pytest.mark.parametrize("content", [b"text\nhello\n", b"text,half\n\xff\n", None])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "messages.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(MarkedFileError):
        read_messages(file)
