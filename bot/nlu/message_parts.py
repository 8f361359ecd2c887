"""How a message is read: as a whole and as its questions, each with the names in it put right."""

from __future__ import annotations

from typing import Iterator, List

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.replies.understanding import Understanding

#: Under which a message carries its parts, for later components only: it is not put out.
PARTS_KEY = "parts"

#: Under which a message carries what the safety screen finds in it, without the rest of it.
PASSAGES_KEY = "passages"

#: Under which a message carries its text with names put right, for encoder and letter groups.
READ_AS_KEY = "read_as"

#: Under which a message carries the language that it is written in, if that is not English.
LANGUAGE_KEY = "language"

#: Under which a message carries the topic of the last answer, and itself with that one's subject.
IN_CONTEXT_KEY = "in_context"


def reading_of(message: Message) -> str:
    """The text as it is understood; empty if there is none."""
    return message.get(READ_AS_KEY) or message.get(TEXT) or ""


def parts_of(message: Message) -> List[Message]:
    """The parts of a message; none if it is one question."""
    return message.get(PARTS_KEY) or []


def passages_of(message: Message) -> List[Message]:
    """What the safety screen finds in a message; none if it finds nothing."""
    return message.get(PASSAGES_KEY) or []


def with_parts(messages: List[Message]) -> Iterator[Message]:
    """Each message, and behind it its parts, its passages and its reading in context."""
    for message in messages:
        yield message
        yield from parts_of(message)
        yield from passages_of(message)
        _, in_context = message.get(IN_CONTEXT_KEY) or (None, None)
        if in_context is not None:
            yield in_context


def heard_in(message: Message) -> Understanding:
    """What was understood so far of a message, a part of one, or a reading.

    Raises:
        ValueError, KeyError: ConfidenceGate has not decided about it.
    """
    return Understanding.from_parse(message.as_dict(only_output_properties=True))
