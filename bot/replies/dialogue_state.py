"""What the conversation remembers between two messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from bot.content.library import Topic
from bot.content.texts import DEFAULT_LANGUAGE
from bot.replies.reply import Reply
from bot.replies.understanding import ASKS_NOTHING_NEW, Intent, Understanding
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
    there were lately: whoever keeps the conversation says so with each message. `language` is the
    one that was last written in, as far as it was understood. `by_text`: they read one short text.
    `complaints`: how often it was said that an answer did not help; no answer makes up for them.
    """

    topic: Topic | None = None
    offer: Offer | None = None
    misses: int = 0
    told_in_full: bool = False
    danger: Danger | None = None
    safety_replies: int = 0
    language: str = DEFAULT_LANGUAGE
    by_text: bool = False
    complaints: int = 0

    def hearing(self, heard: Understanding) -> DialogueState:
        """Before a message is answered: in which language it is, if it tells."""
        label = heard.label
        if label.intent is Intent.OTHER_LANGUAGE and label.leaf:
            return replace(self, language=label.leaf)
        if heard.danger:
            return replace(self, language=heard.danger.language)
        if heard.chosen or label.intent in ASKS_NOTHING_NEW:
            # The gateway answers most dangers without Rasa, which learns of them afterwards.
            return replace(self, language=self.danger.language) if self.danger else self
        return replace(self, language=DEFAULT_LANGUAGE)

    def answered(self, topic: Topic) -> DialogueState:
        """After the short answer to `topic`: more of it is on offer."""
        return DialogueState(
            topic=topic, offer=Offer.MORE, language=self.language, complaints=self.complaints
        )

    def answered_in_full(self, topic: Topic) -> DialogueState:
        """After the full answer to `topic`: only a person can say more."""
        return replace(self.answered(topic), offer=Offer.PERSON, told_in_full=True)

    def understood(self, offer: Offer | None = None) -> DialogueState:
        """After a message that was understood and left the topic as it was."""
        return replace(self, offer=offer, misses=0)

    def missed(self) -> DialogueState:
        """After a message that was not understood."""
        return replace(self, offer=Offer.PERSON, misses=self.misses + 1)

    def complained(self) -> DialogueState:
        """After somebody said that an answer did not help: a miss too."""
        return replace(self.missed(), complaints=self.complaints + 1)


@dataclass(frozen=True)
class Turn:
    """A reply, and what to remember once it is given.

    `opens_form`: after the reply the intake form asks its first question. `earlier` are said before
    it, in answer to other questions of the same message.
    """

    reply: Reply
    state: DialogueState
    opens_form: bool = False
    earlier: tuple[Reply, ...] = ()

    @property
    def replies(self) -> tuple[Reply, ...]:
        """All that is said, in order."""
        return (*self.earlier, self.reply)
