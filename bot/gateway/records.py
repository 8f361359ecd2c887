"""What the store keeps of a conversation, as typed records, and how they look from outside."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from bot.database.schema import ID_LENGTH
from bot.replies.reply import Reply

T = TypeVar("T")

#: An offer stays open behind fewer safety replies than this.
MOST_OPEN_OFFERS = 10


def new_id() -> str:
    """A random id: 122 bits as 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_token() -> str:
    """A session token: 256 bits, 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal: what is stored instead of a token or a key."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def id_from(*parts: object) -> str:
    """An id that only who knows the parts can find out; the same for the same parts."""
    return digest(":".join(map(str, parts)))[:ID_LENGTH]


@dataclass(frozen=True)
class Submission:
    """What a patient sent: a text (normalised), or the id of a button.

    `payload` is what this program takes a text for, such as a key word.
    """

    session_digest: str
    key_digest: str
    body_digest: str
    text: str | None = field(default=None, repr=False)
    button_id: str | None = field(default=None, repr=False)
    payload: str | None = field(default=None, repr=False)

    @property
    def turn_id(self) -> str:
        """The id of the turn that this makes: the same, with or without a database, every time."""
        return id_from(self.session_digest, self.key_digest, self.body_digest)


@dataclass(frozen=True)
class Feedback:
    """Whether a message helped, and what its reader wrote about it (normalised)."""

    message_id: str
    helpful: bool
    comment: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Turn:
    """A stored message of a patient. A chosen button has its title as text, and a payload.

    `again`: it was found stored without an answer, so Rasa may have been asked about it before.
    `phone_ending`: how the number ends that it came from, if it came by text.
    """

    id: str
    conversation_id: str
    received_at: datetime
    text: str = field(repr=False)
    payload: str | None = field(default=None, repr=False)
    again: bool = field(default=False, compare=False)
    phone_ending: str | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class OfferedButton:
    """A button as the patient's device sees it."""

    id: str
    title: str


@dataclass(frozen=True)
class Message:
    """One reply, with the ids that it is known by outside.

    `author` is the shown name of the person of staff who wrote it; None: the assistant did.
    """

    id: str
    reply: Reply = field(repr=False)
    buttons: tuple[OfferedButton, ...] = ()
    author: str | None = field(default=None, repr=False)

    @property
    def said_by(self) -> str:
        """Who wrote it, as a patient's device is told: `assistant` or `person`."""
        return "person" if self.author else "assistant"

    @classmethod
    def answering(cls, turn_id: str, replies: Sequence[Reply]) -> tuple[Message, ...]:
        """The replies to a turn, with the same ids whenever and however often they are made."""
        made = []
        for place, reply in enumerate(replies):
            message_id = id_from(turn_id, place)
            offered = [
                OfferedButton(id_from(message_id, number), button.title)
                for number, button in enumerate(reply.buttons)
            ]
            made.append(cls(message_id, reply, tuple(offered)))
        return tuple(made)

    def unstored(self) -> Message:
        """The same where nothing could be stored: its buttons would not be found again."""
        return replace(self, buttons=())

    def public(self, *, with_buttons: bool = True) -> dict[str, object]:
        """The JSON shape of DESIGN §7; parts that are absent are null."""
        reply = json.loads(self.reply.json(exclude={"buttons"}))
        shown = [{"id": button.id, "title": button.title} for button in self.buttons]
        return {
            "id": self.id,
            "kind": reply["kind"],
            "page": reply["page"],
            "topic": reply["topic"],
            "text": reply["text"],
            "disclaimer": reply["disclaimer"],
            "source": reply["source"],
            "buttons": shown if shown and with_buttons else None,
            "asks": reply["asks"],
            "problem": reply["problem"],
            "from": self.said_by,
            "name": self.author,
            "language": reply["language"],
        }


@dataclass(frozen=True)
class Accepted:
    """A stored turn; `messages` is its answer if it was answered before (a replayed key).

    `earlier` is what the safety screen reads beside it, as long as it has no answer.
    """

    turn: Turn
    messages: tuple[Message, ...] | None = None
    earlier: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Completion:
    """The stored answer of a turn, and whether its alert was stored with it for the first time."""

    messages: tuple[Message, ...]
    new_alert: bool = False


def open_offers(newest_first: Iterable[tuple[T, Reply | None]]) -> list[T]:
    """The turns whose buttons can still be pressed: the latest that offered any.

    A safety reply's buttons do not close the offer before it: a clarification that a danger
    interrupted can go on. Neither do those of a reply that cannot be read (None).

    Args:
        newest_first: the turns that offered buttons, each with a reply to it.
    """
    still_open = []
    for turn, reply in islice(newest_first, MOST_OPEN_OFFERS):
        still_open.append(turn)
        if reply and not reply.is_safety:
            break
    return still_open


@dataclass(frozen=True)
class PastTurn:
    """One turn of the history.

    `text` is None for the greeting and what staff wrote, or where no key opens it. There are no
    messages where it is not `answered` yet, or where a person answers in the assistant's place.
    """

    id: str
    received_at: datetime
    text: str | None = field(repr=False)
    messages: tuple[Message, ...] = ()
    answered: bool = True
