"""How much of what leads to a person a redactor takes out, and how much else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.content.csv_table import TableError, read_table

#: Redacts a text.
Redact = Callable[[str], str]

#: In a test message: what has to go, and of which kind it is.
_MARKED = re.compile(r"\[\[([A-Z]+):(.+?)\]\]")

#: What a redactor puts in place of what it takes out.
_MARK = re.compile(r"\[[a-z-]+\]")

_WORD = re.compile(r"\w+")

_COLUMNS = ("text", "half")


class MarkedFileError(Exception):
    """The file of test messages cannot be read. Its text holds none of them."""


@dataclass(frozen=True)
class Span:
    """What has to go, by its place in the text."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class MarkedMessage:
    """A message without its markings, and the places that were marked."""

    text: str = field(repr=False)
    half: str
    spans: tuple[Span, ...]

    @classmethod
    def parse(cls, marked: str, half: str) -> MarkedMessage:
        """The message written with its markings: `I am [[NAME:Ana]]`."""
        text, spans, last = "", [], 0
        for found in _MARKED.finditer(marked):
            text += marked[last : found.start()]
            spans.append(Span(found[1], len(text), len(text) + len(found[2])))
            text, last = text + found[2], found.end()
        return cls(text + marked[last:], half, tuple(spans))


@dataclass(frozen=True)
class Redacted:
    """What became of a message.

    `missed` are the marked places of which a letter or digit is left; `excess` is the number of
    words that went and were not marked.
    """

    message: MarkedMessage
    missed: tuple[Span, ...]
    excess: int


def read_messages(file: Path) -> list[MarkedMessage]:
    """The messages of a UTF-8 CSV file with the columns `text` and `half`.

    Raises:
        MarkedFileError: it is no such file.
    """
    try:
        rows = read_table(file, _COLUMNS)
    except TableError as error:
        raise MarkedFileError(str(error)) from None
    if tuple(rows[0].cells) != _COLUMNS:
        raise MarkedFileError(f"{file} must have the columns {', '.join(_COLUMNS)} and no others")
    return [MarkedMessage.parse(row.cells["text"], row.cells["half"]) for row in rows]


def judge(message: MarkedMessage, redact: Redact) -> Redacted:
    """Redact one message and look at what is left."""
    gone = taken_out(message.text, redact(message.text))
    missed = tuple(
        [
            span
            for span in message.spans
            if any(
                message.text[place].isalnum() and place not in gone
                for place in range(span.start, span.end)
            )
        ]
    )
    marked = {place for span in message.spans for place in range(span.start, span.end)}
    excess = sum(
        not gone.isdisjoint(range(*word.span())) and marked.isdisjoint(range(*word.span()))
        for word in _WORD.finditer(message.text)
    )
    return Redacted(message, missed, excess)


def judge_all(messages: Iterable[MarkedMessage], redact: Redact) -> list[Redacted]:
    """Redact every message and look at what is left."""
    return [judge(message, redact) for message in messages]


def taken_out(text: str, redacted: str) -> set[int]:
    """The places of `text` that are not in `redacted`, in which marks stand for them.

    Raises:
        ValueError: it is no redaction of that text.
    """
    left = _MARK.split(redacted)
    found = re.fullmatch("(.*?)".join(re.escape(part) for part in left), text, re.DOTALL)
    if found is None:
        raise ValueError("the redacted text is not the text with marks in it")
    return {place for group in range(1, len(left)) for place in range(*found.span(group))}
