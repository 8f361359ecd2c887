"""What the conversation remembers between two messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from bot.content.library import Topic
from bot.replies.reply import Reply
from bot.safety.danger import Danger


class Offer(str, Enum):
    """What a bare "yes" would accept."""

    MORE = "more"
    PERSON = "person"


@dataclass(frozen=True)
class DialogueState:
    """The topic last answered, the open offer, and how many misses there were in a row.

    `told_in_full`: the page has no more to say about the topic than was said. `danger` is what the
    previous reply answered, if that was a danger, and `safety_replies` how many safety replies
    there were lately: whoever keeps the conversation says so with each message.
    """

    topic: Topic | None = None
    offer: Offer | None = None
    misses: int = 0
    told_in_full: bool = False
    danger: Danger | None = None
    safety_replies: int = 0

    def answered(self, topic: Topic) -> DialogueState:
        """After the short answer to `topic`: more of it is on offer."""
        return DialogueState(topic=topic, offer=Offer.MORE)

    def answered_in_full(self, topic: Topic) -> DialogueState:
        """After the full answer to `topic`: only a person can say more."""
        return DialogueState(topic=topic, offer=Offer.PERSON, told_in_full=True)

    def understood(self, offer: Offer | None = None) -> DialogueState:
        """After a message that was understood and left the topic as it was."""
        return replace(self, offer=offer, misses=0)

    def missed(self) -> DialogueState:
        """After a message that was not understood."""
        return replace(self, offer=Offer.PERSON, misses=self.misses + 1)


@dataclass(frozen=True)
class Turn:
    """A reply, and what to remember once it is given."""

    reply: Reply
    state: DialogueState
