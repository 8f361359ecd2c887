"""Short links to full answers. What an answer is about does not show in its link."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from bot.content.library import Topic

#: Of 32 letters and digits each: 1.1e9 codes, so that hundreds of pages hardly share one, and
#: `content check` says so if two answers do.
_CODE_LENGTH = 6


def code_of(topic: Topic) -> str:
    """The code of an answer's link: the same for ever, as long as the answer has its name."""
    hashed = base64.b32encode(hashlib.sha256(str(topic).encode()).digest()).decode()
    return hashed[:_CODE_LENGTH].lower()


class AnswerLinks:
    """Links to answers, and back.

    Args:
        public_url: where patients reach the gateway, as in `https://chat.example.com`.
    """

    def __init__(self, public_url: str, topics: Iterable[Topic]) -> None:
        self._start = f"{public_url.rstrip('/')}/a/"
        self._topics = {code_of(topic): topic for topic in topics}

    def link(self, topic: Topic) -> str:
        """The address of the full answer to `topic`."""
        return self._start + code_of(topic)

    def topic(self, code: str) -> Topic | None:
        """The answer that a link leads to; None if there is none (any more)."""
        return self._topics.get(code.lower())
