"""How a message is read: as a whole and as its questions, each with the names in it put right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterator, List

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.content.library import Topic
from bot.replies.understanding import Understanding

#: Under which a message carries its parts, for later components only: it is not put out.
PARTS_KEY = "parts"

#: Under which a message carries what the safety screen finds in it, without the rest of it.
PASSAGES_KEY = "passages"

#: Under which a message or a part carries what it is made of, if it is a list of several questions.
PIECES_KEY = "pieces"

#: Under which a part carries what was said just before it and asks nothing.
BACKGROUND_KEY = "background"

#: Under which a message carries its text with names put right, for encoder and letter groups.
READ_AS_KEY = "read_as"

#: Under which a message carries the language that it is written in, if that is not English.
LANGUAGE_KEY = "language"

#: Under which a message, part or piece carries its other reading, an `InContext`.
IN_CONTEXT_KEY = "in_context"


class Link(Enum):
    """How a message was put together with what was said before it."""

    #: The last answer's subject is in it, or behind it.
    ANSWER = "answer"
    #: A word that stands for something of the same message was replaced by its name.
    PRONOUN = "pronoun"
    #: Behind it stands what was named before it in the same message.
    SUBJECT = "subject"
    #: Before it stands what led up to it in the same message.
    BACKGROUND = "background"


@dataclass(frozen=True)
class InContext:
    """A message as it reads with what was said before it.

    `topic`: the answer it may lean on; None: it leans on words of the same message.
    `names_another`: it names something that this answer is not about.
    """

    reading: Message
    link: Link
    topic: Topic | None = None
    names_another: bool = False


def reading_of(message: Message) -> str:
    """The text as it is understood; empty if there is none."""
    return message.get(READ_AS_KEY) or message.get(TEXT) or ""


def parts_of(message: Message) -> List[Message]:
    """The parts of a message; none if it is one question."""
    return message.get(PARTS_KEY) or []


def passages_of(message: Message) -> List[Message]:
    """What the safety screen finds in a message; none if it finds nothing."""
    return message.get(PASSAGES_KEY) or []


def pieces_of(message: Message) -> List[Message]:
    """The pieces of a message or a part; none if it is no list."""
    return message.get(PIECES_KEY) or []


def in_context(message: Message) -> InContext | None:
    """The other reading of a message or a part, if it leans on what was said before it."""
    other: InContext | None = message.get(IN_CONTEXT_KEY)
    return other


def as_asked(messages: List[Message]) -> Iterator[Message]:
    """Each message, and behind it its parts and pieces."""
    for message in messages:
        yield message
        yield from as_asked([*parts_of(message), *pieces_of(message)])


def with_parts(messages: List[Message]) -> Iterator[Message]:
    """The same, and behind each its passages and its reading in context."""
    for message in as_asked(messages):
        yield message
        yield from passages_of(message)
        other = in_context(message)
        if other is not None:
            yield other.reading


def heard_in(message: Message) -> Understanding:
    """What was understood so far of a message, a part of one, or a reading.

    Raises:
        ValueError, KeyError: ConfidenceGate has not decided about it.
    """
    return Understanding.from_parse(message.as_dict(only_output_properties=True))
